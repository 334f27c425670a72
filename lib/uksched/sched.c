/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Who runs: for each CPU a queue of those that are ready, first come, first
 * served.
 *
 * With one CPU there is no idle thread. A thread that gives up the CPU while no
 * other is ready stays on it and halts until an interrupt makes a thread ready;
 * if that is itself, there is no switch. With several see smp.c. Every switch
 * is made with interrupts off and sched_lock held, in the scheduler or in the
 * handler of an interrupt, and ends there for the next one too.
 */
#include <uk/arch/lcpu.h>
#include <uk/arch/tls.h>
#include <uk/assert.h>
#include <uk/thread_area.h>
#include <uk/trace.h>
#include "sched_internal.h"

UK_TABLE_DEFINE(thread_area, struct uk_thread_area);

UK_TRACEPOINT_FIELDS(trace_sched_switch, "%u -> %u %s", __u32, previous, __u32,
		     next, const char *, name);
UK_TRACEPOINT_FIELDS(trace_sched_ready, "%u on CPU %u", __u32, which, __u32,
		     cpu);
#ifndef CONFIG_HAVE_SMP
/* The CPU halts on the stack of a thread that waits (1), and goes on (0). */
UK_TRACEPOINT_FIELDS(trace_sched_idle, "%u", __u32, idle);
#endif

struct sched uksched;
struct uk_spinlock sched_lock = UK_SPINLOCK_INITIALIZER();

