/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Timers of each CPU: run there, in order, not early; cancelled and moved by
 * another; and started and cancelled by all at once.
 */
#include <stdio.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/lcpu.h>
#include <uk/time.h>
#include "scenes.h"

#define US 1000UL
#define MS (1000 * US)
#define HOUR (3600 * UK_NSEC_PER_SEC)
#define MANY 20
#define CHUNKS 20
#define TURNS 50

static struct uk_timer timers[CPUS][MANY];
static __nsec start;

static struct seen {
	unsigned int fired, elsewhere, early, unordered, cancelled;
	__nsec last;
} seen[CPUS]; /* by the CPU it happens on */

static void note(struct uk_timer *timer, void *arg)
{
	unsigned int cpu = ukplat_lcpu_id();
	struct seen *s = &seen[cpu];

	s->elsewhere += cpu != (unsigned int)(__uptr)arg;
	s->early += uk_time_monotonic() < timer->deadline;
	s->unordered += timer->deadline < s->last;
	s->last = timer->deadline;
	s->fired++;
}

static unsigned int neighbour(unsigned int cpu)
{
	return (cpu + 1) % ukplat_lcpu_count();
}

static void start_own(unsigned int cpu)
{
	for (unsigned int i = 0; i < MANY; i++) {
		uk_timer_init(&timers[cpu][i], note, (void *)(__uptr)cpu);
		uk_timer_start(&timers[cpu][i], start + dice(5000) * US);
	}
}

static void start_far(unsigned int cpu)
{
	for (unsigned int i = 0; i < MANY; i++) {
		uk_timer_init(&timers[cpu][i], note, (void *)(__uptr)cpu);
		uk_timer_start(&timers[cpu][i], start + HOUR + dice(100));
	}
}

/* The first half of the neighbour's is cancelled, the others come here. */
static void take_from_neighbour(unsigned int cpu)
{
	struct uk_timer *t = timers[neighbour(cpu)];

	for (unsigned int i = 0; i < MANY / 2; i++)
		seen[cpu].cancelled += (unsigned int)uk_timer_cancel(&t[i]);
	for (unsigned int i = MANY / 2; i < MANY; i++) {
		t[i].arg = (void *)(__uptr)cpu;
		uk_timer_start(&t[i], start + dice(5000) * US);
	}
}

/* Waits, ten seconds at most, and prints what each CPU has seen. */
static int report(const char *what, unsigned int count)
{
	__nsec end = uk_time_monotonic() + 10 * UK_NSEC_PER_SEC;
	int bad = 0;

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		while (UK_READ_ONCE(seen[i].fired) < count &&
		       uk_time_monotonic() < end)
			ukarch_cpu_relax();
	uk_time_sleep(10 * MS);
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		struct seen s = seen[i];

		printf("timers: cpu %u: %s %u, cancelled %u\n", i, what,
		       s.fired, s.cancelled);
		bad |= s.fired != count || s.elsewhere || s.early ||
		       s.unordered;
		seen[i] = (struct seen){ 0 };
	}
	return bad;
}

/* Of one start: taken by the handler, or by the CPU that cancels. */
static struct {
	struct uk_timer timer;
	int alive;
	unsigned int handled, cancelled;
} race[CPUS];

static unsigned int twice;

static void again(unsigned int i)
{
	if (__atomic_exchange_n(&race[i].alive, 0, __ATOMIC_ACQ_REL) != 1)
		__atomic_add_fetch(&twice, 1, __ATOMIC_RELAXED);
}

static void restart(unsigned int i)
{
	__atomic_store_n(&race[i].alive, 1, __ATOMIC_RELEASE);
	uk_timer_start(&race[i].timer, uk_time_monotonic() + dice(100) * US);
}

static void handled(struct uk_timer *timer __unused, void *arg)
{
	unsigned int i = (unsigned int)(__uptr)arg;

	again(i);
	__atomic_add_fetch(&race[i].handled, 1, __ATOMIC_RELAXED);
	restart(i);
}

static void race_start(unsigned int cpu)
{
	uk_timer_init(&race[cpu].timer, handled, (void *)(__uptr)cpu);
	restart(cpu);
}

static void race_turns(unsigned int cpu __unused)
{
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		unsigned int i = dice(ukplat_lcpu_count());

		for (unsigned int wait = dice(50); wait; wait--)
			ukarch_cpu_relax();
		if (!uk_timer_cancel(&race[i].timer))
			continue;
		again(i);
		__atomic_add_fetch(&race[i].cancelled, 1, __ATOMIC_RELAXED);
		restart(i);
	}
}

/* A handler that starts it again while it is cancelled does so no more. */
static void race_end(void)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		(void)uk_timer_cancel_wait(&race[i].timer);
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		twice += (unsigned int)race[i].timer.pending;
}

static int race_report(void)
{
	unsigned int all = 0, cancelled = 0;

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		all += race[i].handled;
		cancelled += race[i].cancelled;
		twice += !race[i].alive;
	}
	printf("timers: handled %s, cancelled %s, twice or lost %u\n",
	       all ? "some" : "none", cancelled ? "some" : "none", twice);
	return twice || !all || !cancelled;
}

int scene_timers(void)
{
	struct uk_timer_stats stats;

	start = uk_time_monotonic() + 2 * MS;
	everywhere(start_own);
	if (report("own", MANY))
		return 1;
	start = uk_time_monotonic() + 2 * MS;
	everywhere(start_far);
	everywhere(take_from_neighbour);
	if (report("the neighbour's", MANY / 2))
		return 2;
	everywhere(race_start);
	for (unsigned int i = 0; i < CHUNKS; i++)
		everywhere(race_turns);
	race_end();
	if (race_report())
		return 3;
	uk_timer_stats_get(&stats);
	return stats.started < stats.fired ? 4 : 0;
}
