/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Programs that stop making progress, each by its name; test_hangs.py reads
 * what is said about them, and finds the lines of the calls by their comments.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uk/cmd.h>
#include <uk/intctlr.h>
#include <uk/mutex.h>
#include <uk/sched.h>
#include <uk/semaphore.h>
#include <uk/time.h>

#define MS 1000000L
#define DEEP 8000

static pthread_mutex_t m1 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m2 = PTHREAD_MUTEX_INITIALIZER;
static struct uk_mutex third = UK_MUTEX_INITIALIZER(0);
static struct uk_semaphore never = UK_SEMAPHORE_INITIALIZER(0);
static struct uk_semaphore holds = UK_SEMAPHORE_INITIALIZER(0);
static struct uk_semaphore go = UK_SEMAPHORE_INITIALIZER(0);
static pthread_t starter; /* the thread of main */

static pthread_t start(const char *name, void *(*func)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, func, NULL);
	pthread_setname_np(thread, name);
	return thread;
}

static void until_it(enum uk_thread_state is, const struct uk_thread *thread)
{
	while (thread->state != is)
		uk_thread_sleep(MS);
}

static void *takes_m2_then_m1(void *arg)
{
	pthread_mutex_lock(&m2);
	uk_semaphore_up(&holds);
	uk_semaphore_down(&go);
	pthread_mutex_lock(&m1); /* worker stands */
	return arg;
}

static void *takes_m1_then_m2(void *arg)
{
	pthread_mutex_lock(&m1);
	pthread_mutex_lock(&m2); /* second stands */
	return arg;
}

static void crosswise(void)
{
	pthread_mutex_lock(&m1);
	start("worker", takes_m2_then_m1);
	uk_semaphore_down(&holds);
	uk_semaphore_up(&go);
	pthread_mutex_lock(&m2); /* main stands */
}

static void itself(void)
{
	pthread_mutex_lock(&m1);
	pthread_mutex_lock(&m1); /* main stands */
}

/* The mutex has no name. */
static void in_heap(void)
{
	pthread_mutex_t *own = malloc(sizeof(*own));

	pthread_mutex_init(own, NULL);
	printf("own %p\n", (void *)own);
	pthread_mutex_lock(own);
	pthread_mutex_lock(own); /* main stands */
}

static void *joins_main(void *arg)
{
	uk_mutex_lock(&third);
	uk_semaphore_up(&holds);
	pthread_join(starter, NULL); /* joiner stands */
	return arg;
}

static void *takes_third(void *arg)
{
	pthread_mutex_lock(&m1);
	uk_semaphore_up(&holds);
	uk_mutex_lock(&third); /* taker stands */
	return arg;
}

/* main waits for taker, that for joiner, and that for main's end. */
static void ring(void)
{
	start("joiner", joins_main);
	uk_semaphore_down(&holds);
	start("taker", takes_third);
	uk_semaphore_down(&holds);
	pthread_mutex_lock(&m1); /* main stands */
}

static void *ends_with_m1(void *arg)
{
	pthread_mutex_lock(&m1);
	return arg;
}

static void holder_has_exited(void)
{
	pthread_t thread = start("gone", ends_with_m1);

	until_it(UK_THREAD_EXITED, thread);
	pthread_mutex_lock(&m1); /* main stands */
	pthread_join(thread, NULL);
}

static void holder_is_freed(void)
{
	pthread_join(start("gone", ends_with_m1), NULL);
	pthread_mutex_lock(&m1); /* main stands */
}

/* Each of these waits ends. */
static void none(void)
{
	struct timespec soon;
	pthread_t worker;
	int rc;

	pthread_mutex_lock(&m1);
	worker = start("worker", takes_m2_then_m1);
	uk_semaphore_down(&holds);
	uk_semaphore_up(&go);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_sec++;
	rc = pthread_mutex_timedlock(&m2, &soon);
	printf("timedlock: %s\n", strerror(rc));
	pthread_mutex_unlock(&m1);
	pthread_join(worker, NULL);
}

static void put(struct uk_cmd_io *io, const char *text, size_t len)
{
	fwrite(text, 1, len, stdout);
}

/* Uses DEEP bytes of its stack, and a little more. */
static __attribute__((noinline)) void goes_deep(void)
{
	volatile char deep[DEEP];

	for (unsigned int i = 0; i < sizeof(deep); i++)
		deep[i] = 1;
}

static void *waits_for_never(void *arg)
{
	goes_deep();
	uk_semaphore_down(&never); /* waiter stands */
	return arg;
}

static volatile int spins = 1;

