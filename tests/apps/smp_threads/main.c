/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads on several CPUs. Each argument is a scene, which says how many
 * mistakes it found; `again` as the last one repeats them until there is a
 * mistake or the shell ends the guest. Here are the scenes about threads that
 * wait for each other.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/crash.h>
#include <uk/mutex.h>
#include <uk/semaphore.h>
#include <uk/spinlock.h>
#include "scenes.h"

#define MANY 6

static void run_many(void *(*func)(void *))
{
	struct uk_thread *t[MANY];

	for (unsigned long i = 0; i < MANY; i++)
		t[i] = uk_thread_create("many", func, (void *)i);
	for (int i = 0; i < MANY; i++)
		uk_thread_join(t[i], NULL);
}

/* --- mutex ----------------------------------------------------------------*/

#define LOCKS 500

static struct uk_mutex mutex = UK_MUTEX_INITIALIZER(0);
static unsigned long counter, inside, mistakes;

static void *locks(void *arg)
{
	for (unsigned long i = 0; i < LOCKS; i++) {
		uk_mutex_lock(&mutex);
		mistakes += inside++ != 0;
		counter++;
		if ((i + (unsigned long)arg) % 16 == 0)
			uk_sched_yield();
		mistakes += --inside != 0;
		uk_mutex_unlock(&mutex);
	}
	return NULL;
}

int scene_mutex(void)
{
	counter = 0;
	run_many(locks);
	return (int)mistakes + (counter != MANY * LOCKS);
}

/* --- semaphore: tokens are handed round -----------------------------------*/

#define TOKENS 2

static struct uk_semaphore tokens = UK_SEMAPHORE_INITIALIZER(TOKENS);
static unsigned long holders, too_many;

static void *takes(void *arg)
{
	for (int i = 0; i < LOCKS; i++) {
		uk_semaphore_down(&tokens);
		if (__atomic_add_fetch(&holders, 1, __ATOMIC_SEQ_CST) > TOKENS)
			__atomic_add_fetch(&too_many, 1, __ATOMIC_SEQ_CST);
		__atomic_sub_fetch(&holders, 1, __ATOMIC_SEQ_CST);
		uk_semaphore_up(&tokens);
	}
	return arg;
}

int scene_semaphore(void)
{
	run_many(takes);
	return (int)too_many + (tokens.count != TOKENS);
}

/* --- fair: those that wait have it in their order, on whatever CPU ---------*/

static struct uk_semaphore gate = UK_SEMAPHORE_INITIALIZER(0);
static unsigned long order[MANY + 1], came;

static void *comes_to_mutex(void *arg)
{
	uk_mutex_lock(&mutex);
	order[came++] = (unsigned long)arg;
	uk_mutex_unlock(&mutex);
	return NULL;
}

static void *comes_to_gate(void *arg)
{
	uk_semaphore_down(&gate);
	order[came++] = (unsigned long)arg;
	uk_semaphore_up(&gate);
	return NULL;
}

/* One after the other waits. Main, which has it, lets go and is the last. */
static int out_of_order(void *(*comes)(void *), void (*let_go)(void))
{
	struct uk_thread *t[MANY];
	int wrong = 0;

	came = 0;
	for (unsigned long i = 0; i < MANY; i++) {
		t[i] = uk_thread_create("comes", comes, (void *)i);
		wrong += uk_thread_set_affinity(t[i],
						1UL << (MANY - i) % cpus()) < 0;
		while (t[i]->state != UK_THREAD_WAITING)
			uk_sched_yield();
	}
	let_go();
	comes((void *)MANY);
	for (unsigned long i = 0; i < MANY; i++)
		uk_thread_join(t[i], NULL);
	for (unsigned long i = 0; i <= MANY; i++)
		wrong += order[i] != i;
	return wrong;
}

static void unlock(void)
{
	uk_mutex_unlock(&mutex);
}

static void open_gate(void)
{
	uk_semaphore_up(&gate);
}

