/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Ways to sleep for ever, one a thread; main counts those that came back. The
 * longest times wrap around to one just before now where nothing saturates.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "library.h"

#define YEARS_600 (600L * 365 * 86400)

static volatile int came_back, asleep;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static int wait_for_signal(const struct timespec *until)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

	pthread_mutex_lock(&mutex);
	return pthread_cond_timedwait(&cond, &mutex, until);
}

static void *sleep_for_ever(void *arg)
{
	const struct timespec longest = { LONG_MAX, 999999999 },
			      years = { YEARS_600, 0 };

	asleep++;
	switch ((long)arg) {
	case 0:
		nanosleep(&longest, NULL);
		break;
	case 1:
		nanosleep(&years, NULL);
		break;
	case 2:
		sleep(UINT_MAX);
		break;
	case 3:
		usleep(UINT_MAX);
		break;
	case 4:
		wait_for_signal(&longest);
		break;
	case 5:
		pthread_mutex_timedlock(&held, &years);
		break;
	}
	came_back |= 1 << (long)arg;
	return NULL;
}

int sleepers(void)
{
	pthread_t t;

	pthread_mutex_lock(&held);
	for (long i = 0; i < 6; i++)
		pthread_create(&t, NULL, sleep_for_ever, (void *)i);
	while (asleep < 6) /* on a busy host threads start late */
		usleep(1000);
	usleep(20000);
	printf("sleepers: %d asleep, came back: %#x\n", asleep, came_back);
	return 0;
}
