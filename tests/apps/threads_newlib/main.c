/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The C library with threads; tests/test_threads.py knows what each argument
 * must say. Nothing but ISO C and POSIX.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "library.h"

#define THREADS 4
#define LINES 100

static void run_threads(void *(*func)(void *), long count)
{
	pthread_t threads[THREADS];

	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, func, (void *)i))
			abort();
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void *print_floats(void *arg)
{
	double x = (double)(long)arg + 0.5;

	for (int i = 0; i < LINES; i++) {
		printf("float %ld %d %.6f %.3e %a\n", (long)arg, i, sqrt(x * i),
		       x / (i + 1), x * i);
		if (i % 10 == 0)
			sched_yield();
	}
	return NULL;
}

static int floats(void)
{
	run_threads(print_floats, THREADS);
	return 0;
}

static int library(void)
{
	run_threads(library_loop, THREADS);
	printf("library: %d mistakes\n", library_mistakes);
	return library_mistakes != 0;
}

/* --- streams --------------------------------------------------------------*/

static volatile int end_of_input;

static void *echo(void *arg)
{
	char line[80];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		fprintf(stdout, "<%s>\n", line);
	}
	end_of_input = 1;
	return NULL;
}

/* Reads while another sleeps, counts, and says so on stderr. */
static int streams(void)
{
	pthread_t reader;
	unsigned long beats = 0;

	pthread_create(&reader, NULL, echo, NULL);
	puts("reading");
	while (!end_of_input) {
		usleep(1000);
		beats++;
	}
	pthread_join(reader, NULL);
	fprintf(stderr, "beats: %s\n", beats ? "yes" : "no");
	printf("files: %s\n", fopen("/x", "r") ? "some" : strerror(errno));
	return 0;
}

/* --- the end --------------------------------------------------------------*/

static void *read_for_ever(void *arg)
{
	getchar();
	return NULL;
}

static int exit_while_reading(void)
{
	pthread_t t;

	pthread_create(&t, NULL, read_for_ever, NULL);
	usleep(5000);
	printf("no newline behind this");
	return 5;
}

static void *print_for_ever(void *arg)
{
	for (;;)
		printf("thread %ld prints for ever\n", (long)arg);
	return NULL;
}

static int exit_while_printing(void)
{
	pthread_t t;

	for (long i = 0; i < THREADS; i++)
		pthread_create(&t, NULL, print_for_ever, (void *)i);
	usleep(20000);
	return 6;
}

static void *last_one(void *arg)
{
	usleep(5000);
	printf("the last one out");
	return NULL;
}

static int last(void)
{
	pthread_t t;

	pthread_create(&t, NULL, last_one, NULL);
	pthread_detach(t);
	pthread_exit(NULL);
}

/* Starts when a byte came. The console takes nothing any more after a while;
 * the timer goes on.
 */
static int full(void)
{
	struct timespec start, end;
	pthread_t t;

	getchar();
	clock_gettime(CLOCK_MONOTONIC, &start);
	pthread_create(&t, NULL, print_for_ever, NULL);
	for (int i = 0; i < 300; i++)
		usleep(1000);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return end.tv_sec - start.tv_sec > 20;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int deadlock(void)
{
	pthread_mutex_lock(&lock);
	puts("waiting for myself");
	pthread_mutex_lock(&lock);
	puts("never said");
	return 0;
}

static volatile unsigned long turns;
static volatile int running;

static __attribute__((noinline)) void *spin_for_ever(void *arg)
{
	running++;
	for (;;)
		turns++;
	return arg;
}

/* When each of them had its turn. */
static int crash(void)
{
	pthread_t t;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t, NULL, spin_for_ever, NULL);
	while (running < THREADS)
		sched_yield();
	abort();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} runs[] = {
		{ "floats", floats },
		{ "library", library },
		{ "streams", streams },
		{ "exit-while-reading", exit_while_reading },
		{ "exit-while-printing", exit_while_printing },
		{ "last", last },
		{ "full", full },
		{ "deadlock", deadlock },
		{ "crash", crash },
		{ "sleepers", sleepers },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(runs) / sizeof(*runs); i++)
		if (!strcmp(argv[1], runs[i].name))
			return runs[i].run();
	return 63;
}
