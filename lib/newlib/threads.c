/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * newlib with threads: a struct _reent for each, which the CPU's state names
 * while it runs (reent.c), and its locks, in place of newlib's own that do
 * nothing.
 *
 * stdin, stdout and stderr are everybody's: a thread's struct _reent leads to
 * the FILEs of main's.
 *
 * The end of main ends the image whatever others do, so that from exit() on a
 * lock is only waited for as long as its owner may still run: one who waits
 * himself (for input, say) will not give it back.
 */
#include <errno.h>
#include <reent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/lock.h>
#include <uk/mutex.h>
#include <uk/percpu.h>
#include <uk/sched.h>
#include <uk/thread_area.h>
#include "syscalls.h"

/* --- struct _reent --------------------------------------------------------*/

/* Sets up the streams of a struct _reent; absent without stdio. */
void __sinit(struct _reent *reent) __weak;

static int reent_init(void *area)
{
	struct _reent *reent = area;

	_REENT_INIT_PTR(reent);
	if (!__sinit)
		return 0;
	if (!_GLOBAL_REENT->__sdidinit)
		__sinit(_GLOBAL_REENT);
	reent->_stdin = _GLOBAL_REENT->_stdin;
	reent->_stdout = _GLOBAL_REENT->_stdout;
	reent->_stderr = _GLOBAL_REENT->_stderr;
	reent->__sdidinit = 1;
	return 0;
}

/* Called by the code that frees the thread, never by the thread itself. */
static void reent_fini(void *area)
{
	struct _reent *reent = area;

	reent->__sdidinit = 0; /* its streams are not its own */
	_reclaim_reent(reent);
}

static void reent_enter(void *area)
{
	uk_percpu()->libc = area ? area : _GLOBAL_REENT;
}

UK_THREAD_AREA(newlib, sizeof(struct _reent), reent_init, reent_fini,
	       reent_enter);

/* --- locks ----------------------------------------------------------------*/

struct __lock {
	struct uk_mutex mutex;
};

/* Every lock may be taken again by its owner: newlib has no use for a lock
 * that deadlocks on itself.
 */
#define LOCK(name)                                              \
	struct __lock __lock___##name = { UK_MUTEX_INITIALIZER( \
		UK_MUTEX_CONFIG_RECURSE) }

LOCK(sinit_recursive_mutex);
LOCK(sfp_recursive_mutex);
LOCK(atexit_recursive_mutex);
LOCK(at_quick_exit_mutex);
LOCK(malloc_recursive_mutex);
LOCK(env_recursive_mutex);
LOCK(tz_mutex);
LOCK(dd_hash_mutex);
LOCK(arc4random_mutex);

/* Longest wait for a lock of a thread that may still run, once exit began. */
#define EXIT_WAIT_NS 100000000UL

static int exiting;

/* Runs, or waits for one that does, such as the writer on the console. */
static int goes_on(const struct uk_thread *t)
{
	return t->state == UK_THREAD_READY ||
	       (t->state == UK_THREAD_WAITING && t->wait.kind == UK_WAIT_MUTEX);
}

static void acquire(_LOCK_T lock)
{
	struct uk_thread *owner;
	__nsec end;

	if (likely(!UK_READ_ONCE(exiting))) {
		uk_mutex_lock(&lock->mutex);
		return;
	}
	end = uk_time_monotonic() + EXIT_WAIT_NS;
	while (!uk_mutex_trylock(&lock->mutex)) {
		owner = UK_READ_ONCE(lock->mutex.owner);
		if (!owner)
			continue;
		if (uk_time_monotonic() >= end || !goes_on(owner)) {
			uk_mutex_seize(&lock->mutex);
			return;
		}
		uk_thread_sleep(1000000);
	}
}

static void release(_LOCK_T lock)
{
	/* From exit() on it may have been taken away. */
	(void)uk_mutex_unlock_mine(&lock->mutex);
}

/* Streams are flushed and atexit()'s functions called. */
void uk_sched_last_exits(void)
{
	exit(0);
}

void newlib_exit_begins(void)
{
	UK_WRITE_ONCE(exiting, 1);
}

#ifdef CONFIG_LIBUKSTORE
static int on_shutdown(void *data)
{
	exit(*(const int *)data);
}

UK_EVENT_HANDLER(UK_EVENT_SHUTDOWN, on_shutdown);
#endif

/* Without memory a stream has no lock, and no thread waits for it. */
void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	*lock = malloc(sizeof(**lock));
	if (*lock)
		uk_mutex_init_config(&(*lock)->mutex, UK_MUTEX_CONFIG_RECURSE);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	if (lock)
		acquire(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	return !lock || uk_mutex_trylock(&lock->mutex);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	if (lock)
		release(lock);
}

void __retarget_lock_init(_LOCK_T *lock)
	__attribute__((alias("__retarget_lock_init_recursive")));
void __retarget_lock_close(_LOCK_T lock)
	__attribute__((alias("__retarget_lock_close_recursive")));
void __retarget_lock_acquire(_LOCK_T lock)
	__attribute__((alias("__retarget_lock_acquire_recursive")));
int __retarget_lock_try_acquire(_LOCK_T lock)
	__attribute__((alias("__retarget_lock_try_acquire_recursive")));
void __retarget_lock_release(_LOCK_T lock)
	__attribute__((alias("__retarget_lock_release_recursive")));
