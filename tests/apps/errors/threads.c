/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Of threads and time.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <uk/sched.h>
#include <uk/time.h>
#include <unistd.h>
#include "errors.h"

static pthread_mutex_t m1 = PTHREAD_MUTEX_INITIALIZER,
		       m2 = PTHREAD_MUTEX_INITIALIZER;

static void in_thread(void *(*function)(void *))
{
	pthread_t t;

	pthread_create(&t, NULL, function, NULL);
	pthread_join(t, NULL);
}

static void *locker(void *arg)
{
	pthread_mutex_lock(&m2);
	usleep(10000);
	pthread_mutex_lock(&m1);
	return arg;
}

MISTAKE deadlock(void)
{
	pthread_t t;

	pthread_create(&t, NULL, locker, NULL);
	pthread_mutex_lock(&m1);
	usleep(10000);
	pthread_mutex_lock(&m2);
}

MISTAKE selfdeadlock(void)
{
	pthread_mutex_lock(&m1);
	pthread_mutex_lock(&m1);
}

static void *deep(void *arg)
{
	int depth = 0;

	sink = recurse(&depth);
	return arg;
}

MISTAKE threadstack(void)
{
	in_thread(deep);
}

static void *wide(void *arg)
{
	volatile char large[200000];

	large[0] = 1;
	sink = large[0];
	return arg;
}

MISTAKE bigframe(void)
{
	in_thread(wide);
}

static void *reads(void *arg)
{
	sink = *(volatile int *)hide((void *)0x10);
	return arg;
}

MISTAKE threadnull(void)
{
	in_thread(reads);
}

MISTAKE joinself(void)
{
	printf("join: %s\n", strerror(pthread_join(pthread_self(), NULL)));
}

MISTAKE unlock(void)
{
	printf("unlock: %s\n", strerror(pthread_mutex_unlock(&m1)));
}

static void expires(struct uk_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	sink = *(volatile int *)hide((void *)0x20);
}

MISTAKE timer(void)
{
	static struct uk_timer t = UK_TIMER_INIT(expires, NULL);

	uk_timer_start(&t, uk_time_monotonic() + 1000000);
	for (;;)
		usleep(1000);
}

MISTAKE hang(void)
{
	for (;;)
		sink++;
}

MISTAKE hang_empty(void)
{
	for (;;)
		__asm__ volatile("" : : : "memory");
}
