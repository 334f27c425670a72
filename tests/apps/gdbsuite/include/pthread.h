/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * ukpthread's <pthread.h> with what many programs of GDB's testsuite use
 * beside it: barriers, by which they bring threads to a known place.
 */
#ifndef GDBSUITE_PTHREAD_H
#define GDBSUITE_PTHREAD_H

#include_next <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PTHREAD_BARRIER_SERIAL_THREAD 1

typedef struct {
	pthread_mutex_t mutex;
	pthread_cond_t full;
	unsigned int size, here, round;
} pthread_barrier_t;

typedef int pthread_barrierattr_t;

int pthread_barrier_init(pthread_barrier_t *barrier,
			 const pthread_barrierattr_t *attr, unsigned int size);
int pthread_barrier_wait(pthread_barrier_t *barrier);
int pthread_barrier_destroy(pthread_barrier_t *barrier);
int pthread_yield(void);

#ifdef __cplusplus
}
#endif

#endif
