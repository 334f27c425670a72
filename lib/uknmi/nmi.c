/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The users, and who is due on which CPU. The list is read without a lock: a
 * user is linked by one store and is never taken out. Where one CPU gets all
 * interrupts it sends one to each other CPU on which a user is due.
 */
#include <uk/arch/lcpu.h>
#include <uk/crash.h>
#include <uk/init.h>
#include <uk/lcpu.h>
#include <uk/spinlock.h>
#include "nmi_internal.h"

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT

static struct uk_nmi_user *users;
static __nsec period; /* the shortest of all; 0: off */
static __nsec slack;  /* so much may a tick be early: half of the source's */
static int found;     /* there is a source */
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER(); /* of writers */

static struct {
	const struct ukarch_trap_ctx *inside; /* it calls users in this trap */
	int asked;			      /* by another CPU */
} cpus[CPUS];

/* It may have left that trap for good: a debugger does so. */
static int is_nested(const struct ukarch_trap_ctx *ctx)
{
	const struct ukarch_trap_ctx *inside = cpus[uk_percpu_id()].inside;

	while (inside && ctx && ctx != inside)
		ctx = ctx->outer;
	return inside && ctx;
}

static int is_due(const struct uk_nmi_user *u, unsigned int cpu, __nsec now)
{
	return UK_READ_ONCE(u->period) &&
	       now + UK_READ_ONCE(slack) >= UK_READ_ONCE(u->due[cpu]);
}

/* Ticks are left out while a debugger's stub is at work, and in a crash. */
static int is_silent(void)
{
	return uk_percpu_read(in_debugger) || uk_crash_in_progress();
}

/* A tick of a user is due on this CPU: the next one a period later. */
static int takes_tick(struct uk_nmi_user *u, unsigned int cpu, __nsec now)
{
	if (!is_due(u, cpu, now))
		return 0;
	u->due[cpu] += u->period;
	if (u->due[cpu] <= now)
		u->due[cpu] = now + u->period;
	return 1;
}

/* Or else another CPU would ask again at once. */
static void leave_out(unsigned int cpu, __nsec now)
{
	for (struct uk_nmi_user *u = UK_READ_ONCE(users); u; u = u->next)
		(void)takes_tick(u, cpu, now);
}

/* Calls the users that are due on this CPU. */
static void run(struct ukarch_trap_ctx *ctx, __nsec now)
{
	unsigned int cpu = uk_percpu_id();

	if (is_nested(ctx->outer)) {
		leave_out(cpu, now);
		return;
	}
	cpus[cpu].inside = ctx;
	for (struct uk_nmi_user *u = UK_READ_ONCE(users); u; u = u->next)
		if (takes_tick(u, cpu, now))
			u->func(ctx, u->arg);
	cpus[cpu].inside = __NULL;
}

#ifdef CONFIG_HAVE_SMP
static int any_due(unsigned int cpu, __nsec now)
{
	for (struct uk_nmi_user *u = UK_READ_ONCE(users); u; u = u->next)
		if (is_due(u, cpu, now))
			return 1;
	return 0;
}

static void ask(unsigned int cpu)
{
	if (uk_lcpu_state(cpu) != UK_LCPU_RUNS)
		return;
	__atomic_store_n(&cpus[cpu].asked, 1, __ATOMIC_RELEASE);
	(void)uk_lcpu_nmi(cpu);
}

static void ask_others(__nsec now)
{
	unsigned int me = uk_percpu_id();

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (i != me && !nmi_source_is_local && any_due(i, now))
			ask(i);
}

/* Their sources are to be set, if each has its own. */
static void set_others(void)
{
	unsigned int me = uk_percpu_id();

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (i != me && nmi_source_is_local)
			ask(i);
}

static int on_nmi(void *data)
{
	if (!__atomic_exchange_n(&cpus[uk_percpu_id()].asked, 0,
				 __ATOMIC_ACQUIRE))
		return UK_EVENT_NOT_HANDLED;
	if (nmi_source_is_local)
		(void)nmi_source_set(UK_READ_ONCE(period));
	else if (!is_silent())
		run(data, ukplat_monotonic_clock());
	return UK_EVENT_HANDLED_CONT;
}

static int init_cpu(void *data __unused)
{
	if (!found || !nmi_source_is_local)
		return UK_EVENT_NOT_HANDLED;
	nmi_source_init_cpu();
	(void)nmi_source_set(UK_READ_ONCE(period));
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER(UK_EVENT_LCPU_NMI, on_nmi);
UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, init_cpu, 5);
#else
static void ask_others(__nsec now __unused)
{
}

static void set_others(void)
{
}
#endif

void nmi_ticked(struct ukarch_trap_ctx *ctx)
{
	__nsec now;

	if (!UK_READ_ONCE(period) || is_silent())
		return;
	now = ukplat_monotonic_clock();
	ask_others(now);
	run(ctx, now);
}

/* With the lock: a user has another period. */
static void changed(void)
{
	__nsec shortest = 0;

	for (const struct uk_nmi_user *u = users; u; u = u->next)
		if (u->period && (!shortest || u->period < shortest))
			shortest = u->period;
	if (shortest == period)
		return;
	UK_WRITE_ONCE(period, shortest);
	UK_WRITE_ONCE(slack, nmi_source_set(shortest) / 2);
	set_others();
}

int uk_nmi_start(struct uk_nmi_user *user, __nsec ns)
{
	unsigned long flags;
	__nsec first;

	if (!found)
		return -ENOTSUP;
	if (ns < UK_NMI_PERIOD_MIN)
		return -EINVAL;
	uk_spin_lock_irqsave(&lock, flags);
	first = ukplat_monotonic_clock() + ns;
	for (unsigned int i = 0; i < CPUS; i++)
		UK_WRITE_ONCE(user->due[i], first);
	UK_WRITE_ONCE(user->period, ns);
	if (!user->listed) {
		user->listed = 1;
		user->next = users;
		__atomic_store_n(&users, user, __ATOMIC_RELEASE);
	}
	changed();
	uk_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

void uk_nmi_stop(struct uk_nmi_user *user)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	UK_WRITE_ONCE(user->period, 0);
	changed();
	uk_spin_unlock_irqrestore(&lock, flags);
}

/* A machine without it has no ticks, but boots. */
static int init(struct uk_init_ctx *ctx __unused)
{
	found = !nmi_source_init();
	return 0;
}

/* Behind the controller, before other CPUs start. */
uk_plat_initcall_prio(init, 0, 2);
