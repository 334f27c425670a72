/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * CPUs, under Unikraft's names, and how a machine ends.
 *
 * CPUs have numbers from 0, which boots, without gaps. The boot starts those
 * that the machine has, CONFIG_UKPLAT_LCPU_MAXCOUNT at most; each waits for an
 * interrupt then (uklcpu).
 */
#ifndef __UK_PLAT_LCPU_H__
#define __UK_PLAT_LCPU_H__

/* Exit statuses beside main's own 0–63; see support/run. */
#define UKPLAT_STATUS_CRASH 70
#define UKPLAT_STATUS_SETUP 71

#ifndef __ASSEMBLY__
#include <uk/essentials.h>
#include <uk/event.h>

/**
 * The machine is about to end or to reset: a driver waits, within a bound, for
 * a device that has still to take what was sent. Once a boot; the data is NULL.
 * Handlers return UK_EVENT_NOT_HANDLED. Contexts: any, interrupts are off,
 * other CPUs may run, and a trap may have interrupted anything.
 */
UK_EVENT_DECLARE(UKPLAT_EVENT_END);

/**
 * Ends the machine with a status that support/run returns, after
 * UKPLAT_EVENT_END: no term call runs. Contexts: any.
 */
void __noreturn ukplat_poweroff(int status);

/**
 * Resets the machine, after UKPLAT_EVENT_END. Under support/run, which lets no
 * guest start again, that ends it. Contexts: any.
 */
void __noreturn ukplat_restart(void);

#ifdef CONFIG_HAVE_SMP
#include <uk/percpu.h>

struct __regs;

typedef __u32 __lcpuid;

/* What a CPU runs from its start on; it does not return. */
typedef void (*ukplat_lcpu_entry_t)(void);

/** What ukplat_lcpu_run() has a CPU do. */
struct ukplat_lcpu_func {
	/* Irq context. regs: what it interrupted, which may be changed. */
	void (*fn)(struct __regs *regs, void *user);
	void *user;
};

/* No waiting for room in a CPU's queue. */
#define UKPLAT_LCPU_RFLG_DONOTBLOCK 0x1

/** The number of the calling CPU. Contexts: any; see uk_percpu_id(). */
static inline __lcpuid ukplat_lcpu_id(void)
{
	return uk_percpu_id();
}

/**
 * How many CPUs the image uses, those that did not start included. Contexts:
 * any.
 */
__u32 ukplat_lcpu_count(void);

/**
 * Starts CPUs that have not been started, and waits for them, a second at
 * most. One that does not start is logged.
 *
 * @param ids the CPUs; NULL: all but the calling one
 * @param num how many; receives how many of these run now. NULL if ids is
 * @param sp a stack pointer for each, NULL for a stack of its own; NULL: for
 *   all
 * @param entry what each runs, with interrupts off; NULL: it waits for
 *   ukplat_lcpu_run()
 * @param flags 0
 * @return 0; -EINVAL if there is no such CPU; -ETIMEDOUT if one did not start;
 *   -ENOTSUP if the machine cannot start any. Contexts: init.
 */
int ukplat_lcpu_start(const __lcpuid ids[], unsigned int *num, void *sp[],
		      const ukplat_lcpu_entry_t entry[], unsigned long flags);

/**
 * Waits until CPUs have run what ukplat_lcpu_run() gave them.
 *
 * @param ids, num as for ukplat_lcpu_start()
 * @param timeout nanoseconds; 0: for ever
 * @return 0; -EINVAL; -ETIMEDOUT. Contexts: init, thread; it spins.
 */
int ukplat_lcpu_wait(const __lcpuid ids[], unsigned int *num, __nsec timeout);

/**
 * Has CPUs run a function in an interrupt, and does not wait for that. Calls by
 * one CPU are run in their order. CPUs that do not run are passed over.
 *
 * @param ids, num as for ukplat_lcpu_start()
 * @param fn is copied
 * @param flags UKPLAT_LCPU_RFLG_DONOTBLOCK
 * @return 0; -EINVAL if there is no such CPU: none runs it, and *num stays;
 *   -EAGAIN if there is no room in a CPU's queue and the call must not block:
 *   *num is how many CPUs of the list have it.
 *
 * Contexts: thread, irq and irq-off with DONOTBLOCK only: two CPUs that wait
 * for each other with interrupts off wait for ever.
 */
int ukplat_lcpu_run(const __lcpuid ids[], unsigned int *num,
		    const struct ukplat_lcpu_func *fn, unsigned long flags);

/**
 * Ends the wait of CPUs for an interrupt by one that does nothing.
 *
 * @param ids, num as for ukplat_lcpu_start()
 * @return 0; -EINVAL. Contexts: any but trap.
 */
int ukplat_lcpu_wakeup(const __lcpuid ids[], unsigned int *num);

/** The calling CPU waits for ever, with interrupts off. Contexts: any. */
void __noreturn ukplat_lcpu_halt(void);
#else
#define ukplat_lcpu_id() 0U
#define ukplat_lcpu_count() 1U
#endif

#endif /* !__ASSEMBLY__ */

#endif /* __UK_PLAT_LCPU_H__ */
