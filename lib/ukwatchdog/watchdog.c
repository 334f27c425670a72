/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What hangs on a CPU, as a periodic NMI sees it:
 *
 * - Interrupts are off at each tick, and the CPU has taken none of a timer of
 *   its own meanwhile, which shows that they were not on in between.
 * - The same thread has the CPU at each tick, was not given it anew, and others
 *   wait for it each time, or need not (watchdog.alone).
 *
 * Besides the time a number of ticks must have passed, on each CPU: a host that
 * did not run the guest for long lets it get only one, and a CPU may wait with
 * interrupts off for one that the host does not run. Of each hang there is one
 * report.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/init.h>
#include <uk/lcpu.h>
#include <uk/nmi.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/sched.h>
#include <uk/time.h>
#include "watchdog_internal.h"

#define MS_MIN 10U
#define MS_MAX 3600000U
#define TICKS 4 /* in the time after which a hang is reported */
#define TICKS_MIN 3
#define PATIENCE 4 /* times the limit, with a CPU that does not tick at all */
#define NSEC_PER_MS 1000000UL

static unsigned int limit_ms;
UK_PARAM(watchdog, ms, &limit_ms, uint,
	 "milliseconds after which a hang is reported; 0: never");

static char *action = "crash";
UK_PARAM(watchdog, action, &action, charp,
	 "what is done about a hang: crash or report");

static _Bool alone;
UK_PARAM(watchdog, alone, &alone, bool,
	 "report a thread that keeps the CPU though no other is ready, too");

static int crashes;
static __nsec period; /* of ticks; 0: off */

/* A condition that held at the last ticks. */
struct hang {
	unsigned int ticks;
	__nsec since;
	int reported;
	__u64 seen[CONFIG_UKPLAT_LCPU_MAXCOUNT]; /* ticks of each CPU then */
};

static void beat(struct uk_timer *timer, void *arg);

/* Of each CPU; all but the timer and its beats are the NMI's. */
static struct {
	struct uk_timer timer;
	unsigned int beats;
	unsigned int seen; /* of these at the last tick */
	struct hang irq_off, busy;
	const struct uk_thread *thread;
	__u64 switches;
	__nsec idle_time;
	__u64 ticks;
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT] = {
	[0 ... CONFIG_UKPLAT_LCPU_MAXCOUNT -
	 1] = { .timer = { .func = beat, .wakes_none = 1 } }
};

static void forget(struct hang *h)
{
	h->ticks = 0;
	h->reported = 0;
}

static void begin(struct hang *h, __nsec now)
{
	h->since = now;
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		h->seen[i] = UK_READ_ONCE(cpus[i].ticks);
}

/* The host has run all CPUs. */
static int all_ran(const struct hang *h)
{
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		if (uk_lcpu_state(i) != UK_LCPU_OFF &&
		    UK_READ_ONCE(cpus[i].ticks) - h->seen[i] < TICKS_MIN)
			return 0;
	return 1;
}

/* It holds at this tick too, or not. */
static void update(struct ukarch_trap_ctx *ctx, enum watchdog_hang what,
		   struct hang *h, int holds)
{
	__nsec now = uk_time_monotonic(), limit = limit_ms * NSEC_PER_MS;

	if (!holds) {
		forget(h);
		return;
	}
	if (!h->ticks++)
		begin(h, now);
	if (h->ticks <= TICKS_MIN || h->reported || now - h->since < limit ||
	    (!all_ran(h) && now - h->since < PATIENCE * limit))
		return;
	h->reported = 1;
	watchdog_report(ctx, what, now - h->since, crashes);
}

/* The CPU, and no handler interrupts that: it turns interrupts on when it
 * halts, which may take long where the host runs another CPU after each pause.
 */
static int idles(const struct ukarch_trap_ctx *ctx)
{
	const struct uk_thread *t = uk_thread_current();

	return t && !ctx->outer && strcmp(uk_thread_state_name(t), "running");
}

static int irq_stayed_off(const struct ukarch_trap_ctx *ctx, unsigned int cpu)
{
	unsigned int beats = UK_READ_ONCE(cpus[cpu].beats);
	int none = beats == cpus[cpu].seen;

	cpus[cpu].seen = beats;
	return !ukarch_regs_irq_enabled(ctx->regs) && !idles(ctx) &&
	       (none || !cpus[cpu].irq_off.ticks);
}