int scene_fair(void)
{
	int wrong;

	uk_mutex_lock(&mutex);
	wrong = out_of_order(comes_to_mutex, unlock);
	wrong += out_of_order(comes_to_gate, open_gate);
	uk_semaphore_down(&gate);
	return wrong;
}

/* --- a spinlock that all other CPUs wait for at once, and have one by one --*/

static struct uk_spinlock watched = UK_SPINLOCK_INITIALIZER();
static volatile unsigned int comers;

/* The events of that are the last ones of their CPU. */
static void *spins(void *arg)
{
	__atomic_add_fetch(&comers, 1, __ATOMIC_SEQ_CST);
	while (comers < 100)
		ukarch_cpu_relax();
	ukarch_irq_disable();
	uk_spin_lock(&watched);
	uk_spin_unlock(&watched);
	for (;;)
		ukarch_cpu_relax();
	return arg;
}

int scene_spin(void)
{
	unsigned int others = cpus() - 1;

	uk_thread_set_affinity(uk_thread_current(), 1);
	for (unsigned int i = 1; i <= others; i++)
		uk_thread_set_affinity(uk_thread_create("spins", spins, NULL),
				       1UL << i);
	while (comers < others)
		uk_sched_yield();
	ukarch_irq_disable();
	uk_spin_lock(&watched);
	comers = 100;
	while (UK_READ_ONCE(watched.next) <= others)
		ukarch_cpu_relax();
	uk_spin_unlock(&watched);
	while (UK_READ_ONCE(watched.serving) <= others)
		ukarch_cpu_relax();
	UK_CRASH("spin\n");
	return 1;
}

/* --- condition: a box with room for one, of two sides ---------------------*/

static pthread_mutex_t box_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t box_changed = PTHREAD_COND_INITIALIZER;
static unsigned long box, put_sum, got_sum;

static void *puts_in(void *arg)
{
	for (unsigned long i = 1; i <= LOCKS; i++) {
		pthread_mutex_lock(&box_lock);
		while (box)
			pthread_cond_wait(&box_changed, &box_lock);
		box = i;
		put_sum += i;
		pthread_cond_broadcast(&box_changed);
		pthread_mutex_unlock(&box_lock);
	}
	return arg;
}

static void *takes_out(void *arg)
{
	for (unsigned long i = 1; i <= LOCKS; i++) {
		pthread_mutex_lock(&box_lock);
		while (!box)
			pthread_cond_wait(&box_changed, &box_lock);
		got_sum += box;
		box = 0;
		pthread_mutex_unlock(&box_lock);
		pthread_cond_broadcast(&box_changed);
	}
	return arg;
}

static void *either(void *arg)
{
	return (unsigned long)arg & 1 ? puts_in(arg) : takes_out(arg);
}

int scene_condition(void)
{
	put_sum = got_sum = 0;
	run_many(either);
	return put_sum != got_sum ||
	       got_sum != MANY / 2 * LOCKS * (LOCKS + 1) / 2;
}

/* --- wake-ups: none is lost between looking and waiting -------------------*/

static struct uk_waitq wq = UK_WAITQ_INIT;
static volatile unsigned long turn, late;

/* Each waits for its turn, and makes it the next one's. */
static void *turns(void *arg)
{
	for (unsigned long i = 0; i < LOCKS / 10; i++) {
		if (uk_waitq_wait_event_deadline(
			    &wq, turn == i * MANY + (unsigned long)arg,
			    uk_time_monotonic() + BOUND))
			late++;
		turn++;
		uk_waitq_wake_up(&wq);
	}
	return NULL;
}

int scene_wakes(void)
{
	turn = 0;
	run_many(turns);
	return (int)late + (turn != MANY * (LOCKS / 10));
}

/* --- creation and end -----------------------------------------------------*/

static unsigned long ended;

static void *child(void *arg)
{
	if ((unsigned long)arg & 1)
		uk_sched_yield();
	__atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
	return (void *)((unsigned long)arg + 1);
}

#define CHILDREN 30

