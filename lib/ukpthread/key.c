/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Values by key, and what is done once. The values are thread-local variables.
 * A key that is made again must not show what a thread had under it before, so
 * that each value remembers the key's generation.
 */
#include <uk/spinlock.h>
#include "pthread_internal.h"

static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER(); /* both parts */

static struct {
	int used;
	unsigned int generation;
	void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];

static __thread struct {
	const void *value;
	unsigned int generation;
} values[PTHREAD_KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	unsigned int k = 0;
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	while (k < PTHREAD_KEYS_MAX && keys[k].used)
		k++;
	if (k < PTHREAD_KEYS_MAX) {
		keys[k].used = 1;
		keys[k].generation++;
		keys[k].destructor = destructor;
		*key = k;
	}
	uk_spin_unlock_irqrestore(&lock, flags);
	return k < PTHREAD_KEYS_MAX ? 0 : EAGAIN;
}

static int exists(pthread_key_t key)
{
	return key < PTHREAD_KEYS_MAX && keys[key].used;
}

int pthread_key_delete(pthread_key_t key)
{
	if (!exists(key))
		return EINVAL;
	keys[key].used = 0;
	return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	if (!exists(key))
		return EINVAL;
	values[key].value = value;
	values[key].generation = keys[key].generation;
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	if (!exists(key) || values[key].generation != keys[key].generation)
		return NULL;
	return (void *)(__uptr)values[key].value;
}

/* One pass; 1 if there was something to destroy. */
static int destroy(void)
{
	int found = 0;

	for (pthread_key_t k = 0; k < PTHREAD_KEYS_MAX; k++) {
		void *value = pthread_getspecific(k);

		if (!value || !keys[k].destructor)
			continue;
		found = 1;
		values[k].value = NULL;
		keys[k].destructor(value);
	}
	return found;
}

void pthread_keys_destroy(void)
{
	for (int i = 0; i < PTHREAD_DESTRUCTOR_ITERATIONS && destroy(); i++)
		;
}

/* --- once -----------------------------------------------------------------*/

enum { ONCE_NEW = 0, ONCE_RUNNING, ONCE_DONE };

static struct uk_waitq once_wait = UK_WAITQ_INIT;

int pthread_once(pthread_once_t *once, void (*init)(void))
{
	unsigned long flags;
	int state;

	if (__atomic_load_n(&once->_state, __ATOMIC_ACQUIRE) == ONCE_DONE)
		return 0;
	uk_spin_lock_irqsave(&lock, flags);
	state = once->_state;
	if (state == ONCE_NEW)
		once->_state = ONCE_RUNNING;
	uk_spin_unlock_irqrestore(&lock, flags);
	if (state == ONCE_NEW) {
		init();
		__atomic_store_n(&once->_state, ONCE_DONE, __ATOMIC_RELEASE);
		uk_waitq_wake_up(&once_wait);
	}
	uk_waitq_wait_event(&once_wait,
			    __atomic_load_n(&once->_state, __ATOMIC_ACQUIRE) ==
				    ONCE_DONE);
	return 0;
}
