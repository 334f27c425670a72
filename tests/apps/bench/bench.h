/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __BENCH_H__
#define __BENCH_H__

#include <uk/essentials.h>

/* A breakpoint instruction and the handler that resumes after it. */
void bench_trap(void);

/* The counter when the guest started. */
__u64 bench_start(void);

/* malloc and free; takes off what reading the counter twice costs. */
void bench_alloc(__u64 overhead);

#endif /* __BENCH_H__ */
