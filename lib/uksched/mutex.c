/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mutexes and semaphores. One that is released while threads wait is handed to
 * the first of them, without ever being free in between.
 */
#include <uk/assert.h>
#include <uk/mutex.h>
#include <uk/semaphore.h>
#include <uk/trace.h>
#include "sched_internal.h"

static int mine(const struct uk_mutex *m)
{
	return m->owner == uk_thread_current() &&
	       (m->flags & UK_MUTEX_CONFIG_RECURSE);
}

/* 1 if it was free or one's own. Under sched_lock. */
static int take(struct uk_mutex *m)
{
	if (m->owner && !mine(m))
		return 0;
	m->owner = uk_thread_current();
	m->depth++;
	return 1;
}

static inline __attribute__((always_inline)) void
set_place(struct uk_mutex *m __unused, const void *place __unused)
{
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	m->place = place;
#endif
}

/* A mutex that is handed over gets the place from the thread. */
static inline __attribute__((always_inline)) void
wants_at(const void *place __unused)
{
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	current()->locks_at = place;
#endif
}

static inline void set_place_of(struct uk_mutex *m __unused,
				const struct thread *next __unused)
{
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	m->place = next->locks_at;
#endif
}

UK_TRACEPOINT_FIELDS(trace_mutex_lock, "%p", const void *, mutex);
UK_TRACEPOINT_FIELDS(trace_mutex_unlock, "%p", const void *, mutex);

/* Inlined, as it has the place of the function that the program called. */
static inline __attribute__((always_inline)) int
lock(struct uk_mutex *m, __nsec deadline, const void *place)
{
	unsigned long flags;
	int rc = 0;

	uk_spin_lock_irqsave(&sched_lock, flags);
	if (take(m)) {
		set_place(m, place);
	} else {
		wants_at(place);
		rc = sched_block(&m->wait, deadline, UK_WAIT_MUTEX, m);
	}
	if (!rc)
		trace_mutex_lock(m);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}

static inline __attribute__((always_inline)) int trylock(struct uk_mutex *m,
							 const void *place)
{
	unsigned long flags;
	int taken;

	uk_spin_lock_irqsave(&sched_lock, flags);
	taken = take(m);
	if (taken) {
		set_place(m, place);
		trace_mutex_lock(m);
	}
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return taken;
}

int uk_mutex_lock_until(struct uk_mutex *m, __nsec deadline)
{
	return lock(m, deadline, UK_MUTEX_PLACE);
}

void uk_mutex_lock(struct uk_mutex *m)
{
	UK_ASSERT(!uk_mutex_is_mine(m) ||
		  (m->flags & UK_MUTEX_CONFIG_RECURSE) || !m->owner);
	(void)lock(m, UK_TIME_NEVER, UK_MUTEX_PLACE);
}

int uk_mutex_trylock(struct uk_mutex *m)
{
	return trylock(m, UK_MUTEX_PLACE);
}

#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
int uk_mutex_lock_at(struct uk_mutex *m, __nsec deadline, const void *place)
{
	return lock(m, deadline, place);
}

int uk_mutex_trylock_at(struct uk_mutex *m, const void *place)
{
	return trylock(m, place);
}
#endif

/* Of an owner. */
static inline void give(struct uk_mutex *m)
{
	struct thread *next;

	trace_mutex_unlock(m);
	if (--m->depth == 0) {
		next = sched_wake_one(&m->wait);
		m->owner = next ? &next->pub : __NULL;
		m->depth = next ? 1 : 0;
		if (next)
			set_place_of(m, next);
	}
}

void uk_mutex_unlock(struct uk_mutex *m)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	UK_ASSERT(uk_mutex_is_mine(m) && m->depth);
	give(m);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}

int uk_mutex_unlock_mine(struct uk_mutex *m)
{
	unsigned long flags;
	int is_mine;

	uk_spin_lock_irqsave(&sched_lock, flags);
	is_mine = uk_mutex_is_mine(m);
	if (is_mine)
		give(m);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return is_mine;
}

void uk_mutex_seize(struct uk_mutex *m)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	m->depth = uk_mutex_is_mine(m) ? m->depth + 1 : 1;
	m->owner = uk_thread_current();
	set_place(m, UK_MUTEX_PLACE);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}

int uk_semaphore_down_until(struct uk_semaphore *s, __nsec deadline)
{
	unsigned long flags;
	int rc = 0;

	uk_spin_lock_irqsave(&sched_lock, flags);
	if (s->count > 0)
		s->count--;
	else
		rc = sched_block(&s->wait, deadline, UK_WAIT_SEMAPHORE, s);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}

void uk_semaphore_down(struct uk_semaphore *s)
{
	(void)uk_semaphore_down_until(s, UK_TIME_NEVER);
}

int uk_semaphore_down_try(struct uk_semaphore *s)
{
	unsigned long flags;
	int taken;

	uk_spin_lock_irqsave(&sched_lock, flags);
	taken = s->count > 0;
	s->count -= taken;
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return taken;
}

void uk_semaphore_up(struct uk_semaphore *s)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	if (!sched_wake_one(&s->wait))
		s->count++;
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}
