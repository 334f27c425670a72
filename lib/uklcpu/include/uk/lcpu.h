/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Several CPUs, beyond what <uk/plat/lcpu.h> has: an event for each that
 * starts, and stopping all others, for a crash screen and a debugger. With one
 * CPU all of it is here and does nothing.
 */
#ifndef __UK_LCPU_H__
#define __UK_LCPU_H__

#include <errno.h>
#include <uk/arch/trap.h>
#include <uk/event.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/spinlock.h>

/*
 * Raised on each CPU but the one that boots, at its start, with interrupts
 * off; data: NULL. Priorities: 0 what the CPU itself needs, 1 the interrupt
 * controller, 5 whatever uses it.
 */
UK_EVENT_DECLARE(UK_EVENT_LCPU_INIT);

#ifdef CONFIG_HAVE_SMP
/*
 * What a CPU calls from its start on that was given nothing else to do, with
 * interrupts off; it does not return. NULL: it waits for interrupts. A
 * scheduler sets it in the early class.
 */
extern void (*uk_lcpu_idle)(void);

/*
 * A CPU that holds this lock is stopped when it has given it back, if that is
 * soon: who looks then finds each of its sections done as a whole. NULL: none.
 * A scheduler sets it in the early class, so that no thread is between CPUs.
 */
extern const struct uk_spinlock *uk_lcpu_stop_behind;
#endif

/*
 * Raised on each CPU that goes on after it was stopped, in the trap in which
 * it stands; data: its struct ukarch_trap_ctx. A handler may leave the trap for
 * good.
 */
UK_EVENT_DECLARE(UK_EVENT_LCPU_RESUMED);

/*
 * Raised on a CPU that uk_lcpu_nmi() or this library has interrupted, before it
 * stops if that was asked for; data: its struct ukarch_trap_ctx, in trap
 * context. Each handler looks whether it was meant; of several interrupts one
 * may have come.
 */
UK_EVENT_DECLARE(UK_EVENT_LCPU_NMI);

/* What uk_lcpu_stop_others() did. */
enum uk_lcpu_stop {
	/* The calling CPU is alone until uk_lcpu_resume_others(). */
	UK_LCPU_ALONE,
	/* It was that already. */
	UK_LCPU_NESTED,
	/* Another CPU had stopped this one meanwhile, and has resumed it. */
	UK_LCPU_LATE,
};

/* The trap number of a CPU that stands in a call, not in a trap: its pc is the
 * address behind the call.
 */
#define UK_LCPU_NO_TRAP (~0UL)

/* What a CPU does, as another sees it. */
enum uk_lcpu_state {
	UK_LCPU_OFF,	 /* it has not started */
	UK_LCPU_RUNS,	 /* also: it did not stop in time */
	UK_LCPU_STOPPED, /* by uk_lcpu_stop_others() */
};

#ifdef CONFIG_HAVE_SMP
/**
 * Has all other CPUs forget how pages were mapped, and waits until they have;
 * a second at most for each, then that is logged. A CPU that is stopped does it
 * before it goes on. For where ukarch_tlb_flush_page() does not reach them
 * (UKARCH_TLB_BROADCAST is 0).
 *
 * Contexts: init, thread, irq-off, also with locks held; trap of the CPU that
 * is alone.
 */
void uk_lcpu_tlb_flush(void);

/**
 * Interrupts a CPU that runs, even while it has interrupts off: it raises
 * UK_EVENT_LCPU_NMI. On x86_64 it may be the calling one.
 *
 * @return 0; -ENOTSUP where the controller cannot. Contexts: any.
 */
int uk_lcpu_nmi(unsigned int cpu);

/**
 * Stops all other CPUs, also those that have interrupts off, and waits for
 * them, a second at most. If another CPU does so at this moment the calling
 * one stands until it is resumed. What interrupts a CPU that stands waits, too.
 *
 * Where the controller has no interrupt of that kind (GICv2 without groups),
 * and in handlers of arm64's FIQs and other traps, a CPU does not stop.
 *
 * Contexts: trap, irq-off.
 *
 * @param ctx the trap that the caller handles, for those who look at this CPU;
 *   valid while it stands; NULL: none, they see the call
 */
enum uk_lcpu_stop uk_lcpu_stop_others(struct ukarch_trap_ctx *ctx);

/**
 * 1 while another CPU has stopped all others, or is about to, whether or not
 * this one has been asked yet. Contexts: irq-off.
 */
int uk_lcpu_is_stopping(void);

