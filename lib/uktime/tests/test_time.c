/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Timers run in order, once, and never early; the clock never goes back; and
 * what an interrupt interrupts does not notice.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/time.h>
#include <uk/test.h>
#include <uk/time.h>

#define US 1000UL
#define MS 1000000UL
#define MANY 500
#define STORM 2000

static struct uk_timer many[MANY];

static struct {
	unsigned int fired;
	unsigned int order[MANY];
	unsigned int early;
	unsigned int unordered;
	__nsec last;
} seen;

static void note(struct uk_timer *timer, void *arg)
{
	__nsec now = uk_time_monotonic();

	seen.early += now < timer->deadline;
	seen.unordered += timer->deadline < seen.last;
	seen.last = timer->deadline;
	if (seen.fired < MANY)
		seen.order[seen.fired] = (unsigned int)(__uptr)arg;
	seen.fired++;
}

static void forget(void)
{
	memset(&seen, 0, sizeof(seen));
	for (__uptr i = 0; i < MANY; i++)
		uk_timer_init(&many[i], note, (void *)i);
}

/* Waits until so many have fired, or for ten seconds. */
static void wait_fired(unsigned int count)
{
	__nsec end = uk_time_monotonic() + 10000 * MS;

	while (UK_READ_ONCE(seen.fired) < count && uk_time_monotonic() < end)
		ukarch_cpu_relax();
}

UK_TESTCASE(uktime, sums_and_conversions_saturate)
{
	const __u64 last = UK_TIME_NEVER / UK_NSEC_PER_SEC;

	UK_TEST_EXPECT_UNUM_EQ(uk_time_add(1, 2), 3);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_add(UK_TIME_NEVER - 1, 1),
			       UK_TIME_NEVER);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_add(UK_TIME_NEVER, 2), UK_TIME_NEVER);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_from(2, 5), 2000000005);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_from(last, 0), last * UK_NSEC_PER_SEC);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_from(last, UK_NSEC_PER_SEC - 1),
			       UK_TIME_NEVER);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_from(last + 1, 0), UK_TIME_NEVER);
	UK_TEST_EXPECT_UNUM_EQ(uk_time_from(UK_TIME_NEVER, 0), UK_TIME_NEVER);
}

UK_TESTCASE(uktime, a_period_without_end_never_comes)
{
	struct uk_timer timer = UK_TIMER_INIT(note, NULL);

	uk_timer_start(&timer, uk_time_monotonic() + 10000 * MS);
	UK_TEST_EXPECT_ZERO(uk_timer_forward(&timer, UK_TIME_NEVER - MS));
	UK_TEST_EXPECT_UNUM_EQ(timer.deadline, UK_TIME_NEVER);
	UK_TEST_EXPECT_SNUM_EQ(uk_timer_cancel(&timer), 1);
}

UK_TESTCASE(uktime, sleeps_long_enough)
{
	static const __nsec times[] = {
		0, 1, 10 * US, 100 * US, 3 * MS, 30 * MS
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(times); i++) {
		__nsec start = uk_time_monotonic(), slept;

		uk_time_sleep(times[i]);
		slept = uk_time_monotonic() - start;
		UK_TEST_EXPECT_UNUM_GE(slept, times[i]);
		UK_TEST_EXPECT_UNUM_LT(slept, times[i] + 10000 * MS);
	}
	UK_TEST_EXPECT(ukarch_irq_enabled());
}

UK_TESTCASE(uktime, runs_in_order_of_deadlines)
{
	static const __u8 at[] = { 7, 3, 9, 1, 5, 3, 1, 9 };
	static const __u8 order[] = { 3, 6, 1, 5, 4, 0, 2, 7 };
	unsigned long flags;
	__nsec start, others;

	forget();
	flags = ukarch_irq_save();
	others = uk_timer_next(); /* a scheduler's */
	start = uk_time_monotonic() + MS;
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++)
		uk_timer_start(&many[i], start + at[i] * 50 * US);
	UK_TEST_EXPECT_UNUM_EQ(uk_timer_next(), MIN(others, start + 50 * US));
	ukarch_irq_restore(flags);
	wait_fired(ARRAY_SIZE(at));
	UK_TEST_ASSERT_UNUM_EQ(seen.fired, ARRAY_SIZE(at));
	for (unsigned int i = 0; i < ARRAY_SIZE(at); i++)
		UK_TEST_EXPECT_UNUM_EQ(seen.order[i], order[i]);
	UK_TEST_EXPECT_ZERO(seen.early);
	UK_TEST_EXPECT_UNUM_EQ(uk_timer_next(), others);
}

