/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Sets of CPUs, as glibc has them in <sched.h>.
 */
#ifndef _SYS_CPUSET_H_
#define _SYS_CPUSET_H_

#define CPU_SETSIZE 64

typedef struct {
	unsigned long _bits;
} cpu_set_t;

#define _CPU_BIT(cpu) ((unsigned long)(cpu) < CPU_SETSIZE ? 1UL << (cpu) : 0UL)
#define CPU_ZERO(set) ((void)((set)->_bits = 0))
#define CPU_SET(cpu, set) ((void)((set)->_bits |= _CPU_BIT(cpu)))
#define CPU_CLR(cpu, set) ((void)((set)->_bits &= ~_CPU_BIT(cpu)))
#define CPU_ISSET(cpu, set) (((set)->_bits & _CPU_BIT(cpu)) != 0)
#define CPU_COUNT(set) __builtin_popcountl((set)->_bits)
#define CPU_EQUAL(a, b) ((a)->_bits == (b)->_bits)

#endif /* _SYS_CPUSET_H_ */
