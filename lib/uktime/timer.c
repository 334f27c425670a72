/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Timers over one device that interrupts once. It is armed for the timer that
 * runs next, and left armed when that one is cancelled: the interrupt then
 * finds nothing to do and arms for the next.
 *
 * Each CPU has a heap and arms the device of its own. Only the CPU itself puts
 * timers into its heap; others take them out, under the heap's lock. A timer
 * remembers the CPU, and changes it only while it is in no heap.
 *
 * A pass runs what is due at its start. Whatever is started meanwhile is due
 * a little after that, so that a pass ends, and runs each timer once.
 */
#include <uk/arch/lcpu.h>
#include <uk/init.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include <uk/spinlock.h>
#include <uk/time_dev.h>
#include <uk/trace.h>
#include "heap.h"

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT

UK_TABLE_DEFINE(time_dev, struct uk_time_dev);

static const struct uk_time_dev *dev;

static struct queue {
	struct uk_spinlock lock;  /* all of it, and the timers in it */
	struct uk_timer *heap;	  /* the root runs next */
	__nsec armed;		  /* what the device was last armed for */
	__nsec not_before;	  /* in a pass: what is started is due then */
	struct uk_timer *running; /* whose handler is called */
	unsigned int hopes;	  /* pending or running, and may wake */
	struct uk_timer_stats stats;
} queues[CPUS] = { [0 ... CPUS - 1] = { .armed = UK_TIME_NEVER } };

/* Contexts: irq-off. */
static struct queue *own(void)
{
	return &queues[ukplat_lcpu_id()];
}

static unsigned int cpu_of(const struct uk_timer *timer)
{
	return CPUS > 1 ? UK_READ_ONCE(timer->cpu) : 0;
}

/* Locks the queue that a timer is in, or was in. Contexts: irq-off. */
static struct queue *lock_queue_of(const struct uk_timer *timer)
{
	for (;;) {
		unsigned int cpu = cpu_of(timer);
		struct queue *q = &queues[cpu];

		uk_spin_lock(&q->lock);
		if (likely(cpu_of(timer) == cpu))
			return q;
		uk_spin_unlock(&q->lock);
	}
}

static void arm(struct queue *q)
{
	__nsec due = q->heap ? q->heap->due : UK_TIME_NEVER;

	if (due >= q->armed || !dev)
		return;
	q->armed = due;
	dev->arm(due);
}

void uk_timer_init(struct uk_timer *timer, uk_timer_func_t func, void *arg)
{
	*timer = (struct uk_timer)UK_TIMER_INIT(func, arg);
}

/* @return 1 if it was in the queue */
static int take_out(struct queue *q, struct uk_timer *timer)
{
	if (!timer->pending)
		return 0;
	q->heap = timer_heap_remove(q->heap, timer);
	q->hopes -= !timer->wakes_none;
	UK_WRITE_ONCE(timer->pending, 0);
	return 1;
}

/* The timer is in no heap then, and the own queue is locked. */
static struct queue *bring_here(struct uk_timer *timer)
{
	struct queue *q;

	for (;;) {
		q = lock_queue_of(timer);
		(void)take_out(q, timer);
		if (likely(q == own()))
			return q;
		UK_WRITE_ONCE(timer->cpu, ukplat_lcpu_id());
		uk_spin_unlock(&q->lock);
	}
}

UK_TRACEPOINT_FIELDS(trace_timer_start, "%p at %lu", const void *, timer,
		     __nsec, deadline);
UK_TRACEPOINT_FIELDS(trace_timer_fire, "%p calls %p", const void *, timer,
		     uk_timer_func_t, function);

void uk_timer_start(struct uk_timer *timer, __nsec deadline)
{
	unsigned long flags = ukarch_irq_save();
	struct queue *q = bring_here(timer);

	trace_timer_start(timer, deadline);
	timer->deadline = deadline;
	timer->due = MAX(deadline, q->not_before);
	timer->number = q->stats.started++;
	UK_WRITE_ONCE(timer->pending, 1);
	q->heap = timer_heap_insert(q->heap, timer);
	q->hopes += !timer->wakes_none;
	if (!q->not_before)
		arm(q);
	uk_spin_unlock_irqrestore(&q->lock, flags);
}

