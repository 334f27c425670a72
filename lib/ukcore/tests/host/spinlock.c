/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A lock excludes, is fair and can be tried; a CPU that is alone passes by.
 * ThreadSanitizer ends the program when it finds a race. Output is TAP.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uk/spinlock.h>

#define CPUS 4
#define TURNS 20000

_Thread_local struct cpu this_cpu;

static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();
static unsigned long counter, inside;
static unsigned int tests, failed;

static void result(int ok, const char *name)
{
	failed += !ok;
	printf("%sok %u %s\n", ok ? "" : "not ", ++tests, name);
}

static void on_cpus(void *(*fn)(void *), pthread_t *threads)
{
	for (unsigned long i = 0; i < CPUS; i++)
		if (pthread_create(&threads[i], NULL, fn, (void *)i))
			abort();
}

static void join(pthread_t *threads)
{
	for (unsigned int i = 0; i < CPUS; i++)
		pthread_join(threads[i], NULL);
}

/* Half of them by trying. The counters are no atomics: the lock orders. */
static void *count(void *id)
{
	unsigned long bad = 0, flags;

	this_cpu.id = (unsigned int)(unsigned long)id;
	for (unsigned int i = 0; i < TURNS; i++) {
		if (i % 2) {
			uk_spin_lock_irqsave(&lock, flags);
		} else {
			flags = ukarch_irq_save();
			while (!uk_spin_trylock(&lock))
				ukarch_cpu_relax();
		}
		bad += inside++ != 0 || !uk_spin_is_mine(&lock) ||
		       this_cpu.irqs_off != 1;
		counter++;
		inside--;
		uk_spin_unlock_irqrestore(&lock, flags);
		bad += uk_spin_is_mine(&lock) || this_cpu.irqs_off;
	}
	return (void *)bad;
}

static void excludes(void)
{
	pthread_t threads[CPUS];
	unsigned long bad = 0;

	on_cpus(count, threads);
	for (unsigned int i = 0; i < CPUS; i++) {
		void *ret;

		pthread_join(threads[i], &ret);
		bad += (unsigned long)ret;
	}
	result(counter == (unsigned long)CPUS * TURNS && !bad,
	       "one CPU at a time is inside");
}

static unsigned int order[CPUS], arrived;

static void *arrive(void *id)
{
	this_cpu.id = (unsigned int)(unsigned long)id;
	uk_spin_lock(&lock);
	order[arrived++] = this_cpu.id;
	uk_spin_unlock(&lock);
	return NULL;
}

/* The next one asks when the one before has its ticket. */
static void is_fair(void)
{
	pthread_t threads[CPUS];
	int ok = 1;

	this_cpu.id = CPUS;
	uk_spin_lock(&lock);
	for (unsigned int i = 0; i < CPUS; i++) {
		unsigned int id = (i * 3 + 1) % CPUS;
		__u32 next = __atomic_load_n(&lock.next, __ATOMIC_RELAXED);

		if (pthread_create(&threads[i], NULL, arrive,
				   (void *)(unsigned long)id))
			abort();
		while (__atomic_load_n(&lock.next, __ATOMIC_RELAXED) == next)
			sched_yield();
	}
	uk_spin_unlock(&lock);
	join(threads);
	for (unsigned int i = 0; i < CPUS; i++)
		ok &= order[i] == (i * 3 + 1) % CPUS;
	result(ok, "CPUs come in the order in which they asked");
}

static void *try(void *id)
{
	this_cpu.id = (unsigned int)(unsigned long)id;
	return (void *)(unsigned long)(uk_spin_trylock(&lock) +
				       2 * uk_spin_is_mine(&lock));
}

static void can_be_tried(void)
{
	pthread_t threads[CPUS];
	unsigned long got = 0;

	this_cpu.id = CPUS;
	uk_spin_lock(&lock);
	on_cpus(try, threads);
	for (unsigned int i = 0; i < CPUS; i++) {
		void *ret;

		pthread_join(threads[i], &ret);
		got += (unsigned long)ret;
	}
	uk_spin_unlock(&lock);
	result(!got, "a lock that is held is not got by trying");
	got = (unsigned long)uk_spin_trylock(&lock);
	result(got == 1 && uk_spin_is_mine(&lock), "a free one is");
	uk_spin_unlock(&lock);
}

static void *pass_by(void *id)
{
	struct uk_spinlock before = lock;
	int ok;

	this_cpu.id = (unsigned int)(unsigned long)id;
	this_cpu.alone = 1;
	uk_spin_lock(&lock);
	ok = uk_spin_trylock(&lock);
	uk_spin_unlock(&lock);
	ok &= lock.next == before.next && lock.serving == before.serving &&
	      lock.owner == before.owner;
	return (void *)(unsigned long)ok;
}

static void alone_passes_by(void)
{
	pthread_t thread;
	void *ok;

	this_cpu.id = CPUS;
	uk_spin_lock(&lock);
	if (pthread_create(&thread, NULL, pass_by, NULL))
		abort();
	pthread_join(thread, &ok);
	uk_spin_unlock(&lock);
	result(ok != NULL, "a CPU that is alone waits for none, changes none");
}

int main(void)
{
	printf("1..5\n");
	excludes();
	is_fair();
	can_be_tried();
	alone_passes_by();
	return failed != 0;
}
