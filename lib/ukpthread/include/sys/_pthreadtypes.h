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
} pthread_attr_t;

typedef struct {
	int _type;
} pthread_mutexattr_t;

/* Laid out as struct uk_mutex. */
typedef struct {
	void *_owner;
	unsigned int _depth;
	unsigned int _type;
	void *_wait[2];
} pthread_mutex_t;

typedef struct {
	int _clock;
} pthread_condattr_t;

typedef struct {
	void *_wait[2]; /* struct uk_waitq */
	int _clock;
} pthread_cond_t;

typedef unsigned int pthread_key_t;

typedef struct {
	int _state;
} pthread_once_t;

#endif /* _SYS__PTHREADTYPES_H_ */
