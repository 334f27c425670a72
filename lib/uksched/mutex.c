/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Mutexes and semaphores. One that is released while threads wait is handed to
 * the first of them, without ever being free in between.
 */
#include <uk/arch/lcpu.h>
#include <uk/assert.h>
#include <uk/mutex.h>
#include <uk/semaphore.h>
#include "sched_internal.h"

static int mine(const struct uk_mutex *m)
{
	return m->owner == uk_thread_current() &&
	       (m->flags & UK_MUTEX_CONFIG_RECURSE);
}

/* 1 if it was free or one's own. Interrupts are off. */
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
	unsigned long flags = ukarch_irq_save();
	int rc = 0;

	if (!take(m))
		rc = sched_block(&m->wait, deadline, UK_WAIT_MUTEX, m);
	ukarch_irq_restore(flags);
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
	unsigned long flags = ukarch_irq_save();
	int taken = take(m);

	ukarch_irq_restore(flags);
	return taken;
}

void uk_mutex_unlock(struct uk_mutex *m)
{
	unsigned long flags = ukarch_irq_save();
	struct thread *next;

	UK_ASSERT(uk_mutex_is_mine(m) && m->depth);
	if (--m->depth == 0) {
		next = sched_wake_one(&m->wait);
		m->owner = next ? &next->pub : __NULL;
		m->depth = next ? 1 : 0;
	}
	ukarch_irq_restore(flags);
}

int uk_semaphore_down_until(struct uk_semaphore *s, __nsec deadline)
{
	unsigned long flags = ukarch_irq_save();
	int rc = 0;

	if (s->count > 0)
		s->count--;
	else
		rc = sched_block(&s->wait, deadline, UK_WAIT_SEMAPHORE, s);
	ukarch_irq_restore(flags);
	return rc;
}

void uk_semaphore_down(struct uk_semaphore *s)
{
	(void)uk_semaphore_down_until(s, UK_TIME_NEVER);
}

int uk_semaphore_down_try(struct uk_semaphore *s)
{
	unsigned long flags = ukarch_irq_save();
	int taken = s->count > 0;

	s->count -= taken;
	ukarch_irq_restore(flags);
	return taken;
}

void uk_semaphore_up(struct uk_semaphore *s)
{
	unsigned long flags = ukarch_irq_save();

	if (!sched_wake_one(&s->wait))
		s->count++;
	ukarch_irq_restore(flags);
}
