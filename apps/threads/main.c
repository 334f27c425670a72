/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Named workers that share a counter under a mutex and sleep between; a timer
 * that beats meanwhile; a variable that each of them has for itself.
 */
#include <stdio.h>
#include <uk/mutex.h>
#include <uk/sched.h>
#include <uk/time.h>

#define MS 1000000UL
#define WORKERS 4
#define ROUNDS 5

static struct uk_mutex lock = UK_MUTEX_INITIALIZER(0);
static unsigned int counter;

static __thread unsigned int own = 1000;

static void *work(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		uk_mutex_lock(&lock);
		counter++;
		own++;
		printf("%s: counter %u, own %u\n", uk_thread_current()->name,
		       counter, own);
		uk_mutex_unlock(&lock);
		uk_thread_sleep((unsigned long)arg * MS);
	}
	return arg;
}

/* In an interrupt: no printf here. */
static volatile unsigned int beats;

static void beat(struct uk_timer *timer, void *arg)
{
	beats++;
	uk_timer_forward(timer, MS);
}

int main(void)
{
	static struct uk_timer timer = UK_TIMER_INIT(beat, NULL);
	struct uk_thread *workers[WORKERS];
	unsigned int i;
	char name[16];

	uk_timer_start(&timer, uk_time_monotonic() + MS);
	for (i = 0; i < WORKERS; i++) {
		snprintf(name, sizeof(name), "worker%u", i);
		workers[i] = uk_thread_create(name, work, (void *)(i + 2UL));
		if (!workers[i]) {
			printf("no memory for %s\n", name);
			return 1;
		}
	}
	for (i = 0; i < WORKERS; i++)
		uk_thread_join(workers[i], NULL);
	printf("main: counter %u, own %u, beats %s\n", counter, own,
	       beats ? "yes" : "no");
	return counter != WORKERS * ROUNDS;
}
