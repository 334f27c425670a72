/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __BENCH_H__
#define __BENCH_H__

/** Measures, and tells each result. */
void bench(void (*tell)(const char *name, unsigned long value));

#endif /* __BENCH_H__ */
