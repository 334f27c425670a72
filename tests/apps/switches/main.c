/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What threads cost, in ticks of the counter: instructions under `support/run
 * --icount`. Each result is a line "bench NAME VALUE".
 */
#include <stdio.h>
#include <uk/arch/lcpu.h>
#include <uk/mutex.h>
#include <uk/sched.h>
#include <uk/semaphore.h>

#define ROUNDS 100

static volatile int stop;

static void report(const char *name, __u64 value)
{
	printf("bench %s %lu\n", name, value);
}

static void *yields(void *arg)
{
	while (!stop)
		uk_sched_yield();
	return NULL;
}

/* Two threads hand the CPU to each other. */
static void measure_yield(void)
{
	struct uk_thread *t = uk_thread_create("yields", yields, NULL);
	__u64 start;

	uk_sched_yield();
	start = ukarch_ticks();
	for (int i = 0; i < ROUNDS; i++)
		uk_sched_yield();
	report("switch_yield", (ukarch_ticks() - start) / (2 * ROUNDS));
	stop = 1;
	uk_thread_join(t, NULL);
}

static struct uk_semaphore ping, pong;

static void *answers(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		uk_semaphore_down(&ping);
		uk_semaphore_up(&pong);
	}
	return NULL;
}

static void measure_semaphore(void)
{
	struct uk_thread *t = uk_thread_create("answers", answers, NULL);
	__u64 start;

	uk_sched_yield();
	start = ukarch_ticks();
	for (int i = 0; i < ROUNDS; i++) {
		uk_semaphore_up(&ping);
		uk_semaphore_down(&pong);
	}
	report("semaphore_round_trip", (ukarch_ticks() - start) / ROUNDS);
	uk_thread_join(t, NULL);
}

static void measure_mutex(void)
{
	static struct uk_mutex mutex = UK_MUTEX_INITIALIZER(0);
	__u64 start = ukarch_ticks();

	for (int i = 0; i < ROUNDS; i++) {
		uk_mutex_lock(&mutex);
		uk_mutex_unlock(&mutex);
	}
	report("mutex_pair", (ukarch_ticks() - start) / ROUNDS);
}

static struct uk_mutex contended = UK_MUTEX_INITIALIZER(0);

/* The other thread finds the mutex held while this one yields, and waits. With
 * two CPUs each has one, and yielding passes QEMU on to the other CPU.
 */
static void *contends(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		uk_mutex_lock(&contended);
		uk_sched_yield();
		uk_mutex_unlock(&contended);
	}
	return NULL;
}

static void measure_contended(void)
{
	struct uk_thread_attr attr = { .name = "contends" };
	struct uk_thread *t;
	__u64 start, yield;

	start = ukarch_ticks();
	uk_sched_yield();
	yield = ukarch_ticks() - start;
	attr.affinity = uk_sched_cpus() & ~1UL;
	if (uk_thread_create_attr(&t, &attr, contends, NULL))
		return;
	uk_sched_yield();
	start = ukarch_ticks();
	contends(NULL);
	report("mutex_contended",
	       (ukarch_ticks() - start) / (2 * ROUNDS) - yield);
	uk_thread_join(t, NULL);
}

static void *nothing(void *arg)
{
	return arg;
}

static void measure_create(void)
{
	__u64 start;

	uk_thread_join(uk_thread_create("nothing", nothing, NULL), NULL);
	start = ukarch_ticks();
	for (int i = 0; i < ROUNDS; i++)
		uk_thread_join(uk_thread_create("nothing", nothing, NULL),
			       NULL);
	report("thread_create_join", (ukarch_ticks() - start) / ROUNDS);
}

/* Who ran last, in two bits, and when. The next one sees how long ago it is. */
static volatile __u64 last;
static volatile __u64 least = (__u64)-1;

static void *spins(void *arg)
{
	__u64 self = (__u64)arg;

	while (!stop) {
		__u64 before = last, now = ukarch_ticks();

		if (before && (before & 3) != self && !stop &&
		    now - (before >> 2) < least)
			least = now - (before >> 2);
		last = ukarch_ticks() << 2 | self;
	}
	return NULL;
}

/* From one thread through the timer's interrupt into another. */
static void measure_preempt(void)
{
	struct uk_thread *t[2];

	stop = 0;
	for (unsigned long i = 0; i < 2; i++)
		t[i] = uk_thread_create("spins", spins, (void *)(i + 1));
	while (t[1]->switches < 100)
		uk_thread_sleep(10000000);
	stop = 1;
	for (int i = 0; i < 2; i++)
		uk_thread_join(t[i], NULL);
	report("switch_preempt", least);
}

int main(void)
{
	/* but for measure_contended() all is on one CPU */
	uk_thread_set_affinity(uk_thread_current(), 1);
	measure_yield();
	measure_semaphore();
	measure_mutex();
	measure_contended();
	measure_create();
	measure_preempt();
	return 0;
}
