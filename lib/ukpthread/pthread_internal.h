/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __PTHREAD_INTERNAL_H__
#define __PTHREAD_INTERNAL_H__

#include <errno.h>
#include <pthread.h>
#include <uk/mutex.h>
#include <uk/sched.h>

UK_CTASSERT(sizeof(pthread_mutex_t) == sizeof(struct uk_mutex));
UK_CTASSERT(__offsetof(pthread_mutex_t, _type) ==
	    __offsetof(struct uk_mutex, flags));
UK_CTASSERT(__offsetof(pthread_mutex_t, _wait) ==
	    __offsetof(struct uk_mutex, wait));
UK_CTASSERT(sizeof(((pthread_cond_t *)0)->_wait) == sizeof(struct uk_waitq));
UK_CTASSERT(PTHREAD_MUTEX_RECURSIVE == UK_MUTEX_CONFIG_RECURSE);

/** A POSIX time as one of the monotonic clock; 0, or EINVAL. */
int pthread_deadline(int clock, const struct timespec *abstime,
		     __nsec *deadline);

/** Calls the destructors of the calling thread's values. */
void pthread_keys_destroy(void);

#endif /* __PTHREAD_INTERNAL_H__ */
