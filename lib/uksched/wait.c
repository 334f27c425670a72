/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Waiting and sleeping. A thread waits in one queue at most; its timer takes
 * it out of the queue when the time is up. A wait queue is a list of threads
 * by arrival, linked through wait_next.
 */
#include <uk/assert.h>
#include <uk/trace.h>
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

	uk_spin_lock(&sched_lock);
	/* It may have been woken, and not have run to cancel the timer yet. */
	if (t->pub.state != UK_THREAD_READY) {
		t->timed_out = 1;
		if (t->waits_in)
			wq_remove(t);
		sched_ready(t);
	}
	uk_spin_unlock(&sched_lock);
}

UK_TRACEPOINT_FIELDS(trace_sched_wait, "kind %d for %p until %lu",
		     enum uk_wait_kind, kind, const void *, object, __nsec,
		     until);

int sched_block(struct uk_waitq *wq, __nsec deadline, enum uk_wait_kind kind,
		const void *object)
{
	struct thread *t = current();

	UK_ASSERT(!uk_percpu_read(trap));
	sched_check_not_idle();
	t->timed_out = 0;
	t->pub.wait = (struct uk_wait){ kind, object, deadline };
	t->pub.state = kind == UK_WAIT_TIME ? UK_THREAD_SLEEPING
					    : UK_THREAD_WAITING;
	trace_sched_wait(kind, object, deadline);
	if (wq)
		wq_append(wq, t);
	if (deadline != UK_TIME_NEVER) {
		uk_timer_init(&t->timer, expired, t);
		uk_timer_start(&t->timer, deadline);
	} else if (kind == UK_WAIT_MUTEX || kind == UK_WAIT_JOIN) {
		sched_deadlock_check();
	}
	sched_switch();
	if (deadline != UK_TIME_NEVER) {
		/* expired(), perhaps on another CPU, is waited for */
		uk_spin_unlock(&sched_lock);
		(void)uk_timer_cancel_wait(&t->timer);
		uk_spin_lock(&sched_lock);
	}
	return t->timed_out ? -ETIMEDOUT : 0;
}

struct thread *sched_wake_one(struct uk_waitq *wq)
{
	struct thread *t = thread_of(wq->first);

	if (!t)
		return __NULL;
	wq_remove(t);
	sched_ready(t);
	return t;
}

/* Interrupts are off. */
int uk_waitq_wait_since(struct uk_waitq *wq, unsigned long wakes,
			__nsec deadline, enum uk_wait_kind kind,
			const void *object)
{
	int rc = 0;

	uk_spin_lock(&sched_lock);
	if (uk_waitq_wakes(wq) == wakes)
		rc = sched_block(wq, deadline, kind, object);
	uk_spin_unlock(&sched_lock);
	return rc;
}

static void count_wake(struct uk_waitq *wq __unused)
{
#ifdef CONFIG_HAVE_SMP
	__atomic_store_n(&wq->wakes, wq->wakes + 1, __ATOMIC_RELEASE);
#endif
}

unsigned int uk_waitq_wake_up_one(struct uk_waitq *wq)
{
	struct thread *t;
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	count_wake(wq);
	t = sched_wake_one(wq);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return t != __NULL;
}

unsigned int uk_waitq_wake_up(struct uk_waitq *wq)
{
	unsigned int count = 0;
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	count_wake(wq);
	while (sched_wake_one(wq))
		count++;
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return count;
}

void uk_thread_sleep_until(__nsec deadline)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	sched_block(__NULL, deadline, UK_WAIT_TIME, __NULL);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}
