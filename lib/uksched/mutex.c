/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mutexes and semaphores. One that is released while threads wait is handed to
 * the first of them, without ever being free in between.
 */
#include <uk/assert.h>
#include <uk/mutex.h>
#include <uk/semaphore.h>
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

int uk_mutex_lock_until(struct uk_mutex *m, __nsec deadline)
{
	unsigned long flags;
	int rc = 0;

	uk_spin_lock_irqsave(&sched_lock, flags);
	if (!take(m))
		rc = sched_block(&m->wait, deadline, UK_WAIT_MUTEX, m);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}

void uk_mutex_lock(struct uk_mutex *m)
{
	UK_ASSERT(!uk_mutex_is_mine(m) ||
		  (m->flags & UK_MUTEX_CONFIG_RECURSE) || !m->owner);
	(void)uk_mutex_lock_until(m, UK_TIME_NEVER);
}

int uk_mutex_trylock(struct uk_mutex *m)
{
	unsigned long flags;
	int taken;

	uk_spin_lock_irqsave(&sched_lock, flags);
	taken = take(m);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return taken;
}

/* Of an owner. */
static inline void give(struct uk_mutex *m)
{
	struct thread *next;

	if (--m->depth == 0) {
		next = sched_wake_one(&m->wait);
		m->owner = next ? &next->pub : __NULL;
		m->depth = next ? 1 : 0;
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