static void *creates(void *arg)
{
	for (unsigned long i = 0; i < CHILDREN; i++) {
		struct uk_thread *t =
			uk_thread_create("child", child, (void *)i);
		void *result = NULL;

		if (!t || uk_thread_join(t, &result) ||
		    result != (void *)(i + 1))
			__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

int scene_create(void)
{
	mistakes = ended = 0;
	run_many(creates);
	return (int)mistakes + (ended != MANY * CHILDREN) +
	       (uk_sched_thread_count() != 1);
}

/* Threads that free themselves; they end while others are made. */
static void *detaches(void *arg)
{
	struct uk_thread_attr attr = { .name = "detached", .detached = 1 };

	for (unsigned long i = 0; i < CHILDREN; i++)
		if (uk_thread_create_attr(NULL, &attr, child, (void *)i))
			__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED);
	return arg;
}

int scene_detached(void)
{
	__nsec end = uk_time_monotonic() + BOUND;

	mistakes = ended = 0;
	run_many(detaches);
	while (uk_sched_thread_count() != 1 && uk_time_monotonic() < end)
		uk_thread_sleep(MS);
	return (int)mistakes + (ended != MANY * CHILDREN);
}

/* --- time -----------------------------------------------------------------*/

static struct uk_semaphore never = UK_SEMAPHORE_INITIALIZER(0);
static struct uk_semaphore often = UK_SEMAPHORE_INITIALIZER(0);

/* Deadlines, some of which a wake-up overtakes. */
static void *sleeps(void *arg)
{
	for (unsigned long i = 0; i < 50; i++) {
		__nsec end = uk_time_monotonic() + (i * 7 % 5) * MS / 10;

		if (uk_semaphore_down_until(&never, end) != -ETIMEDOUT ||
		    uk_time_monotonic() < end)
			__atomic_add_fetch(&mistakes, 1, __ATOMIC_RELAXED);
		uk_semaphore_up(&often);
		(void)uk_semaphore_down_until(&often, end + MS / 10);
		uk_thread_sleep(MS / 20);
	}
	return arg;
}

int scene_sleep(void)
{
	mistakes = 0;
	run_many(sleeps);
	return (int)mistakes + (never.count != 0);
}

static const struct {
	const char *name;
	int (*run)(void);
} scenes[] = {
	{ "mutex", scene_mutex },
	{ "semaphore", scene_semaphore },
	{ "fair", scene_fair },
	{ "spin", scene_spin },
	{ "condition", scene_condition },
	{ "wakes", scene_wakes },
	{ "create", scene_create },
	{ "detached", scene_detached },
	{ "sleep", scene_sleep },
	{ "pull", scene_pull },
	{ "affinity", scene_affinity },
	{ "preempt", scene_preempt },
	{ "idle", scene_idle },
	{ "values", scene_values },
	{ "speed", scene_speed },
	{ "only", scene_only },
	{ "resume", scene_resume },
	{ "errno", scene_errno },
	{ "lines", scene_lines },
	{ "once", scene_once },
	{ "posix", scene_posix },
	{ "split", scene_split },
	{ "device", scene_device },
	{ "interrupts", scene_interrupts },
	{ "crash", scene_crash },
	{ "trace", scene_trace },
	{ "hop", scene_hop },
	{ "naps", scene_naps },
};

/* How many mistakes the scenes found that the arguments name. */
static int run_scenes(int argc, char **argv)
{
	int wrong = 0;

	for (int i = 1; i < argc; i++)
		for (unsigned int s = 0; s < ARRAY_SIZE(scenes); s++)
			if (!strcmp(argv[i], scenes[s].name)) {
				__nsec start = uk_time_monotonic();
				int found = scenes[s].run();

				printf("%s: %d mistakes, %lu ms\n", argv[i],
				       found,
				       (uk_time_monotonic() - start) / MS);
				wrong += found;
			}
	return wrong;
}

volatile int enough; /* a debugger ends the repetition */

int main(int argc, char **argv)
{
	int again = argc > 1 && !strcmp(argv[argc - 1], "again");
	int wrong;

	printf("%u CPUs\n", cpus());
	do {
		wrong = run_scenes(argc, argv);
	} while (again && !wrong && !enough);
	return wrong != 0;
}
