/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * POSIX threads (IEEE Std 1003.1-2017) over uksched: the part that ordinary
 * programs use. Results and errors are the standard's, each function 0 or an
 * error number. There is no cancellation, no read-write lock, no barrier, no
 * priority. Contexts: thread.
 */
#ifndef __PTHREAD_H__
#define __PTHREAD_H__

#include <sched.h>
#include <sys/cpuset.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PTHREAD_CREATE_JOINABLE 0
#define PTHREAD_CREATE_DETACHED 1

/* A normal mutex that its owner locks again deadlocks, as the standard says. */
#define PTHREAD_MUTEX_NORMAL 0
#define PTHREAD_MUTEX_RECURSIVE 1
#define PTHREAD_MUTEX_ERRORCHECK 2
#define PTHREAD_MUTEX_DEFAULT PTHREAD_MUTEX_NORMAL

#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
#define _PTHREAD_PLACE , 0
#else
#define _PTHREAD_PLACE
#endif
#define PTHREAD_MUTEX_INITIALIZER                \
	{                                        \
		0, 0, 0, { 0, 0 } _PTHREAD_PLACE \
	}
#define PTHREAD_COND_INITIALIZER \
	{                        \
		{ 0, 0 }, 0      \
	}
#define PTHREAD_ONCE_INIT \
	{                 \
		0         \
	}

#define PTHREAD_STACK_MIN 16384
#define PTHREAD_KEYS_MAX 64
#define PTHREAD_DESTRUCTOR_ITERATIONS 4

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
		   void *(*start)(void *), void *arg);
int pthread_join(pthread_t thread, void **result);
int pthread_detach(pthread_t thread);
pthread_t pthread_self(void);
int pthread_equal(pthread_t a, pthread_t b);
/* Of the last thread: exit(0). */
void pthread_exit(void *result) __attribute__((noreturn));

/* Not the standard's, but widespread. ERANGE: a name of more than 31 bytes,
 * or one that does not fit into len.
 */
int pthread_setname_np(pthread_t thread, const char *name);
int pthread_getname_np(pthread_t thread, char *name, size_t len);

/* glibc's. Setting moves the thread; see uk_thread_set_affinity(). EINVAL: none
 * of the CPUs takes threads (for an attribute: at pthread_create()), or a set
 * of another size than cpu_set_t.
 */
int pthread_setaffinity_np(pthread_t thread, size_t size, const cpu_set_t *set);
int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set);
int pthread_attr_setaffinity_np(pthread_attr_t *attr, size_t size,
				const cpu_set_t *set);
int pthread_attr_getaffinity_np(const pthread_attr_t *attr, size_t size,
				cpu_set_t *set);

/* The number of the CPU that the caller ran on a moment ago. */
int sched_getcpu(void);

int pthread_attr_init(pthread_attr_t *attr);
int pthread_attr_destroy(pthread_attr_t *attr);
int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size);
int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size);
int pthread_attr_setdetachstate(pthread_attr_t *attr, int state);
int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state);

int pthread_mutexattr_init(pthread_mutexattr_t *attr);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attr);
int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type);
int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type);
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr);
int pthread_mutex_destroy(pthread_mutex_t *mutex);
int pthread_mutex_lock(pthread_mutex_t *mutex);
int pthread_mutex_trylock(pthread_mutex_t *mutex);
int pthread_mutex_timedlock(pthread_mutex_t *mutex,
			    const struct timespec *abstime);
int pthread_mutex_unlock(pthread_mutex_t *mutex);

/* The clock is CLOCK_REALTIME unless set to CLOCK_MONOTONIC. */
int pthread_condattr_init(pthread_condattr_t *attr);
int pthread_condattr_destroy(pthread_condattr_t *attr);
int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock);
int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock);
int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr);
int pthread_cond_destroy(pthread_cond_t *cond);
int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
			   const struct timespec *abstime);
int pthread_cond_signal(pthread_cond_t *cond);
int pthread_cond_broadcast(pthread_cond_t *cond);

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *));
int pthread_key_delete(pthread_key_t key);
int pthread_setspecific(pthread_key_t key, const void *value);
void *pthread_getspecific(pthread_key_t key);

int pthread_once(pthread_once_t *once, void (*init)(void));

int sched_yield(void);

#ifdef __cplusplus
}
#endif

#endif /* __PTHREAD_H__ */
