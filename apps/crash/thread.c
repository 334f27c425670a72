/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Crashes in a second thread, while main joins it: of a null pointer, with a
 * third one asleep and a fourth that waits for a mutex; or of its stack.
 */
#include <stdlib.h>
#include <uk/mutex.h>
#include <uk/sched.h>
#include <uk/stack.h>
#include "crash.h"

#define SECOND 1000000000UL

static struct uk_mutex lock = UK_MUTEX_INITIALIZER(0);
static void *volatile nowhere = NULL;

static __attribute__((noinline)) void *sleeps(void *arg)
{
	uk_thread_sleep(1000 * SECOND);
	return arg;
}

static __attribute__((noinline)) void *waits(void *arg)
{
	uk_mutex_lock(&lock);
	uk_mutex_unlock(&lock);
	return arg;
}

/* The two others run up to where they stay while this one yields. */
static __attribute__((noinline)) void *crashes(void *arg)
{
	uk_sched_yield();
	*(volatile int *)nowhere = 1;
	return arg;
}

static __attribute__((noinline)) int recurse(volatile int *depth)
{
	return ++*depth ? recurse(depth) + 1 : 0;
}

static __attribute__((noinline)) void *overflows(void *arg)
{
	volatile int depth = 0;

	recurse(&depth);
	return arg;
}

void __attribute__((noinline)) thread_overflow(void)
{
	struct uk_thread *t = uk_thread_create("deep", overflows, NULL);

	if (t)
		uk_thread_join(t, NULL);
}

static __attribute__((noinline)) void *pokes(void *arg)
{
	*(volatile char *)arg = 1;
	return arg;
}

void __attribute__((noinline)) foreign_guard(void)
{
	const struct uk_stack *own =
		uk_stack_find((__vaddr_t)__builtin_frame_address(0));
	struct uk_thread *t = uk_thread_create("other", pokes, own->guard);

	if (t)
		uk_thread_join(t, NULL);
}

/* Its frame has more bytes than the whole stack, and the guard page below it.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wframe-larger-than="
static __attribute__((noinline)) void *steps_over(void *arg)
{
	volatile char large[200000];

	__asm__ __volatile__("" : : "r"(large) : "memory");
	large[0] = 1;
	return large[0] ? arg : NULL;
}
#pragma GCC diagnostic pop

void __attribute__((noinline)) large_frame(void)
{
	struct uk_thread *t = uk_thread_create("wide", steps_over, NULL);

	if (t)
		uk_thread_join(t, NULL);
}

void __attribute__((noinline)) in_thread(void)
{
	struct uk_thread *t;

	uk_mutex_lock(&lock);
	t = uk_thread_create("second", crashes, NULL);
	uk_thread_create("sleeper", sleeps, NULL);
	uk_thread_create("waiter", waits, NULL);
	if (t)
		uk_thread_join(t, NULL);
}
