/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * State that each CPU has for itself. What a library keeps for each CPU is an
 * array of CONFIG_UKPLAT_LCPU_MAXCOUNT elements, indexed by uk_percpu_id().
 */
#ifndef __UK_PERCPU_H__
#define __UK_PERCPU_H__

#include <uk/arch/percpu.h>

struct ukarch_trap_ctx;
struct uk_thread;

struct uk_percpu {
	/* the architecture's: first */
	struct ukarch_percpu arch;
	/* the innermost trap being handled, NULL outside of trap context */
	struct ukarch_trap_ctx *trap;
	/* the C library's, of the thread that has the CPU (lib/newlib) */
	void *libc;
	/* CPU number, 0 boots */
	unsigned int id;
	/* traps entered and not left; 0 outside of trap context */
	unsigned int trap_depth;
	/* the thread on the CPU, NULL without threads */
	struct uk_thread *thread;
	/*
	 * 1 while the debugger's stub or a probe is at work there, in a stop,
	 * for a condition, or in between, and while another CPU has stopped
	 * it: breakpoints in what it uses are passed over, and nothing stops.
	 * A trap that finds it set is `nested`.
	 */
	volatile int in_debugger;
	/* 1 while it has stopped all others: locks are not needed, and not
	 * waited for (<uk/spinlock.h>)
	 */
	unsigned int alone;
} __aligned(64);

/* By CPU number. */
extern struct uk_percpu uk_percpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/**
 * The calling CPU's state. Contexts: trap, irq-off, and boot: a thread that
 * can be interrupted may find itself on another CPU at the next instruction.
 */
static inline struct uk_percpu *uk_percpu(void)
{
#ifdef CONFIG_HAVE_SMP
	return ukarch_percpu();
#else
	return &uk_percpus[0];
#endif
}

/** The calling CPU is that one. Contexts: its boot, before all else. */
static inline void uk_percpu_init(unsigned int id)
{
	uk_percpus[id].id = id;
	ukarch_percpu_set(&uk_percpus[id]);
}

/**
 * One field of the calling CPU's state, such as uk_percpu_read(trap), as it is
 * at one moment. Contexts: any. Of a thread that can be interrupted only
 * `trap`, `trap_depth` and `thread` mean something afterwards.
 */
#ifdef CONFIG_HAVE_SMP
#define uk_percpu_read(field) ukarch_percpu_read(field)
#else
#define uk_percpu_read(field) (uk_percpus[0].field)
#endif

/** The calling CPU's number; a constant with one CPU. Contexts: as above. */
#ifdef CONFIG_HAVE_SMP
#define uk_percpu_id() uk_percpu_read(id)
#else
#define uk_percpu_id() 0U
#endif

/**
 * 1 if no other CPU runs: there is one only, or this one has stopped them.
 * Contexts: irq-off, trap.
 */
static inline int uk_percpu_is_alone(void)
{
#ifdef CONFIG_HAVE_SMP
	return !!uk_percpu_read(alone);
#else
	return 1;
#endif
}

#endif /* __UK_PERCPU_H__ */
