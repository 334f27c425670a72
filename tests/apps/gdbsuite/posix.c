/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026, The Vitrine Authors
 *
 * What programs of GDB's testsuite expect of a POSIX system and get here only.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* Most programs end by a late SIGALRM should their debugger hang; run has a
 * limit. */
unsigned int alarm(unsigned int seconds __attribute__((unused)))
{
	return 0;
}

int pthread_yield(void)
{
	return sched_yield();
}

int pthread_barrier_init(pthread_barrier_t *barrier,
			 const pthread_barrierattr_t *attr
			 __attribute__((unused)),
			 unsigned int size)
{
	barrier->size = size;
	barrier->here = 0;
	barrier->round = 0;
	pthread_mutex_init(&barrier->mutex, NULL);
	pthread_cond_init(&barrier->full, NULL);
	return 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	int last;

	pthread_mutex_lock(&barrier->mutex);
	last = ++barrier->here == barrier->size;
	if (last) {
		barrier->here = 0;
		barrier->round++;
		pthread_cond_broadcast(&barrier->full);
	} else {
		unsigned int round = barrier->round;

		while (round == barrier->round)
			pthread_cond_wait(&barrier->full, &barrier->mutex);
	}
	pthread_mutex_unlock(&barrier->mutex);
	return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	pthread_cond_destroy(&barrier->full);
	return pthread_mutex_destroy(&barrier->mutex);
}

/* A thread of its own only: no signal interrupts another one. */
int pthread_kill(pthread_t thread, int signal)
{
	return pthread_equal(thread, pthread_self()) ? raise(signal) : ENOSYS;
}
