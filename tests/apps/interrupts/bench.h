/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __BENCH_H__
#define __BENCH_H__

/** Measures, and reports each result. */
void bench(void (*report)(const char *name, unsigned long value));

#endif /* __BENCH_H__ */