/**
 * Puts off that another CPU stops this one, until uk_lcpu_stop_allow(): around
 * the use of a device that the other may need then. Shortly: the other waits.
 * Nests. Contexts: irq-off.
 */
void uk_lcpu_stop_defer(void);
void uk_lcpu_stop_allow(void);

/** Lets the others go on. Contexts: as uk_lcpu_stop_others(). */
void uk_lcpu_resume_others(void);

/**
 * The calling CPU's program goes on while the others stay stopped, until
 * uk_lcpu_stop_others() finds that and uk_lcpu_resume_others() ends it. A lock
 * that a stopped CPU holds is waited for. Contexts: of the CPU that is alone.
 */
void uk_lcpu_run_alone(void);

/**
 * Another CPU, a stopped one, is alone from now on, and the calling one stands
 * among the stopped ones until they are resumed.
 *
 * @param ctx as for uk_lcpu_stop_others()
 * Contexts: of the CPU that is alone.
 */
void uk_lcpu_pass(unsigned int cpu, struct ukarch_trap_ctx *ctx);

/** What a CPU does. Contexts: any. */
enum uk_lcpu_state uk_lcpu_state(unsigned int cpu);

/**
 * The trap that a stopped CPU stands in; its registers may be changed. NULL
 * for one that is not stopped. Contexts: of the CPU that is alone.
 */
struct ukarch_trap_ctx *uk_lcpu_trap(unsigned int cpu);

/**
 * The vector registers of a stopped CPU, as ukarch_fpstate_save() has them; may
 * be changed. NULL for one that is not stopped, and without UKARCH_FPSTATE.
 * Contexts: of the CPU that is alone.
 */
void *uk_lcpu_fpstate(unsigned int cpu);
#else
static inline int uk_lcpu_nmi(unsigned int cpu __unused)
{
	return -ENOTSUP;
}

static inline void uk_lcpu_tlb_flush(void)
{
}

static inline void uk_lcpu_stop_defer(void)
{
}

static inline void uk_lcpu_stop_allow(void)
{
}

static inline enum uk_lcpu_stop
uk_lcpu_stop_others(struct ukarch_trap_ctx *ctx __unused)
{
#ifdef CONFIG_LIBUKCORE_LOCK_CHECK
	if (uk_percpu()->alone)
		return UK_LCPU_NESTED;
	uk_percpu()->alone = 1;
#endif
	return UK_LCPU_ALONE;
}

static inline void uk_lcpu_resume_others(void)
{
#ifdef CONFIG_LIBUKCORE_LOCK_CHECK
	uk_percpu()->alone = 0;
#endif
}

static inline void uk_lcpu_run_alone(void)
{
#ifdef CONFIG_LIBUKCORE_LOCK_CHECK
	uk_percpu()->alone = 0;
#endif
}

static inline void uk_lcpu_pass(unsigned int cpu __unused,
				struct ukarch_trap_ctx *ctx __unused)
{
}

static inline enum uk_lcpu_state uk_lcpu_state(unsigned int cpu)
{
	return cpu ? UK_LCPU_OFF : UK_LCPU_RUNS;
}

static inline struct ukarch_trap_ctx *uk_lcpu_trap(unsigned int cpu __unused)
{
	return __NULL;
}

static inline void *uk_lcpu_fpstate(unsigned int cpu __unused)
{
	return __NULL;
}
#endif

#ifdef CONFIG_HAVE_SMP
/**
 * 1 if a function that ukplat_lcpu_run() was given has not returned yet, on any
 * CPU. Contexts: any.
 */
int uk_lcpu_has_work(void);
#else
static inline int uk_lcpu_has_work(void)
{
	return 0;
}
#endif

/**
 * Stops all other CPUs for a look at what they do, whether or not they are
 * stopped already. Contexts: as uk_lcpu_stop_others().
 *
 * @return what uk_lcpu_look_end() needs to put that back
 */
static inline int uk_lcpu_look(void)
{
	int was_alone = uk_percpu_is_alone();
	enum uk_lcpu_stop stop;

	do
		stop = uk_lcpu_stop_others(__NULL);
	while (stop == UK_LCPU_LATE);
	return stop == UK_LCPU_ALONE ? 0 : was_alone ? 1 : 2;
}

static inline void uk_lcpu_look_end(int before)
{
	if (before == 0)
		uk_lcpu_resume_others();
	else if (before == 2)
		uk_lcpu_run_alone();
}

#endif /* __UK_LCPU_H__ */
