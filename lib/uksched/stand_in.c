/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A stand-in runs in the place of a thread that is not on a CPU, on its stack,
 * below what the thread has there. The thread keeps its place in the queues,
 * with the timer of its wait, and whatever ends the wait makes it ready as
 * ever; only it is not chosen to run. The stand-in may wait for something of
 * its own.
 */
#include <string.h>
#include <uk/assert.h>
#include "sched_internal.h"

struct thread sched_stand_ins[CONFIG_LIBUKSCHED_STAND_INS];
static struct thread *ended; /* the last one, which may still be on its CPU */

static void nothing(struct uk_timer *timer __unused, void *arg __unused)
{
}

/* An idle CPU may be between its look at the queue and its halt. */
static struct uk_timer wake = UK_TIMER_INIT(nothing, __NULL);

static struct thread *take(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sched_stand_ins); i++)
		if (!sched_stand_ins[i].principal &&
		    &sched_stand_ins[i] != ended)
			return &sched_stand_ins[i];
	return __NULL;
}

/* The first thing that one does. */
static void start(struct thread *s)
{
	uk_spin_unlock(&sched_lock);
	s->func(s->arg);
	UK_CRASH("a stand-in returned");
}

#ifdef CONFIG_HAVE_SMP
static void stay_here(struct thread *s)
{
	s->pub.cpu = ukplat_lcpu_id();
	if (uksched.online >> s->pub.cpu & 1)
		s->affinity = 1UL << s->pub.cpu;
}
#else
static void stay_here(struct thread *s __unused)
{
}
#endif

static void begin(struct thread *s, const struct uk_stand_in *how)
{
	struct thread *t = thread_of(how->thread);

	*s = *t;
	s->pub.name = s->pub.stack.name = s->name;
	s->pub.state = UK_THREAD_READY;
	s->pub.wait = (struct uk_wait){ 0 };
	s->ready_next = s->wait_next = __NULL;
	s->waits_in = __NULL;
	memset(&s->timer, 0, sizeof(s->timer));
	memset(&s->joiners, 0, sizeof(s->joiners));
	s->block = __NULL;
	s->func = how->func;
	s->arg = how->arg;
	ukarch_ctx_init(&s->ctx, how->sp, (__uptr)start, (__uptr)s);
	stay_here(s);
	s->principal = t;
	UK_WRITE_ONCE(t->stand_in, s);
	UK_WRITE_ONCE(uksched.away, uksched.away + 1);
	uksched.only = how->alone ? s : __NULL;
	sched_only_changed();
	sched_ready_next(s);
}

static void end(struct thread *s)
{
	struct thread *t = s->principal;

	t->pub.cpu_time = s->pub.cpu_time;
	t->pub.switches = s->pub.switches;
	if (uksched.only == s)
		uksched.only = t;
	UK_WRITE_ONCE(uksched.away, uksched.away - 1);
	UK_WRITE_ONCE(t->stand_in, __NULL);
	s->principal = __NULL;
	ended = s;
}

/* For good. With one CPU it may have to wait for a thread that is ready, and
 * does so as the thread on whose stack it is.
 */
static void __noreturn leave(struct thread *s __unused,
			     struct thread *t __unused)
{
#ifndef CONFIG_HAVE_SMP
	struct sched_cpu *c = this_cpu();

	uk_percpu()->thread = &t->pub;
	c->idle = 1;
	while (!sched_has_next(c)) {
		uk_spin_unlock(&sched_lock);
		ukarch_halt_irq();
		uk_spin_lock(&sched_lock);
	}
	c->idle = 0;
	uk_percpu()->thread = &s->pub;
#endif
	sched_switch();
	UK_CRASH("a stand-in that ended runs");
}

/* It waits where it did when it was looked at. */
static int is_there(const struct uk_stand_in *how)
{
	const struct thread *t = thread_of(how->thread);

	return !on_cpu(how->thread) && !t->trap && !sched_is_away(t) &&
	       t->pub.switches == how->switches &&
	       t->pub.state != UK_THREAD_EXITED;
}

int uk_thread_stand_in(const struct uk_stand_in *how)
{
	struct thread *self = current(), *s = __NULL;
	unsigned long flags;
	int rc = 0;

	uk_spin_lock_irqsave(&sched_lock, flags);
	if (!is_there(how))
		rc = -EINVAL;
	else if (!(s = take()))
		rc = -ENOSPC;
	if (rc)
		goto out;
	if (how->ends)
		end(self);
	begin(s, how);
	if (how->ends) /* to it */
		leave(self, self);
	if (this_cpu()->idle) {
		uk_timer_start(&wake, 0);
	} else {
		sched_ready_here(self);
		sched_switch();
	}
out:
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}

/* With sched_lock held, as a switch to it leaves it. */
static void __noreturn give_up(struct thread *s)
{
	struct thread *t = sched_principal(s);

	UK_ASSERT(t);
	end(s);
	leave(s, t);
}

void uk_thread_stand_in_end(void)
{
	(void)ukarch_irq_save();
	uk_spin_lock(&sched_lock);
	give_up(current());
}

void uk_thread_stand_in_give_up(struct uk_thread *stand_in, __uptr sp)
{
	struct thread *s = thread_of(stand_in);

	ukarch_ctx_init(&s->ctx, sp, (__uptr)give_up, (__uptr)s);
}

struct uk_thread *uk_thread_principal(const struct uk_thread *thread)
{
	struct thread *t = sched_principal((const struct thread *)thread);

	return t ? &t->pub : __NULL;
}

int uk_thread_stand_in_check(const struct uk_thread *thread)
{
	if (sched_is_idle((const struct thread *)thread))
		return -EINVAL;
	return uksched.away < ARRAY_SIZE(sched_stand_ins) - 1 ? 0 : -ENOSPC;
}
