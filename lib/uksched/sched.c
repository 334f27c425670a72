/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Who runs: a queue of those that are ready, first come, first served.
 *
 * There is no idle thread. A thread that gives up the CPU while no other is
 * ready stays on it and halts until an interrupt makes a thread ready; if that
 * is itself, there is no switch. Every switch is made with interrupts off, in
 * the scheduler or in the handler of an interrupt, and ends there for the next
 * one too.
 */
#include <uk/arch/lcpu.h>
#include <uk/arch/tls.h>
#include <uk/assert.h>
#include <uk/thread_area.h>
#include "sched_internal.h"

UK_TABLE_DEFINE(thread_area, struct uk_thread_area);

struct sched uksched;

static void areas_enter(const struct thread *t)
{
	char *area = t->areas;

	uk_table_foreach (thread_area, a) {
		a->enter(area);
		if (area)
			area += ALIGN_UP(a->size, 16UL);
	}
}

/* Time up to now is the current thread's. */
static void charge(struct thread *t, __nsec now)
{
	t->pub.cpu_time += now - t->since;
	t->since = now;
}

static void switch_to(struct thread *from, struct thread *to)
{
	struct uk_percpu *cpu = uk_percpu();
	__nsec now = uk_time_monotonic();

	charge(from, now);
	to->since = now;
	to->pub.switches++;
	if (uksched.ready_first)
		sched_slice_start();
	areas_enter(to);
	if (from->pub.tls != to->pub.tls)
		ukarch_tls_pointer_set(to->pub.tls);

	from->trap = cpu->trap;
	from->trap_depth = cpu->trap_depth;
	cpu->trap = to->trap;
	cpu->trap_depth = to->trap_depth;
	/* what a trap here finds of `from` is right by then */
	__asm__ __volatile__("" : : : "memory");
	cpu->thread = &to->pub;
	ukarch_ctx_switch(&from->ctx, &to->ctx);
}

static void idle(struct thread *t)
{
	__nsec start = uk_time_monotonic();

	charge(t, start);
	uksched.idle = 1;
	while (!sched_has_next())
		ukarch_halt_irq();
	uksched.idle = 0;
	t->since = uk_time_monotonic();
	uksched.idle_time += t->since - start;
}

/* The link to the next that may run; what it points to is NULL if none may. */
static struct thread **next_link(struct thread **before)
{
	struct thread **link = (struct thread **)&uksched.ready_first;

	*before = __NULL;
	while (unlikely(uksched.only) && *link && *link != uksched.only) {
		*before = *link;
		link = &(*link)->ready_next;
	}
	return link;
}

int sched_has_next(void)
{
	struct thread *before;

	/* interrupts change it between two looks */
	__asm__ __volatile__("" : : : "memory");
	return *next_link(&before) != __NULL;
}

static struct thread *take_next(void)
{
	struct thread *before, **link = next_link(&before), *t = *link;

	*link = t->ready_next;
	if (uksched.ready_last == t)
		uksched.ready_last = before;
	return t;
}

void sched_switch(void)
{
	struct thread *from = current(), *to;

	if (!sched_has_next())
		idle(from);
	to = take_next();
	if (to != from)
		switch_to(from, to);
}

void sched_ready(struct thread *t)
{
	t->pub.state = UK_THREAD_READY;
	t->ready_next = __NULL;
	if (uksched.ready_first)
		uksched.ready_last->ready_next = t;
	else
		UK_WRITE_ONCE(uksched.ready_first, t);
	uksched.ready_last = t;
	if (!uksched.idle)
		sched_slice_start();
}

void uk_sched_yield(void)
{
	unsigned long flags = ukarch_irq_save();

	if (uksched.ready_first) {
		sched_ready(current());
		sched_switch();
	}
	ukarch_irq_restore(flags);
}

void uk_sched_only(const struct uk_thread *thread)
{
	unsigned long flags = ukarch_irq_save();

	uksched.only = (const struct thread *)thread;
	if (thread && thread != uk_thread_current())
		sched_slice_end();
	ukarch_irq_restore(flags);
}

unsigned int uk_sched_thread_count(void)
{
	return UK_READ_ONCE(uksched.alive);
}

__nsec uk_sched_idle_time(void)
{
	return UK_READ_ONCE(uksched.idle_time);
}
