/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * State that each CPU has for itself. One CPU runs today; code that reaches the
 * state through uk_percpu() needs no change for several CPUs.
 */
#ifndef __UK_PERCPU_H__
#define __UK_PERCPU_H__

#include <uk/essentials.h>

struct ukarch_trap_ctx;
struct uk_thread;

struct uk_percpu {
	/* CPU number, 0 boots */
	unsigned int id;
	/* traps entered and not left; 0 outside of trap context */
	unsigned int trap_depth;
	/* the innermost trap being handled, NULL outside of trap context */
	struct ukarch_trap_ctx *trap;
#ifdef CONFIG_LIBUKSCHED
	/* the thread on the CPU, NULL before there are threads */
	struct uk_thread *thread;
#endif
};

extern struct uk_percpu uk_percpu_boot;

/** The calling CPU's state. Contexts: any. */
static inline struct uk_percpu *uk_percpu(void)
{
	return &uk_percpu_boot;
}

#endif /* __UK_PERCPU_H__ */
