/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Everything at once, at random but the same in every run, while a timer
 * walks the list of threads from irq context.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/mutex.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/test.h>
#include "../sched_internal.h"

#define US 1000UL
#define MS 1000000UL
#define WORKERS 8
#define ROUNDS (CPUS > 1 ? 500 : 5000) /* a host may run one CPU at a time */
#define TOKENS 3

static struct uk_mutex mutex = UK_MUTEX_INITIALIZER(0);
static struct uk_semaphore tokens;
static unsigned long counter;
static unsigned int inside, too_many, children, bad_blocks;

static __thread __u32 state;

static __u32 next_random(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static void *child(void *arg)
{
	if ((__uptr)arg & 1)
		uk_sched_yield();
	return arg;
}

static void family(void)
{
	__uptr arg = next_random();
	struct uk_thread *t = uk_thread_create("child", child, (void *)arg);
	void *result = NULL;

	if (!t)
		return;
	uk_thread_join(t, &result);
	__atomic_fetch_add(&children, (__uptr)result == arg, __ATOMIC_RELAXED);
}

static void under_mutex(void)
{
	unsigned long seen;

	uk_mutex_lock(&mutex);
	seen = counter;
	if (next_random() & 1)
		uk_sched_yield();
	counter = seen + 1;
	uk_mutex_unlock(&mutex);
}

static void with_token(void)
{
	unsigned int now;

	uk_semaphore_down(&tokens);
	now = __atomic_add_fetch(&inside, 1, __ATOMIC_RELAXED);
	if (now > TOKENS)
		too_many++;
	uk_sched_yield();
	__atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
	uk_semaphore_up(&tokens);
}

static void memory(void)
{
	__sz size = next_random() % 3000 + 1;
	__u8 fill = (__u8)next_random();
	__u8 *block = uk_malloc(uk_alloc_get_default(), size);

	if (!block)
		return;
	memset(block, fill, size);
	uk_sched_yield();
	for (__sz i = 0; i < size; i++)
		bad_blocks += block[i] != fill;
	uk_free(uk_alloc_get_default(), block);
}

static void *worker(void *arg)
{
	unsigned long locked = 0;

	state = (__u32)(__uptr)arg * 2654435761U;
	for (int i = 0; i < ROUNDS; i++) {
		switch (next_random() % 16) {
		case 0:
			family();
			break;
		case 1:
			uk_thread_sleep(next_random() % (50 * US));
			break;
		case 2:
		case 3:
			with_token();
			break;
		case 4:
		case 5:
			memory();
			break;
		case 6:
			uk_sched_yield();
			break;
		default:
			under_mutex();
			locked++;
		}
	}
	return (void *)locked;
}

static unsigned int walks, bad_walks;

static void walk(struct uk_timer *timer, void *arg __unused)
{
	struct uk_thread *t = NULL;
	unsigned int count = 0, last = 0;

	while ((t = uk_thread_next(t)) && count < 1000) {
		bad_walks += t->id <= last || (!count && t->id != 1);
		last = t->id;
		count++;
	}
	bad_walks += count <= 1 || count > 2 * WORKERS + 2 + CPUS;
	walks++;
	uk_timer_forward(timer, 70 * US);
}

UK_TESTCASE(uksched_storm, everything_at_once)
{
	struct uk_timer timer = UK_TIMER_INIT(walk, NULL);
	struct uk_thread *t[WORKERS];
	unsigned long locked = 0;
	void *result;

	uk_semaphore_init(&tokens, TOKENS);
	for (__uptr i = 0; i < WORKERS; i++) {
		t[i] = uk_thread_create("storm", worker, (void *)(i + 1));
		UK_TEST_ASSERT_NOT_NULL(t[i]);
	}
	uk_timer_start(&timer, uk_time_monotonic());
	for (int i = 0; i < WORKERS; i++) {
		if (i == WORKERS - 1)
			uk_timer_cancel_wait(&timer);
		uk_thread_join(t[i], &result);
		locked += (unsigned long)result;
	}
	UK_TEST_EXPECT_UNUM_EQ(counter, locked);
	UK_TEST_EXPECT_ZERO(too_many);
	UK_TEST_EXPECT_ZERO(bad_blocks);
	UK_TEST_EXPECT_ZERO(bad_walks);
	UK_TEST_EXPECT_UNUM_GT(walks, 0);
	UK_TEST_EXPECT_UNUM_GT(children, WORKERS * ROUNDS / 32);
	UK_TEST_EXPECT_UNUM_EQ(uk_sched_thread_count(), 1);
	UK_TEST_EXPECT_UNUM_EQ(tokens.count, TOKENS);
}

/* No thread gets far; all CPUs take part. */
static int short_slices(struct uk_testsuite *suite __unused)
{
#ifdef CONFIG_LIBUKSCHED_PREEMPT
	uksched_slice_us = 100;
#endif
	return uk_thread_set_affinity(uk_thread_current(), uk_sched_cpus());
}

uk_testsuite_register(uksched_storm, short_slices);
