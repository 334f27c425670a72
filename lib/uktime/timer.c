/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Timers over one device that interrupts once. It is armed for the timer that
 * runs next, and left armed when that one is cancelled: the interrupt then
 * finds nothing to do and arms for the next.
 *
 * A pass runs what is due at its start. Whatever is started meanwhile is due
 * a little after that, so that a pass ends, and runs each timer once.
 */
#include <uk/arch/lcpu.h>
#include <uk/init.h>
#include <uk/print.h>
#include <uk/time_dev.h>
#include "heap.h"

UK_TABLE_DEFINE(time_dev, struct uk_time_dev);

static const struct uk_time_dev *dev;

static struct uk_timer *heap;	     /* the root runs next */
static __nsec armed = UK_TIME_NEVER; /* what the device was last armed for */
static __nsec not_before; /* in a pass: what is started is due then */
static struct uk_timer_stats stats;

static void arm(void)
{
	__nsec due = heap ? heap->due : UK_TIME_NEVER;

	if (due >= armed || !dev)
		return;
	armed = due;
	dev->arm(due);
}

void uk_timer_init(struct uk_timer *timer, uk_timer_func_t func, void *arg)
{
	*timer = (struct uk_timer)UK_TIMER_INIT(func, arg);
}

static void take_out(struct uk_timer *timer)
{
	heap = timer_heap_remove(heap, timer);
	timer->pending = 0;
}

void uk_timer_start(struct uk_timer *timer, __nsec deadline)
{
	unsigned long flags = ukarch_irq_save();

	if (timer->pending)
		take_out(timer);
	timer->deadline = deadline;
	timer->due = MAX(deadline, not_before);
	timer->number = stats.started++;
	timer->pending = 1;
	heap = timer_heap_insert(heap, timer);
	if (!not_before)
		arm();
	ukarch_irq_restore(flags);
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
	int was = timer->pending;

	if (was)
		take_out(timer);
	ukarch_irq_restore(flags);
	return was;
}

__nsec uk_timer_next(void)
{
	unsigned long flags = ukarch_irq_save();
	__nsec due = heap ? heap->due : UK_TIME_NEVER;

	ukarch_irq_restore(flags);
	return due;
}

void uk_timer_stats_get(struct uk_timer_stats *copy)
{
	unsigned long flags = ukarch_irq_save();

	*copy = stats;
	ukarch_irq_restore(flags);
}

void uk_time_expired(void)
{
	__nsec now = uk_time_monotonic();

	stats.interrupts++;
	not_before = now + UK_TIMER_PASS_NS;
	while (heap && heap->due <= now) {
		struct uk_timer *timer = heap;

		take_out(timer);
		stats.fired++;
		timer->func(timer, timer->arg);
	}
	not_before = 0;
	armed = UK_TIME_NEVER;
	arm();
}

static int probe(struct uk_init_ctx *ctx __unused)
{
	uk_table_foreach (time_dev, d) {
		if (d->probe())
			continue;
		dev = d;
		arm();
		return 0;
	}
	uk_pr_err("no supported timer found (%lu drivers tried)\n",
		  uk_table_count(time_dev));
	return -ENODEV;
}

uk_plat_initcall_prio(probe, 0, 5);
