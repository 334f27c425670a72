/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mistakes that programs make, each in a function of its own. A pointer passes
 * through hide(), so that the compiler removes no mistake.
 */
#ifndef __ERRORS_H__
#define __ERRORS_H__

#include <stddef.h>

#define MISTAKE __attribute__((noinline)) void

#define MEMORY(X)      \
	X(uaf)         \
	X(overflow)    \
	X(offbyone)    \
	X(offbyone3)   \
	X(offby8)      \
	X(under)       \
	X(doublefree)  \
	X(doublefree3) \
	X(badfree)     \
	X(midfree)     \
	X(uafwrite)    \
	X(uafread)     \
	X(uaffar)      \
	X(stackuaf)    \
	X(uninit)      \
	X(oom)         \
	X(negmalloc)   \
	X(memcpy_null) \
	X(constwrite)  \
	X(smash)
#define THREADS(X)      \
	X(deadlock)     \
	X(selfdeadlock) \
	X(threadstack)  \
	X(bigframe)     \
	X(threadnull)   \
	X(joinself)     \
	X(unlock)       \
	X(timer)        \
	X(hang)         \
	X(hang_empty)
#define OTHERS(X)          \
	X(recursion)       \
	X(divide)          \
	X(call_abort)      \
	X(assertion)       \
	X(longjmp_nowhere) \
	X(printf_wild)     \
	X(printf_small)    \
	X(printf_null)     \
	X(nullcall)        \
	X(wildcall)        \
	X(datacall)        \
	X(unreachable)     \
	X(exit_7)          \
	X(exit_300)        \
	X(overflow_signed) \
	X(trapfault)

#define DECLARE(name) void name(void);
MEMORY(DECLARE)
THREADS(DECLARE)
OTHERS(DECLARE)

static inline void *hide(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

extern volatile int sink;
int recurse(volatile int *depth);

#endif
