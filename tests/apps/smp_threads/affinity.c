/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A thread runs on the CPUs of its affinity only, and soon after that changed.
 */
#include <errno.h>
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include "scenes.h"

static volatile int stop;
static int mistakes;

static void check_cpu(__u64 allowed)
{
	unsigned long flags = ukarch_irq_save();

	if (!(allowed >> uk_percpu_id() & 1))
		__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED);
	ukarch_irq_restore(flags);
}

static void *stays(void *arg)
{
	__u64 allowed = 1UL << (unsigned long)arg;

	for (int i = 0; i < 100; i++) {
		check_cpu(allowed);
		if (i % 3)
			uk_sched_yield();
		else
			uk_thread_sleep(MS / 20);
	}
	return NULL;
}

/* From CPU to CPU. */
static void *wanders(void *arg)
{
	for (unsigned int i = 0, n = cpus(); i < 100; i++) {
		__u64 here = 1UL << i % n;

		if (uk_thread_set_affinity(uk_thread_current(), here))
			__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED);
		check_cpu(here);
		uk_sched_yield();
		check_cpu(here);
	}
	return arg;
}

/* Does not give the CPU away. */
static void *spins(void *arg)
{
	while (!stop)
		ukarch_cpu_relax();
	return arg;
}

static void *ends(void *arg)
{
	return arg;
}

/* One that comes to a CPU and leaves it again, before the CPU has looked. */
static struct uk_thread *pass_by(unsigned int cpu)
{
	struct uk_thread_attr attr = { .name = "passes",
				       .affinity = 1UL << cpu };
	struct uk_thread *t = NULL;

	if (uk_thread_create_attr(&t, &attr, ends, NULL) ||
	    uk_thread_set_affinity(t, uk_sched_cpus()))
		mistakes++;
	return t;
}

/* A thread that runs, on another CPU or not at this moment, is moved. */
static void move_others(void)
{
	struct uk_thread *t = uk_thread_create("moved", spins, NULL), *other;

	for (unsigned int i = 0, n = cpus(); i < 12; i++) {
		__nsec end = uk_time_monotonic() + BOUND;
		unsigned int from = t->cpu;

		if (uk_thread_set_affinity(t, 1UL << i % n))
			mistakes++;
		other = pass_by(from);
		while (t->cpu != i % n && uk_time_monotonic() < end)
			uk_sched_yield();
		mistakes += t->cpu != i % n;
		if (other)
			uk_thread_join(other, NULL);
	}
	stop = 1;
	uk_thread_join(t, NULL);
}

int scene_affinity(void)
{
	struct uk_thread *t[16];
	unsigned int n = cpus(), i;

	for (i = 0; i < n; i++) {
		struct uk_thread_attr attr = { .affinity = 1UL << i };

		if (uk_thread_create_attr(&t[i], &attr, stays,
					  (void *)(unsigned long)i))
			return 1;
		mistakes += uk_thread_get_affinity(t[i]) != 1UL << i;
	}
	t[i] = uk_thread_create("wanders", wanders, NULL);
	for (; n + 1; n--)
		uk_thread_join(t[n], NULL);
	move_others();
	if (uk_thread_set_affinity(uk_thread_current(), 0) != -EINVAL ||
	    uk_thread_set_affinity(uk_thread_current(), 1UL << 63) != -EINVAL)
		mistakes++;
	return mistakes;
}

/* --- for a debugger, which calls hop() in the middle of read_cpu() ---------*/

unsigned int read_cpu(void);
unsigned int __attribute__((noinline, aligned(8))) read_cpu(void)
{
	return uk_percpu_id();
}

static void hop(void)
{
	uk_thread_set_affinity(uk_thread_current(), 2);
}

void (*volatile for_gdb)(void) = hop;

int scene_hop(void)
{
	uk_thread_set_affinity(uk_thread_current(), 1);
	if (!for_gdb)
		return 1;
	return read_cpu() != 1;
}

/* --- for a debugger, which calls add() in a thread that takes naps ---------*/

int add(int a, int b);
int __attribute__((noinline)) add(int a, int b)
{
	return a + b;
}

int (*volatile added_by_gdb)(int, int) = add;
volatile unsigned long naps, nap_turns;

static void __attribute__((noinline)) nap_turn(void)
{
	nap_turns++;
}

static void *takes_naps(void *arg)
{
	while (!stop) {
		uk_thread_sleep(MS / 20);
		naps++;
	}
	return arg;
}

int scene_naps(void)
{
	struct uk_thread *t = uk_thread_create("naps", takes_naps, NULL);

	while (!stop)
		nap_turn();
	uk_thread_join(t, NULL);
	return !naps || !added_by_gdb;
}
