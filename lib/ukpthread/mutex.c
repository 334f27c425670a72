/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mutexes and condition variables. A pthread_mutex_t is laid out as struct
 * uk_mutex, whose flags are the type.
 */
#include "pthread_internal.h"

static struct uk_mutex *uk(pthread_mutex_t *mutex)
{
	return (struct uk_mutex *)mutex;
}

int pthread_deadline(int clock, const struct timespec *abstime,
		     __nsec *deadline)
{
	__nsec want, now;

	if (abstime->tv_nsec < 0 || abstime->tv_nsec >= (long)UK_NSEC_PER_SEC)
		return EINVAL;
	if (abstime->tv_sec < 0) {
		*deadline = 0;
		return 0;
	}
	want = uk_time_from((__u64)abstime->tv_sec, (__u64)abstime->tv_nsec);
	if (clock != CLOCK_MONOTONIC && want != UK_TIME_NEVER) {
		now = uk_time_wall();
		want = want > now ? want - now : 0;
		want = uk_time_add(uk_time_monotonic(), want);
	}
	*deadline = want;
	return 0;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
	attr->_type = PTHREAD_MUTEX_DEFAULT;
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr __unused)
{
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
		return EINVAL;
	attr->_type = type;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type)
{
	*type = attr->_type;
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
	uk_mutex_init_config(uk(mutex), attr ? (unsigned int)attr->_type : 0);
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return uk_mutex_is_locked(uk(mutex)) ? EBUSY : 0;
}

static int lock(pthread_mutex_t *mutex, __nsec deadline,
		const void *place __unused)
{
	if (mutex->_type == PTHREAD_MUTEX_ERRORCHECK &&
	    uk_mutex_is_mine(uk(mutex)))
		return EDEADLK;
	return -uk_mutex_lock_at(uk(mutex), deadline, place);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	return lock(mutex, UK_TIME_NEVER, UK_MUTEX_PLACE);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	return uk_mutex_trylock_at(uk(mutex), UK_MUTEX_PLACE) ? 0 : EBUSY;
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex,
			    const struct timespec *abstime)
{
	__nsec deadline;

	if (uk_mutex_trylock_at(uk(mutex), UK_MUTEX_PLACE))
		return 0;
	if (pthread_deadline(CLOCK_REALTIME, abstime, &deadline))
		return EINVAL;
	return lock(mutex, deadline, UK_MUTEX_PLACE);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (!uk_mutex_is_mine(uk(mutex)))
		return EPERM;
	uk_mutex_unlock(uk(mutex));
	return 0;
}

/* --- condition variables --------------------------------------------------*/

static struct uk_waitq *wq(pthread_cond_t *cond)
{
	return (struct uk_waitq *)cond->_wait;
}

int pthread_condattr_init(pthread_condattr_t *attr)
{
	attr->_clock = CLOCK_REALTIME;
	return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr __unused)
{
	return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
		return EINVAL;
	attr->_clock = (int)clock;
	return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock)
{
	*clock = (clockid_t)attr->_clock;
	return 0;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
	*cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	if (attr)
		cond->_clock = attr->_clock;
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
	return uk_waitq_empty(wq(cond)) ? 0 : EBUSY;
}

/* A signal between the unlocking and the waiting is none to wait for. */
static int wait_in(pthread_cond_t *cond, pthread_mutex_t *mutex,
		   __nsec deadline)
{
	unsigned long flags, wakes;
	int rc;

	if (!uk_mutex_is_mine(uk(mutex)))
		return EPERM;
	flags = ukarch_irq_save();
	wakes = uk_waitq_wakes(wq(cond));
	uk_mutex_unlock(uk(mutex));
	rc = uk_waitq_wait_since(wq(cond), wakes, deadline, UK_WAIT_CONDITION,
				 cond);
	ukarch_irq_restore(flags);
	(void)uk_mutex_lock_until(uk(mutex), UK_TIME_NEVER);
	return -rc;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	return wait_in(cond, mutex, UK_TIME_NEVER);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
			   const struct timespec *abstime)
{
	__nsec deadline;

	if (pthread_deadline(cond->_clock, abstime, &deadline))
		return EINVAL;
	return wait_in(cond, mutex, deadline);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
	uk_waitq_wake_up_one(wq(cond));
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
	uk_waitq_wake_up(wq(cond));
	return 0;
}