static void areas_enter(const struct thread *t)
{
	char *area = t->pub.areas;

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

static void switch_to(struct sched_cpu *c, struct thread *from,
		      struct thread *to)
{
	struct uk_percpu *cpu = uk_percpu();
	__nsec now = uk_time_monotonic();

	trace_sched_switch(from->pub.id, to->pub.id, to->pub.name);
	charge(from, now);
	to->since = now;
	to->pub.switches++;
	if (c->ready_first)
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
#ifdef CONFIG_HAVE_SMP
	to->pub.cpu = cpu->id;
	c->switches++;
#endif
	cpu->thread = &to->pub;
	ukarch_ctx_switch(&from->ctx, &to->ctx);
}

/* The link to the next that may run; what it points to is NULL if none may. */
static struct thread **next_link(struct sched_cpu *c, struct thread **before)
{
	struct thread **link = (struct thread **)&c->ready_first;

	*before = __NULL;
	while (sched_chooses() && *link && !sched_may_run(*link)) {
		*before = *link;
		link = &(*link)->ready_next;
	}
	return link;
}

int sched_has_next(struct sched_cpu *c)
{
	struct thread *before;

	/* interrupts and other CPUs change it between two looks */
	__asm__ __volatile__("" : : : "memory");
	return *next_link(c, &before) != __NULL;
}

static struct thread *take(struct sched_cpu *c, struct thread **link,
			   struct thread *before)
{
	struct thread *t = *link;

	*link = t->ready_next;
	if (c->ready_last == t)
		c->ready_last = before;
#ifdef CONFIG_HAVE_SMP
	c->queued--;
	uksched.queued--;
#endif
	return t;
}

static struct thread *take_next(struct sched_cpu *c)
{
	struct thread *before, **link = next_link(c, &before);

	return take(c, link, before);
}

#ifdef CONFIG_HAVE_SMP
struct thread *sched_take(struct sched_cpu *c, struct thread *before)
{
	struct thread *t =
		take(c, before ? &before->ready_next : &c->ready_first, before);

	if (!c->queued && c->idle)
		sched_vacant((unsigned int)(c - uksched.cpus), 1);
	return t;
}

static void now_runs(struct sched_cpu *c, const struct thread *t)
{
	c->idle = sched_is_idle(t);
	sched_vacant(ukplat_lcpu_id(), c->idle);
}
#else
static struct thread *sched_none_ready(struct sched_cpu *c, struct thread *from)
{
	__nsec start = uk_time_monotonic();

	trace_sched_idle(1);
	charge(from, start);
	c->idle = 1;
	while (!sched_has_next(c)) {
		sched_hang_check();
		uk_spin_unlock(&sched_lock);
		ukarch_halt_irq();
		uk_spin_lock(&sched_lock);
	}
	c->idle = 0;
	from->since = uk_time_monotonic();
	c->idle_time += from->since - start;
	trace_sched_idle(0);
	return take_next(c);
}

static unsigned int sched_place(const struct thread *t __unused)
{
	return 0;
}

static void sched_joined(unsigned int cpu __unused, int was_empty __unused)
{
	if (!this_cpu()->idle)
		sched_slice_start();
}

static void now_runs(struct sched_cpu *c __unused,
		     const struct thread *t __unused)
{
}

void sched_only_changed(void)
{
	if (uksched.only && uksched.only != current())
		sched_slice_end(0);
}
#endif

void sched_switch(void)
{
	struct sched_cpu *c = this_cpu();
	struct thread *from = current(), *to;

	uk_spin_assert_only(&sched_lock);
	to = sched_has_next(c) ? take_next(c) : sched_none_ready(c, from);
	now_runs(c, to);
	if (to != from)
		switch_to(c, from, to);
}

void sched_idle_cannot_wait(void)
{
	uk_spin_unlock(&sched_lock);
	UK_CRASH("an idle CPU cannot wait: call it in another thread");
}

static inline void join_queue(struct thread *t, unsigned int cpu)
{
	struct sched_cpu *c = &uksched.cpus[cpu];
	int was_empty = !c->ready_first;

	trace_sched_ready(t->pub.id, cpu);
	t->pub.state = UK_THREAD_READY;
	t->ready_next = __NULL;
	if (was_empty)
		UK_WRITE_ONCE(c->ready_first, t);
	else
		c->ready_last->ready_next = t;
	c->ready_last = t;
	sched_joined(cpu, was_empty);
}

void sched_ready(struct thread *t)
{
	join_queue(t, sched_place(t));
}

#ifdef CONFIG_LIBUKSCHED_STAND_IN
void sched_ready_next(struct thread *t)
{
	struct sched_cpu *c = this_cpu();
	int was_empty = !c->ready_first;

	t->ready_next = c->ready_first;
	UK_WRITE_ONCE(c->ready_first, t);
	if (was_empty)
		c->ready_last = t;
	sched_joined(ukplat_lcpu_id(), was_empty);
}
#endif

#ifdef CONFIG_HAVE_SMP
void sched_ready_here(struct thread *t)
{
	int stays = sched_may_stay(t) && !(t->affinity & uksched.vacant);

	join_queue(t, stays ? ukplat_lcpu_id() : sched_place(t));
}
#endif

void uk_sched_yield(void)
{
	unsigned long flags;

	flags = ukarch_irq_save();
	if (UK_READ_ONCE(this_cpu()->ready_first)) {
		uk_spin_lock(&sched_lock);
		sched_check_not_idle();
		sched_ready_here(current());
		sched_switch();
		uk_spin_unlock(&sched_lock);
	}
	ukarch_irq_restore(flags);
	if (CPUS > 1) /* the caller may wait for another CPU */
		ukarch_cpu_relax();
}

void uk_sched_only(struct uk_thread *thread)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	uksched.only = sched_actor(thread_of(thread));
	sched_only_changed();
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}

int uk_sched_is_locked(void)
{
#ifdef CONFIG_HAVE_SMP
	return UK_READ_ONCE(sched_lock.next) !=
	       UK_READ_ONCE(sched_lock.serving);
#else
	return 0;
#endif
}

unsigned long uk_threads_lock(void)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	return flags;
}

int uk_threads_trylock(unsigned long *flags)
{
	*flags = ukarch_irq_save();
	if (uk_spin_trylock(&sched_lock))
		return 1;
	ukarch_irq_restore(*flags);
	return 0;
}

void uk_threads_unlock(unsigned long flags)
{
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}

int uk_sched_is_wanted(unsigned int cpu)
{
	const struct sched_cpu *c = &uksched.cpus[cpu];

	return UK_READ_ONCE(c->ready_first) && !UK_READ_ONCE(c->idle) &&
	       !sched_chooses();
}

int uk_sched_idles(void)
{
	return UK_READ_ONCE(this_cpu()->idle);
}

unsigned int uk_sched_thread_count(void)
{
	return UK_READ_ONCE(uksched.alive);
}

#ifndef CONFIG_HAVE_SMP
__nsec uk_sched_idle_time(void)
{
	return UK_READ_ONCE(uksched.cpus[0].idle_time);
}
#endif
