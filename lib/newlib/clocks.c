/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The platform's two clocks under their POSIX names. Without threads there is
 * nothing else to run, and sleeping is waiting.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/time.h>
#include <uk/sched.h>
#include "syscalls.h"

static __nsec read_clock(clockid_t id)
{
	return id == CLOCK_REALTIME ? ukplat_wall_clock()
				    : ukplat_monotonic_clock();
}

/* 0, or -1 with errno EINVAL for a clock that there is not. */
static int check_clock(clockid_t id)
{
	if (id == CLOCK_REALTIME || id == CLOCK_MONOTONIC)
		return 0;
	errno = EINVAL;
	return -1;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	__nsec now;

	if (check_clock(id))
		return -1;
	now = read_clock(id);
	ts->tv_sec = (time_t)(now / UK_NSEC_PER_SEC);
	ts->tv_nsec = (long)(now % UK_NSEC_PER_SEC);
	return 0;
}

/* What the type can express; how fine a counter ticks is the machine's. */
int clock_getres(clockid_t id, struct timespec *ts)
{
	if (check_clock(id))
		return -1;
	if (ts)
		*ts = (struct timespec){ .tv_nsec = 1 };
	return 0;
}

int _gettimeofday(struct timeval *tv, void *tz __unused)
{
	__nsec now = ukplat_wall_clock();

	tv->tv_sec = (time_t)(now / UK_NSEC_PER_SEC);
	tv->tv_usec = (suseconds_t)(now % UK_NSEC_PER_SEC / 1000);
	return 0;
}

/* All time that passes is this program's. */
clock_t _times(struct tms *t)
{
	clock_t now = (clock_t)(ukplat_monotonic_clock() /
				(UK_NSEC_PER_SEC / CLOCKS_PER_SEC));

	*t = (struct tms){ .tms_utime = now };
	return now;
}

int nanosleep(const struct timespec *want, struct timespec *left)
{
	__nsec ns, now = ukplat_monotonic_clock();

	if (want->tv_sec < 0 || want->tv_nsec < 0 ||
	    want->tv_nsec >= (long)UK_NSEC_PER_SEC) {
		errno = EINVAL;
		return -1;
	}
	ns = uk_time_from((__u64)want->tv_sec, (__u64)want->tv_nsec);
	uk_thread_sleep_until(uk_time_add(now, ns));
	if (left)
		*left = (struct timespec){ 0 };
	return 0;
}

int usleep(useconds_t usec)
{
	uk_thread_sleep_until(
		uk_time_add(ukplat_monotonic_clock(), (__nsec)usec * 1000));
	return 0;
}

unsigned int sleep(unsigned int seconds)
{
	uk_thread_sleep_until(uk_time_add(ukplat_monotonic_clock(),
					  uk_time_from(seconds, 0)));
	return 0;
}

NEWLIB_POSIX_NAME(gettimeofday);
NEWLIB_POSIX_NAME(times);