/* With one CPU a thread that waits may keep it and halt; with several there is
 * a switch then.
 */
static __nsec idle_time(void)
{
	return CONFIG_UKPLAT_LCPU_MAXCOUNT > 1 ? 0 : uk_sched_idle_time();
}

/* One that was not given the CPU since the last tick, or begins to count. */
static int thread_stayed(unsigned int cpu)
{
	const struct uk_thread *t = uk_thread_current();
	__nsec idle = idle_time();
	int stayed = t && t == cpus[cpu].thread &&
		     t->switches == cpus[cpu].switches &&
		     idle == cpus[cpu].idle_time;

	if (!stayed)
		forget(&cpus[cpu].busy);
	cpus[cpu].thread = t;
	cpus[cpu].switches = t ? t->switches : 0;
	cpus[cpu].idle_time = idle;
	if (alone)
		return t && !strcmp(uk_thread_state_name(t), "running");
	return t && uk_sched_is_wanted(cpu);
}

static void tick(struct ukarch_trap_ctx *ctx, void *arg __unused)
{
	unsigned int cpu = uk_percpu_id();

	cpus[cpu].ticks++;
	update(ctx, WATCHDOG_IRQ_OFF, &cpus[cpu].irq_off,
	       irq_stayed_off(ctx, cpu));
	/* one cause is enough, and this explains the other */
	if (cpus[cpu].irq_off.ticks > 1) {
		cpus[cpu].busy.reported |= cpus[cpu].irq_off.reported;
		return;
	}
	update(ctx, WATCHDOG_BUSY, &cpus[cpu].busy, thread_stayed(cpu));
}

static struct uk_nmi_user user = UK_NMI_USER(tick, __NULL);

static void warn_once(void)
{
	static int warned;

	if (!__atomic_exchange_n(&warned, 1, __ATOMIC_RELAXED))
		uk_pr_err("watchdog: no periodic NMI comes on this machine\n");
}

/* Irq context. */
static void beat(struct uk_timer *timer, void *arg __unused)
{
	unsigned int cpu = ukplat_lcpu_id();

	UK_WRITE_ONCE(cpus[cpu].beats, cpus[cpu].beats + 1);
	if (cpus[cpu].beats == 4 * TICKS && !UK_READ_ONCE(cpus[cpu].ticks))
		warn_once();
	if (period)
		(void)uk_timer_forward(timer, period);
}

static void start_beats(void)
{
	uk_timer_start(&cpus[ukplat_lcpu_id()].timer,
		       uk_time_monotonic() + period);
}

static int parse(struct uk_init_ctx *ctx __unused)
{
	crashes = !strcmp(action, "crash");
	if (!crashes && strcmp(action, "report") != 0) {
		uk_pr_err("watchdog.action=%s: use crash or report\n", action);
		return -ECANCELED;
	}
	if (limit_ms && (limit_ms < MS_MIN || limit_ms > MS_MAX)) {
		uk_pr_err("watchdog.ms=%u: give %u to %u milliseconds, or 0\n",
			  limit_ms, MS_MIN, MS_MAX);
		return -ECANCELED;
	}
	period = limit_ms * NSEC_PER_MS / TICKS;
	return 0;
}

static int init(struct uk_init_ctx *ctx __unused)
{
	if (!period)
		return 0;
	if (uk_nmi_start(&user, period)) {
		period = 0;
		uk_pr_err(
			"watchdog: off, as this machine has no interrupt that comes while interrupts are off\n");
		return 0;
	}
	start_beats();
	return 0;
}

static void fini(const struct uk_term_ctx *ctx __unused)
{
	if (period)
		uk_nmi_stop(&user);
	period = 0;
}

/* Behind the parameters; and behind class plat, in which interrupts are off, as
 * long as CPUs and devices take to start.
 */
uk_early_initcall_prio(parse, 0, 2);
uk_bus_initcall_prio(init, fini, 0);

#ifdef CONFIG_HAVE_SMP
static int init_cpu(void *data __unused)
{
	if (period)
		start_beats();
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, init_cpu, 9);
#endif