static __u32 next_random(void)
{
	static __u32 state = 20261121;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

/* Started at random times, moved and cancelled at random. */
UK_TESTCASE(uktime, many_random_timers)
{
	unsigned int cancelled = 0;
	unsigned long flags;
	__nsec start;

	forget();
	flags = ukarch_irq_save();
	start = uk_time_monotonic() + MS;
	for (unsigned int i = 0; i < MANY; i++)
		uk_timer_start(&many[i], start + next_random() % (5 * MS));
	for (unsigned int i = 0; i < MANY; i++) {
		struct uk_timer *t = &many[next_random() % MANY];

		if (next_random() & 1)
			uk_timer_start(t, start + next_random() % (5 * MS));
		else
			uk_timer_cancel(t);
	}
	for (unsigned int i = 0; i < MANY; i++)
		cancelled += !uk_timer_pending(&many[i]);
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT_UNUM_GT(cancelled, MANY / 8);
	wait_fired(MANY - cancelled);
	uk_time_sleep(MS);
	UK_TEST_EXPECT_UNUM_EQ(seen.fired, MANY - cancelled);
	UK_TEST_EXPECT_ZERO(seen.early);
	UK_TEST_EXPECT_ZERO(seen.unordered);
}

UK_TESTCASE(uktime, cancelled_ones_do_not_run)
{
	unsigned long flags;

	forget();
	flags = ukarch_irq_save();
	uk_timer_start(&many[0], uk_time_monotonic() + MS);
	uk_timer_start(&many[1], uk_time_monotonic() + 2 * MS);
	UK_TEST_EXPECT(uk_timer_pending(&many[0]));
	UK_TEST_EXPECT_SNUM_EQ(uk_timer_cancel(&many[0]), 1);
	UK_TEST_EXPECT_SNUM_EQ(uk_timer_cancel(&many[0]), 0);
	UK_TEST_EXPECT(!uk_timer_pending(&many[0]));
	ukarch_irq_restore(flags);
	uk_time_sleep(3 * MS);
	UK_TEST_EXPECT_UNUM_EQ(seen.fired, 1);
	UK_TEST_EXPECT_UNUM_EQ(seen.order[0], 1);
}

/* All overdue at once, as after a jump of time: once each, in order. */
UK_TESTCASE(uktime, overdue_ones_run_once_in_order)
{
	struct uk_timer_stats before, after;
	unsigned long flags;
	__nsec now;

	forget();
	uk_timer_stats_get(&before);
	flags = ukarch_irq_save();
	now = uk_time_monotonic();
	for (unsigned int i = 0; i < 100; i++)
		uk_timer_start(&many[i], now - (__nsec)i);
	ukarch_irq_restore(flags);
	wait_fired(100);
	uk_time_sleep(MS);
	uk_timer_stats_get(&after);
	UK_TEST_EXPECT_UNUM_EQ(seen.fired, 100);
	UK_TEST_EXPECT_ZERO(seen.unordered);
	UK_TEST_EXPECT_UNUM_LE(after.interrupts - before.interrupts, 5);
}

static void again_at_once(struct uk_timer *timer, void *arg)
{
	note(timer, arg);
	if (seen.fired < 20)
		uk_timer_start(timer, 1);
}

/* A timer that is always late neither holds the program nor others up. */
UK_TESTCASE(uktime, who_lags_is_held_back)
{
	__nsec start = uk_time_monotonic();
	unsigned long flags;

	forget();
	uk_timer_init(&many[0], again_at_once, NULL);
	flags = ukarch_irq_save();
	uk_timer_start(&many[0], 1);
	uk_timer_start(&many[1], 2);
	ukarch_irq_restore(flags);
	wait_fired(20);
	UK_TEST_EXPECT_UNUM_EQ(seen.fired, 20);
	UK_TEST_EXPECT_UNUM_EQ(seen.order[1], 1);
	UK_TEST_EXPECT_UNUM_GE(uk_time_monotonic() - start,
			       18 * UK_TIMER_PASS_NS);
}

static __u64 left_out;

static void beat(struct uk_timer *timer, void *arg)
{
	note(timer, arg);
	if (seen.fired < 10)
		left_out += uk_timer_forward(timer, 200 * US);
}

/* Beats keep their rhythm, and those that are past are left out. */
UK_TESTCASE(uktime, forward_keeps_the_rhythm)
{
	unsigned long flags;
	__nsec start;

	forget();
	left_out = 0;
	uk_timer_init(&many[0], beat, NULL);
	start = uk_time_monotonic();
	flags = ukarch_irq_save();
	uk_timer_start(&many[0], start);
	while (uk_time_monotonic() < start + 3 * MS)
		ukarch_cpu_relax();
	ukarch_irq_restore(flags);
	wait_fired(10);
	UK_TEST_EXPECT_UNUM_EQ(seen.fired, 10);
	UK_TEST_EXPECT_UNUM_GE(left_out, 14);
	UK_TEST_EXPECT_ZERO((many[0].deadline - start) % (200 * US));
	UK_TEST_EXPECT_UNUM_EQ(many[0].deadline,
			       start + (9 + left_out) * 200 * US);
}

/* Ticks of the counter in some nanoseconds. */
static __u64 ticks_in(__nsec ns)
{
	/* In this order a host that stops in between makes them more. */
	__u64 ticks = ukarch_ticks();
	__nsec start = uk_time_monotonic();

	while (uk_time_monotonic() - start < 2 * MS)
		ukarch_cpu_relax();
	return (ukarch_ticks() - ticks) * (ns / US) / (2 * MS / US);
}

/* As a debugger does: held for longer than the timer had to go. */
UK_TESTCASE(uktime, a_stop_is_no_time)
{
	__nsec before, held, wall = uk_time_wall();
	__u64 ticks, wait = ticks_in(120 * MS);
	unsigned long flags;

	forget();
	uk_timer_start(&many[0], uk_time_monotonic() + 100 * MS);
	flags = ukarch_irq_save();
	uk_time_stop();
	uk_time_stop();
	before = uk_time_monotonic();
	ticks = ukarch_ticks();
	while (ukarch_ticks() - ticks < wait)
		ukarch_cpu_relax();
	held = uk_time_monotonic() - before;
	uk_time_resume();
	uk_time_resume();
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT_ZERO(held);
	UK_TEST_EXPECT_ZERO(seen.fired);
	wait_fired(1);
	UK_TEST_EXPECT_UNUM_EQ(seen.fired, 1);
	UK_TEST_EXPECT_ZERO(seen.early);
	UK_TEST_EXPECT_UNUM_GE(uk_time_wall() - wall, 200 * MS);
}

/* --- under a storm of interrupts ------------------------------------------*/

static struct {
	volatile unsigned int over;
	unsigned int count;
	__nsec last;
	unsigned int backwards;
} storm;

static void blow(struct uk_timer *timer, void *arg __unused)
{
	__nsec now = uk_time_monotonic();

	storm.backwards += now < storm.last;
	storm.last = now;
	if (++storm.count < STORM)
		uk_timer_start(timer, now);
	else
		storm.over = 1;
}

static void storm_begin(struct uk_timer *timer)
{
	memset(&storm, 0, sizeof(storm));
	uk_timer_init(timer, blow, NULL);
	uk_timer_start(timer, 0);
}

UK_TESTCASE(uktime, the_clock_never_goes_back)
{
	unsigned int backwards = 0;
	struct uk_timer timer;
	__nsec last = 0;

	storm_begin(&timer);
	while (!storm.over) {
		__nsec seen_there = UK_READ_ONCE(storm.last);
		__nsec now = uk_time_monotonic();

		backwards += now < last || now < seen_there;
		last = now;
	}
	UK_TEST_EXPECT_ZERO(backwards);
	UK_TEST_EXPECT_ZERO(storm.backwards);
}

unsigned int hold_registers(volatile unsigned int *stop);

UK_TESTCASE(uktime, registers_survive_a_storm)
{
	struct uk_timer timer;

	storm_begin(&timer);
	UK_TEST_EXPECT_ZERO(hold_registers(&storm.over));
	UK_TEST_EXPECT_UNUM_EQ(storm.count, STORM);
}

uk_testsuite_register(uktime, NULL);
