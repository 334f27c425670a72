/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mutexes. One that is unlocked while others wait belongs to the first of
 * them from then on: no thread starves. Names are Unikraft's.
 * Contexts: thread, unless said otherwise.
 */
#ifndef __UK_MUTEX_H__
#define __UK_MUTEX_H__

#include <uk/thread.h>
#include <uk/wait.h>

/* All fields are private. All zero is an unlocked mutex, not recursive. */
struct uk_mutex {
	struct uk_thread *owner;
	unsigned int depth; /* locked so often by its owner */
	unsigned int flags;
	struct uk_waitq wait;
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	const void *place; /* return address of the lock; NULL: not known */
#endif
};

#define UK_MUTEX_CONFIG_RECURSE 0x01U /* the owner may lock it again */

#define UK_MUTEX_INITIALIZER(config) \
	{                            \
		.flags = (config)    \
	}

/** Makes an unlocked mutex. */
static inline void uk_mutex_init_config(struct uk_mutex *m, unsigned int config)
{
	*m = (struct uk_mutex)UK_MUTEX_INITIALIZER(config);
}

static inline void uk_mutex_init(struct uk_mutex *m)
{
	uk_mutex_init_config(m, 0);
}

/**
 * Locks. Locking one's own again crashes unless the mutex is recursive.
 */
void uk_mutex_lock(struct uk_mutex *m);

/** Locks if that needs no waiting. @return 1 if it is locked now, else 0. */
int uk_mutex_trylock(struct uk_mutex *m);

/**
 * Locks, or gives up at a time of the monotonic clock. An owner
 * that locks a mutex again which is not recursive waits, too.
 *
 * @return 0, -ETIMEDOUT
 */
int uk_mutex_lock_until(struct uk_mutex *m, __nsec deadline);

#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
/** The return address of the function that this stands in, as it was stored. */
#define UK_MUTEX_PLACE (((const void *const *)__builtin_frame_address(0))[1])

/**
 * As uk_mutex_lock_until() and uk_mutex_trylock(), for a function that locks
 * for its caller: place is UK_MUTEX_PLACE there.
 */
int uk_mutex_lock_at(struct uk_mutex *m, __nsec deadline, const void *place);
int uk_mutex_trylock_at(struct uk_mutex *m, const void *place);
#else
#define UK_MUTEX_PLACE __NULL
#define uk_mutex_lock_at(m, deadline, place) uk_mutex_lock_until(m, deadline)
#define uk_mutex_trylock_at(m, place) uk_mutex_trylock(m)
#endif

/** Unlocks; crashes for a mutex that is not the caller's. */
void uk_mutex_unlock(struct uk_mutex *m);

/** Unlocks one's own; one that was seized stays as it is. @return 1, 0 */
int uk_mutex_unlock_mine(struct uk_mutex *m);

/**
 * Takes a mutex away from its owner, which may be in the middle of anything:
 * for a program that ends. Owners unlock by uk_mutex_unlock_mine() then.
 */
void uk_mutex_seize(struct uk_mutex *m);

/** 1 while a thread holds it. Contexts: any. */
static inline int uk_mutex_is_locked(const struct uk_mutex *m)
{
	return UK_READ_ONCE(m->owner) != __NULL;
}

/** 1 if the caller holds it. */
static inline int uk_mutex_is_mine(const struct uk_mutex *m)
{
	return UK_READ_ONCE(m->owner) == uk_thread_current();
}

#endif /* __UK_MUTEX_H__ */
