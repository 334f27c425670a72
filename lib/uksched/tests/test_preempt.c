/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads that never give the CPU away: their vector registers, the frame of
 * the interrupt that took it from them, and what a debugger writes there.
 */
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/sched.h>
#include <uk/test.h>
#include "../sched_internal.h"
#include "spin.h"

#ifdef CONFIG_LIBUKSCHED_PREEMPT

#define US 1000UL
#define MS 1000000UL
#define BOUND (50000 * MS)
#define SWITCHES 10000

static struct spinner {
	__u64 want[SPIN_WORDS], have[SPIN_WORDS];
	unsigned long rounds, wrong;
	struct uk_thread *thread;
} spinners[2];

static volatile unsigned int stop;
static unsigned int beats, no_state, wrong_state;

/* 1 if registers are 256 bits wide. */
static int wide(void)
{
#ifdef CONFIG_ARCH_X86_64
	return x86_fpstate_offset(2) != 0;
#else
	return 0;
#endif
}

static void *spin(void *arg)
{
	struct spinner *s = arg;

	s->wrong = spin_vectors(s->want, s->have, &stop, wide(), &s->rounds);
	return NULL;
}

/* The first vector register and the last, as they lie in the state. */
static int state_is(const struct spinner *s, const char *state)
{
#ifdef CONFIG_ARCH_X86_64
	const char *first = state + X86_FPSTATE_XMM, *last = first + 15 * 16;
	const char *high = state + x86_fpstate_offset(2);

	return !memcmp(first, s->want, 16) && !memcmp(last, s->want + 60, 16) &&
	       (!wide() || (!memcmp(high, s->want + 2, 16) &&
			    !memcmp(high + 15 * 16, s->want + 62, 16)));
#else
	return !memcmp(state, s->want, sizeof(s->want));
#endif
}

static void beat(struct uk_timer *timer, void *arg __unused)
{
	beats++;
	for (int i = 0; i < 2; i++) {
		struct spinner *s = &spinners[i];
		void *state = uk_thread_fpstate(s->thread);

		if (s->thread == uk_thread_current() || !s->rounds)
			continue;
		no_state += !state;
		wrong_state += state && !state_is(s, state);
	}
	uk_timer_forward(timer, 170 * US);
}

/* All take turns on one CPU. */
static int slices(struct uk_testsuite *suite __unused)
{
	uksched_slice_us = 5000;
	return uk_thread_set_affinity(uk_thread_current(), 1);
}

/* Two threads and a timer; main sleeps and counts. */
UK_TESTCASE(uksched_preempt, vector_registers_are_a_threads_own)
{
	struct uk_timer timer = UK_TIMER_INIT(beat, NULL);
	__nsec end = uk_time_monotonic() + BOUND;
	__u64 switches = 0;

	uksched_slice_us = 100;
	stop = 0;
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int w = 0; w < SPIN_WORDS; w++)
			spinners[i].want[w] = (i ? 0x5a00UL : 0xa500UL) << 40 |
					      (w + 1) * 0x01000193UL;
		spinners[i].thread =
			uk_thread_create("spinner", spin, &spinners[i]);
		UK_TEST_ASSERT_NOT_NULL(spinners[i].thread);
	}
	uk_timer_start(&timer, uk_time_monotonic());
	while (switches < SWITCHES && uk_time_monotonic() < end) {
		uk_thread_sleep(10 * MS);
		switches = spinners[0].thread->switches +
			   spinners[1].thread->switches;
	}
	uk_timer_cancel_wait(&timer);
	stop = 1;
	for (int i = 0; i < 2; i++) {
		uk_thread_join(spinners[i].thread, NULL);
		UK_TEST_EXPECT_ZERO(spinners[i].wrong);
		UK_TEST_EXPECT_UNUM_GT(spinners[i].rounds, 0);
	}
	slices(NULL);
	UK_TEST_EXPECT_UNUM_GE(switches, SWITCHES);
	UK_TEST_EXPECT_UNUM_GT(beats, 0);
	UK_TEST_EXPECT_ZERO(no_state);
	UK_TEST_EXPECT_ZERO(wrong_state);
}

static volatile unsigned int started;

static void *spin_reg(void *arg __unused)
{
	spin_register(&started);
	return NULL;
}

/* main is preempted into the spinner, and back; then it looks at its frame. */
UK_TESTCASE(uksched_preempt, what_is_written_to_the_frame_counts)
{
	struct uk_thread *t = uk_thread_create("spin", spin_reg, NULL);
	__nsec end = uk_time_monotonic() + BOUND;
	unsigned long flags;
	struct __regs *regs;

	UK_TEST_ASSERT_NOT_NULL(t);
	while (!started && uk_time_monotonic() < end)
		uk_sched_yield();
	UK_TEST_ASSERT(started);
	flags = ukarch_irq_save();
	regs = uk_thread_regs(t);
	UK_TEST_EXPECT_UNUM_GE(ukarch_regs_pc(regs), (__uptr)spin_register);
	UK_TEST_EXPECT_UNUM_LT(ukarch_regs_pc(regs),
			       (__uptr)spin_register + 64);
	UK_TEST_EXPECT(ukarch_regs_irq_enabled(regs));
	UK_TEST_EXPECT_NOT_NULL(uk_thread_fpstate(t));
#ifdef CONFIG_ARCH_X86_64
	UK_TEST_EXPECT_ZERO(regs->rbx);
	regs->rbx = 1;
#else
	UK_TEST_EXPECT_ZERO(regs->x[19]);
	regs->x[19] = 1;
#endif
	ukarch_irq_restore(flags);
	uk_thread_join(t, NULL);
	UK_TEST_EXPECT_UNUM_EQ(uk_sched_thread_count(), 1);
}

static volatile unsigned long turns[3];

static void *count(void *arg)
{
	while (!stop)
		turns[(__uptr)arg]++;
	return NULL;
}

static struct uk_thread *counters[3];

static void snapshot(__u64 *switches)
{
	unsigned long flags = ukarch_irq_save();

	for (int i = 0; i < 3; i++)
		switches[i] = counters[i]->switches;
	ukarch_irq_restore(flags);
}

/* Round robin: from when all are there each gets its share, give or take one.
 */
UK_TESTCASE(uksched_preempt, slices_are_shared_out)
{
	__nsec end = uk_time_monotonic() + BOUND;
	__u64 from[3], to[3], least, most;

	stop = 0;
	for (__uptr i = 0; i < 3; i++)
		counters[i] = uk_thread_create("count", count, (void *)i);
	snapshot(from);
	do {
		uk_thread_sleep(10 * MS);
		snapshot(to);
		for (int i = 0; i < 3; i++)
			to[i] -= from[i];
		least = MIN(MIN(to[0], to[1]), to[2]);
		most = MAX(MAX(to[0], to[1]), to[2]);
		UK_TEST_ASSERT_UNUM_LE(most, least + 1);
	} while (least < 10 && uk_time_monotonic() < end);
	UK_TEST_EXPECT_UNUM_GE(least, 10);
	stop = 1;
	for (int i = 0; i < 3; i++)
		uk_thread_join(counters[i], NULL);
}

uk_testsuite_register(uksched_preempt, slices);
#endif