static void *spin(void *arg)
{
	while (spins)			  /* spinner runs */
		if (uk_sched_cpus() == 1) /* spinner runs */
			uk_thread_sleep(MS);
	return arg;
}

/* With sched.deadlock=off. */
static void report(void)
{
	pthread_t waiter = start("waiter", waits_for_never), worker;
	struct uk_cmd_io io = { .out = put };

	start("spinner", spin);
	worker = start("worker", takes_m2_then_m1);
	uk_semaphore_down(&holds);
	until_it(UK_THREAD_WAITING, start("second", takes_m1_then_m2));
	uk_semaphore_up(&go);
	until_it(UK_THREAD_WAITING, worker);
	until_it(UK_THREAD_WAITING, waiter);
	uk_cmd_run(&io, "report", 6); /* main runs */
	uk_cmd_run(&io, "threads", 7);
	uk_cmd_run(&io, "store get uksched", 17);
	fflush(stdout);
}

/* A third thread has no time to begin. */
static void loop(void)
{
	struct uk_thread_attr attr = { .name = "fresh", .affinity = 1 };

	uk_thread_set_affinity(uk_thread_current(), 1);
	until_it(UK_THREAD_WAITING, start("waiter", waits_for_never));
	puts("loops");
	fflush(stdout);
	ukarch_irq_disable();
	uk_thread_create_attr(NULL, &attr, spin, NULL);
	for (;;)		    /* main stands */
		ukarch_cpu_relax(); /* main stands */
}

static volatile unsigned long turns;

static void *loops(void *arg)
{
	puts("loops");
	fflush(stdout);
	for (;;)	 /* looper stands */
		turns++; /* looper stands */
	return arg;
}

static volatile int table[16];
static volatile struct {
	unsigned int a : 3, b : 5, c : 24;
} bits;

static __attribute__((noinline)) void change(int i)
{
	table[i] = i;
	bits.a = i & 3;
	bits.b = i; /* the last one that changes it */
	bits.c = 100 + i;
}

/* Then nothing of these is changed any more. */
static void objects(void)
{
	for (int i = 0; i < 10; i++)
		change(i);
	*(volatile int *)0 = 1;
}

static void for_a_loop(void)
{
	pthread_t looper = start("looper", loops);

	pthread_join(looper, NULL); /* main stands */
}

static void beats(void)
{
	until_it(UK_THREAD_WAITING, start("waiter", waits_for_never));
	for (;;) {
		puts("beat");
		fflush(stdout);
		uk_thread_sleep(100 * MS); /* main stands */
	}
}

/* Nothing is left that could wake main or waiter. */
static void in_vain(void)
{
	start("waiter", waits_for_never);
	uk_semaphore_down(&holds); /* main stands */
}

static int wakes(void *arg)
{
	uk_semaphore_up(arg);
	return UK_INTCTLR_IRQ_HANDLED;
}

/* An interrupt could. */
static void for_a_device(void)
{
	unsigned int line = 5;

	while (uk_intctlr_irq_register(line, wakes, &holds))
		line++;
	in_vain();
}

/* Input could. */
static void for_input(void)
{
	start("waiter", waits_for_never);
	printf("read %d\n", getchar());
}

static void elapsed(struct uk_timer *timer, void *arg)
{
	uk_semaphore_up(arg);
}

/* A timer does, of no thread. */
static void for_a_timer(void)
{
	static struct uk_timer timer = UK_TIMER_INIT(elapsed, &holds);

	start("waiter", waits_for_never);
	uk_timer_start(&timer, uk_time_monotonic() + 100 * MS);
	uk_semaphore_down(&holds);
	uk_semaphore_down(&holds); /* main stands */
}

static const struct {
	const char *name;
	void (*run)(void);
} scenes[] = {
	{ "crosswise", crosswise },
	{ "itself", itself },
	{ "in-heap", in_heap },
	{ "ring", ring },
	{ "holder-has-exited", holder_has_exited },
	{ "holder-is-freed", holder_is_freed },
	{ "none", none },
	{ "report", report },
	{ "loop", loop },
	{ "for-a-loop", for_a_loop },
	{ "objects", objects },
	{ "beats", beats },
	{ "in-vain", in_vain },
	{ "for-a-device", for_a_device },
	{ "for-input", for_input },
	{ "for-a-timer", for_a_timer },
};

int main(int argc, char **argv)
{
	starter = pthread_self();
	for (unsigned int i = 0; i < sizeof(scenes) / sizeof(*scenes); i++)
		if (argc > 1 && !strcmp(argv[1], scenes[i].name)) {
			scenes[i].run();
			puts("end");
			return 0;
		}
	return 1;
}
