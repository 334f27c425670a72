/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Times that are no times, or long past; what exit() calls, in which order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "table.h"

/* Each is refused, or over at once. */
static const struct timespec over[] = {
	{ 0, 0 },
	{ 0, 1 },
	{ 0, -1 },
	{ 0, 1000000000 },
	{ 0, LONG_MAX },
	{ 0, LONG_MIN },
	{ -1, 0 },
	{ -1, 999999999 },
	{ -1, 1000000000 },
	{ LONG_MIN, 0 },
	{ LONG_MIN, LONG_MIN },
	{ LONG_MAX, -1 },
	{ LONG_MAX, 1000000000 },
};

static void sleeps(void)
{
	struct timespec now;
	int bad;

	for (unsigned int i = 0; i < sizeof(over) / sizeof(*over); i++) {
		struct timespec left = { 77, 77 };
		int rc;

		errno = 0;
		rc = nanosleep(&over[i], &left);
		printf("nanosleep %lld %ld = %d, %d\n",
		       (long long)over[i].tv_sec, over[i].tv_nsec, rc,
		       errno == EINVAL);
	}
	printf("usleep = %d %d %u\n", usleep(0), usleep(1), sleep(0));
	errno = 0;
	bad = clock_gettime(999, &now);
	printf("clock_gettime bad = %d %d\n", bad, errno == EINVAL);
	errno = 0;
	bad = clock_getres(999, NULL);
	printf("clock_getres bad = %d %d, %d\n", bad, errno == EINVAL,
	       clock_getres(CLOCK_MONOTONIC, NULL));
}

static void years(void)
{
	static const time_t edges[] = {
		67768036191676799L,  67768036191676800L, -67768040609740800L,
		-67768040609740801L, LONG_MAX,		 LONG_MIN,
	};

	for (unsigned int i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
		struct tm tm = { 0 };

		errno = 0;
		printf("gmtime_r %ld = %d", (long)edges[i],
		       gmtime_r(&edges[i], &tm) ? tm.tm_year : 1);
		printf(" %d\n", errno == EOVERFLOW);
		errno = 0;
		printf("localtime_r %ld = %d", (long)edges[i],
		       localtime_r(&edges[i], &tm) != NULL);
		printf(" %d\n", errno == EOVERFLOW);
	}
}

static const char *name(int error)
{
	return error == 0	    ? "0"
	       : error == EINVAL    ? "EINVAL"
	       : error == ETIMEDOUT ? "ETIMEDOUT"
				    : "other";
}

static void *holds(void *mutex)
{
	return (void *)(long)pthread_mutex_timedlock(
		mutex, &(struct timespec){ -1, 0 });
}

static void waits(void)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC };
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_condattr_t attr;
	pthread_t thread;
	void *rc;

	pthread_mutex_lock(&mutex);
	pthread_condattr_init(&attr);
	for (int c = 0; c < 2; c++) {
		pthread_cond_t cond;

		pthread_condattr_setclock(&attr, clocks[c]);
		pthread_cond_init(&cond, &attr);
		for (unsigned int i = 0; i < sizeof(over) / sizeof(*over); i++)
			printf("timedwait %d %lld %ld = %s\n", c,
			       (long long)over[i].tv_sec, over[i].tv_nsec,
			       name(pthread_cond_timedwait(&cond, &mutex,
							   &over[i])));
		pthread_cond_destroy(&cond);
	}
	/* glibc compares the seconds first. */
	for (unsigned int i = 0; i < sizeof(over) / sizeof(*over); i++)
		if (over[i].tv_sec >= 0)
			printf("timedlock %lld %ld = %s\n",
			       (long long)over[i].tv_sec, over[i].tv_nsec,
			       name(pthread_mutex_timedlock(&mutex, &over[i])));
	pthread_create(&thread, NULL, holds, &mutex);
	pthread_join(thread, &rc);
	printf("timedlock of another = %d\n", (long)rc == ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	printf("timedlock free = %d\n",
	       pthread_mutex_timedlock(&mutex, &over[2]));
}

/* --- the end --------------------------------------------------------------*/

#define AT_END(name, attribute)                                      \
	static void __attribute__((destructor attribute)) name(void) \
	{                                                            \
		puts("exit " #name);                                 \
	}

AT_END(destructor_a, )
AT_END(destructor_200, (200))
AT_END(destructor_300, (300))
AT_END(destructor_b, )

static void __attribute__((constructor(150))) from_constructor(void);

static void first(void)
{
	puts("exit atexit of a constructor");
}

static void second(void)
{
	puts("exit atexit of main");
	atexit(first);
}

static int counted;

static void count(void)
{
	counted++;
}

static void show(void)
{
	printf("exit counted %d\n", counted);
}

static void from_constructor(void)
{
	atexit(first);
	atexit(show);
	for (int i = 0; i < 100; i++)
		atexit(count);
}

void table_clocks(void)
{
	int named = setenv("VITRINE", "", 1), unnamed = setenv("", "x", 1);

	printf("setenv = %d %d\n", named, unnamed);
	sleeps();
	years();
	waits();
	atexit(second);
	printf("exit %s", "without a line's end, ");
}