__u64 uk_timer_forward(struct uk_timer *timer, __nsec period)
{
	__nsec now = uk_time_monotonic();
	__u64 past = 0;

	if (now >= uk_time_add(timer->deadline, period))
		past = (now - timer->deadline) / period;
	uk_timer_start(timer,
		       uk_time_add(timer->deadline + past * period, period));
	return past;
}

int uk_timer_cancel(struct uk_timer *timer)
{
	unsigned long flags = ukarch_irq_save();
	struct queue *q = lock_queue_of(timer);
	int was = take_out(q, timer);

	uk_spin_unlock_irqrestore(&q->lock, flags);
	return was;
}

/* Whether another CPU runs its handler. */
static int runs_elsewhere(const struct uk_timer *timer)
{
	for (unsigned int i = 0; CPUS > 1 && i < CPUS; i++)
		if (i != ukplat_lcpu_id() &&
		    __atomic_load_n(&queues[i].running, __ATOMIC_ACQUIRE) ==
			    timer)
			return 1;
	return 0;
}

/* Asked with the lock: a handler that has ended by then, and had started it
 * again, did so before it was cancelled here.
 */
int uk_timer_cancel_wait(struct uk_timer *timer)
{
	int was = 0, runs;

	do {
		unsigned long flags = ukarch_irq_save();
		struct queue *q = lock_queue_of(timer);

		was |= take_out(q, timer);
		runs = runs_elsewhere(timer);
		uk_spin_unlock_irqrestore(&q->lock, flags);
		while (runs_elsewhere(timer))
			ukarch_cpu_relax();
	} while (runs);
	return was;
}

__nsec uk_timer_next(void)
{
	unsigned long flags = ukarch_irq_save();
	struct queue *q = own();
	__nsec due;

	uk_spin_lock(&q->lock);
	due = q->heap ? q->heap->due : UK_TIME_NEVER;
	uk_spin_unlock_irqrestore(&q->lock, flags);
	return due;
}

int uk_timer_may_wake(void)
{
	unsigned int hopes = 0;

	for (struct queue *q = queues; q < queues + CPUS && !hopes; q++) {
		uk_spin_lock(&q->lock);
		hopes = q->hopes;
		uk_spin_unlock(&q->lock);
	}
	return hopes != 0;
}

void uk_timer_stats_get(struct uk_timer_stats *copy)
{
	*copy = (struct uk_timer_stats){ 0 };
	for (struct queue *q = queues; q < queues + CPUS; q++) {
		unsigned long flags;

		uk_spin_lock_irqsave(&q->lock, flags);
		copy->started += q->stats.started;
		copy->fired += q->stats.fired;
		copy->interrupts += q->stats.interrupts;
		uk_spin_unlock_irqrestore(&q->lock, flags);
	}
}

/* Calls a handler without the lock, so that it can start timers. */
static void run(struct queue *q, struct uk_timer *timer)
{
	uk_timer_func_t func = timer->func;
	unsigned int hopes = !timer->wakes_none;
	void *arg = timer->arg;

	if (CPUS > 1)
		q->running = timer;
	(void)take_out(q, timer);
	q->hopes += hopes;
	q->stats.fired++;
	uk_spin_unlock(&q->lock);
	trace_timer_fire(timer, func);
	func(timer, arg);
	if (CPUS > 1)
		__atomic_store_n(&q->running, __NULL, __ATOMIC_RELEASE);
	uk_spin_lock(&q->lock);
	q->hopes -= hopes;
}

void uk_time_expired(void)
{
	__nsec now = uk_time_monotonic();
	struct queue *q = own();

	uk_spin_lock(&q->lock);
	q->stats.interrupts++;
	q->not_before = now + UK_TIMER_PASS_NS;
	while (q->heap && q->heap->due <= now)
		run(q, q->heap);
	q->not_before = 0;
	q->armed = UK_TIME_NEVER;
	arm(q);
	uk_spin_unlock(&q->lock);
}

static int probe(struct uk_init_ctx *ctx __unused)
{
	uk_table_foreach (time_dev, d) {
		if (d->probe())
			continue;
		dev = d;
		arm(own());
		return 0;
	}
	uk_pr_err("no supported timer found (%lu drivers tried)\n",
		  uk_table_count(time_dev));
	return -ENODEV;
}

uk_plat_initcall_prio(probe, 0, 5);
