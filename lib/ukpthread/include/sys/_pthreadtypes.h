/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The types of <pthread.h>, in place of newlib's, whose <sys/types.h> includes
 * this. All fields are private.
 */
#ifndef _SYS__PTHREADTYPES_H_
#define _SYS__PTHREADTYPES_H_

#include <stddef.h>
#include <sys/sched.h>

struct uk_thread;

typedef struct uk_thread *pthread_t;

typedef struct {
	size_t _stack;
	int _detached;
	unsigned long _cpus; /* 0: the creator's */
} pthread_attr_t;

typedef struct {
	int _type;
} pthread_mutexattr_t;

/* struct uk_waitq */
#ifdef CONFIG_HAVE_SMP
#define _PTHREAD_WAIT void *_wait[3]
#else
#define _PTHREAD_WAIT void *_wait[2]
#endif

/* Laid out as struct uk_mutex. */
typedef struct {
	void *_owner;
	unsigned int _depth;
	unsigned int _type;
	_PTHREAD_WAIT;
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	const void *_place;
#endif
} pthread_mutex_t;

typedef struct {
	int _clock;
} pthread_condattr_t;

typedef struct {
	_PTHREAD_WAIT;
	int _clock;
} pthread_cond_t;

typedef unsigned int pthread_key_t;

typedef struct {
	int _state;
} pthread_once_t;

#endif /* _SYS__PTHREADTYPES_H_ */
