/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Waiting and sleeping. A thread waits in one queue at most; its timer takes
 * it out of the queue when the time is up. A wait queue is a list of threads
 * by arrival, linked through wait_next.
 */
#include <uk/arch/lcpu.h>
#include <uk/assert.h>
#include "sched_internal.h"

static void wq_append(struct uk_waitq *wq, struct thread *t)
{
	t->waits_in = wq;
	t->wait_next = __NULL;
	if (wq->first)
		thread_of(wq->last)->wait_next = t;
	else
		wq->first = &t->pub;
	wq->last = &t->pub;
}

static void wq_remove(struct thread *t)
{
	struct uk_waitq *wq = t->waits_in;
	struct thread *before = __NULL, *at = thread_of(wq->first);

	while (at != t) {
		before = at;
		at = at->wait_next;
	}
	if (before)
		before->wait_next = t->wait_next;
	else
		wq->first = t->wait_next ? &t->wait_next->pub : __NULL;
	if (wq->last == &t->pub)
		wq->last = before ? &before->pub : __NULL;
	t->waits_in = __NULL;
}

/* Irq context. */
static void expired(struct uk_timer *timer __unused, void *arg)
{
	struct thread *t = arg;

	t->timed_out = 1;
	if (t->waits_in)
		wq_remove(t);
	sched_ready(t);
}

int sched_block(struct uk_waitq *wq, __nsec deadline, enum uk_wait_kind kind,
		const void *object)
{
	struct thread *t = current();

	UK_ASSERT(!uk_percpu_read(trap));
	t->timed_out = 0;
	t->pub.wait = (struct uk_wait){ kind, object, deadline };
	t->pub.state = kind == UK_WAIT_TIME ? UK_THREAD_SLEEPING
					    : UK_THREAD_WAITING;
	if (wq)
		wq_append(wq, t);
	if (deadline != UK_TIME_NEVER) {
		uk_timer_init(&t->timer, expired, t);
		uk_timer_start(&t->timer, deadline);
	}
	sched_switch();
	if (deadline != UK_TIME_NEVER)
		uk_timer_cancel(&t->timer);
	return t->timed_out ? -ETIMEDOUT : 0;
}

struct thread *sched_wake_one(struct uk_waitq *wq)
{
	struct thread *t = thread_of(wq->first);

	if (!t)
		return __NULL;
	wq_remove(t);
	/* Its time must not come any more once it is ready. */
	uk_timer_cancel(&t->timer);
	sched_ready(t);
	return t;
}

int uk_waitq_wait(struct uk_waitq *wq, __nsec deadline)
{
	return sched_block(wq, deadline, UK_WAIT_QUEUE, wq);
}

int uk_waitq_wait_for(struct uk_waitq *wq, __nsec deadline,
		      enum uk_wait_kind kind, const void *object)
{
	return sched_block(wq, deadline, kind, object);
}

unsigned int uk_waitq_wake_up_one(struct uk_waitq *wq)
{
	unsigned long flags = ukarch_irq_save();
	struct thread *t = sched_wake_one(wq);

	ukarch_irq_restore(flags);
	return t != __NULL;
}

unsigned int uk_waitq_wake_up(struct uk_waitq *wq)
{
	unsigned long flags = ukarch_irq_save();
	unsigned int count = 0;

	while (sched_wake_one(wq))
		count++;
	ukarch_irq_restore(flags);
	return count;
}

void uk_thread_sleep_until(__nsec deadline)
{
	unsigned long flags = ukarch_irq_save();

	sched_block(__NULL, deadline, UK_WAIT_TIME, __NULL);
	ukarch_irq_restore(flags);
}
