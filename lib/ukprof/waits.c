/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads that wait, and for what. Each sample of CPU 0 looks at one thread,
 * one after the other: what it finds counts as the time until it comes back to
 * that thread. Memory that a call trace leads to is read through uknofault, as
 * a thread that is half-way switched may lead anywhere.
 */
#include <uk/param.h>
#include <uk/sched.h>
#include "prof_internal.h"

static _Bool waits = 1;
UK_PARAM(prof, waits, &waits, bool, "profiles show waiting threads, too");

static struct prof_cpu waiting;
static struct uk_wait waits_for[PROF_STACKS]; /* by the entry's number */

static unsigned int last;    /* the thread that was looked at */
static unsigned int looked;  /* at so many, in this round */
static unsigned int threads; /* of the last round */

static struct uk_thread *next_thread(void)
{
	struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)) && t->id <= last)
		;
	if (t) {
		looked++;
	} else {
		t = uk_thread_next(__NULL);
		threads = looked;
		looked = 1;
	}
	last = t ? t->id : 0;
	return t;
}

static void add(const struct uk_thread *t, const struct __regs *regs, __u32 of,
		__nsec time)
{
	struct uk_unwind_frame frames[PROF_FRAMES];
	struct uk_unwind walk;
	__u64 hash = t->id ^ (__uptr)t->wait.object << 8 ^ t->wait.kind;
	struct prof_stack *s =
		prof_find(&waiting, of, t->id, hash, frames,
			  uk_unwind_frames(regs, frames, PROF_FRAMES, &walk));

	if (s != &waiting.other)
		waits_for[s - waiting.stacks] = t->wait;
	prof_add(s, time);
}

void prof_waits_sample(__u32 of, __nsec since, const struct __regs *here)
{
	const struct __regs *regs;
	struct uk_thread *t;
	unsigned long flags;

	if (!waits || !uk_threads_trylock(&flags))
		return;
	t = next_thread();
	if (!t ||
	    (t->state != UK_THREAD_WAITING && t->state != UK_THREAD_SLEEPING))
		regs = __NULL;
	else /* with one CPU a thread that waits may have it */
		regs = t == uk_thread_current() ? here : uk_thread_regs(t);
	if (regs)
		add(t, regs, of,
		    since * (threads ? threads : uk_sched_thread_count()));
	uk_threads_unlock(flags);
}

static int next(struct prof_iter *it)
{
	while (it->next <= PROF_STACKS) {
		it->stack = it->next < PROF_STACKS ? &waiting.stacks[it->next]
						   : &waiting.other;
		it->next++;
		if (prof_is_used(it->stack))
			return 1;
	}
	return 0;
}

static void text_of(const struct prof_stack *s, char text[UK_WAIT_TEXT_MAX])
{
	if (s == &waiting.other)
		text[0] = '\0';
	else
		uk_wait_text(&waits_for[s - waiting.stacks], text,
			     UK_WAIT_TEXT_MAX);
}

const struct prof_kind prof_waits = {
	.types = { "waits", "count", "delay", "nanoseconds" },
	.next = next,
	.text = text_of,
};
