/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Deadlocks. A thread that is about to wait for ever for a mutex, or for the
 * end of a thread, looks whether the one that it waits for can go on: if that
 * waits likewise, and so on, up to the first, none ever does.
 *
 * And when no thread is left that runs, and none that a timer or a device could
 * wake, each waits in vain: that is reported once.
 *
 * It costs a look at the holder; a mutex that is free costs nothing. The holder
 * is believed to be a thread, as the mutex believes it; everything behind that
 * first look is checked.
 */
#include <string.h>
#include <uk/assert.h>
#include <uk/console.h>
#include <uk/init.h>
#include <uk/intctlr.h>
#include <uk/lcpu.h>
#include <uk/mutex.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/thread_snapshot.h>
#include "sched_internal.h"

#define LINE 100 /* bytes after which a text goes on in the next line */

enum mode { CRASH, REPORT, OFF };

static enum mode mode;
static char *mode_name = "crash";
UK_PARAM(sched, deadlock, &mode_name, charp,
	 "what a deadlock does: crash, report (and go on), or off (and no "
	 "report of threads that all wait in vain)");

static int parse(struct uk_init_ctx *ctx __unused)
{
	static const char *const names[] = { "crash", "report", "off" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(mode_name, names[i])) {
			mode = (enum mode)i;
			return 0;
		}
	uk_pr_err("sched.deadlock=%s: use crash, report or off\n", mode_name);
	return -ECANCELED;
}

/* Behind the parameters. */
uk_early_initcall_prio(parse, 0, 2);

static int waits_for_ever(const struct uk_thread *t, enum uk_wait_kind kind)
{
	return t->state == UK_THREAD_WAITING &&
	       t->wait.until == UK_TIME_NEVER && t->wait.kind == kind;
}

/* Who alone could end a thread's wait; NULL: no thread, or others could. */
static const struct uk_thread *blocker(const struct uk_thread *t)
{
	if (waits_for_ever(t, UK_WAIT_JOIN))
		return sched_listed(t->wait.object);
	return waits_for_ever(t, UK_WAIT_MUTEX) ? uk_thread_wait_holder(t)
						: __NULL;
}

/* The mutex's holder, no thread any more, cannot unlock it. */
static int waits_in_vain(const struct uk_thread *t)
{
	const struct uk_thread *holder;

	if (!waits_for_ever(t, UK_WAIT_MUTEX))
		return 0;
	holder = uk_thread_wait_holder(t);
	return !holder || holder->state == UK_THREAD_EXITED;
}

/* The lowest id of the cycle that a thread is in; 0 if it is in none. */
static unsigned int cycle(const struct uk_thread *t)
{
	const struct uk_thread *at = t;
	unsigned int first = t->id;

	for (unsigned int n = uk_sched_thread_count(); n; n--) {
		at = blocker(at);
		if (!at)
			return 0;
		if (at == t)
			return first;
		first = MIN(first, at->id);
	}
	return 0;
}

static void add_wait(struct sched_text *to, const struct uk_thread *t)
{
	const struct uk_thread *on = blocker(t);

	sched_add(to, "%s waits for %s", t->name,
		  t->wait.kind == UK_WAIT_MUTEX ? "mutex" : "the end of ");
	if (t->wait.kind == UK_WAIT_MUTEX) {
		sched_add_name(to, t->wait.object);
		sched_add(to, " held by ");
	}
	sched_add(to, "%s", on ? on->name : "a thread that has exited");
	if (t->wait.kind == UK_WAIT_MUTEX)
		sched_add_place(to, t->wait.object);
}

unsigned int uk_thread_deadlock(const struct uk_thread *thread, char *buf,
				__sz len)
{
	unsigned int first = cycle(thread);
	const struct uk_thread *t = first ? uk_thread_by_id(first) : thread;
	struct sched_text to = { buf, len, 0 };
	__sz line = 0;

	if (!first && !waits_in_vain(thread))
		return 0;
	add_wait(&to, t);
	if (!first && blocker(t))
		sched_add(&to, ", which has exited");
	while (first && (t = blocker(t)) && t->id != first) {
		if (to.len - line > LINE) {
			line = to.len;
			sched_add(&to, ";\n");
		} else {
			sched_add(&to, "; ");
		}
		add_wait(&to, t);
	}
	return first ? first : thread->id;
}

static void log_line(void *arg __unused, const char *text)
{
	uk_pr_err("%s\n", text);
}

static void report(const char *text)
{
	static struct uk_thread_snapshot s;
	const struct uk_thread *self = &current()->pub, *t = self;

	uk_pr_err("deadlock: %s\n", text);
	do {
		uk_thread_snapshot(&s, (struct uk_thread *)t);
		uk_thread_snapshot_lines(&s, log_line, __NULL);
		t = blocker(t);
	} while (t && t != self);
}

/* Most holders run, or wait for something that ends. */
static int may_go_on(const struct uk_thread *holder)
{
	return ((const struct thread *)holder)->magic == THREAD_MAGIC &&
	       holder->state != UK_THREAD_EXITED &&
	       (holder->state != UK_THREAD_WAITING ||
		holder->wait.until != UK_TIME_NEVER);
}

void sched_deadlock_check(void)
{
	static char text[UK_DEADLOCK_TEXT_MAX];
	const struct uk_thread *self = &current()->pub;
	const struct uk_mutex *m = self->wait.object;

	if (may_go_on(self->wait.kind == UK_WAIT_MUTEX ? m->owner
						       : self->wait.object))
		return;
	if (mode == OFF || !uk_thread_deadlock(self, text, sizeof(text)))
		return;
	if (mode == CRASH)
		uk_crash_here("deadlock", text, __NULL, 0);
	report(text);
}

/* Threads that input can wake, or a time, whose timer may be on its way. */
static int waits_in_hope(const struct uk_thread *t)
{
	return t->wait.kind == UK_WAIT_INPUT || t->wait.until != UK_TIME_NEVER;
}

/* Whether anything can make a thread ready. Functions and timers end by doing
 * so under sched_lock: the queues are looked at last.
 */
static int can_go_on(void)
{
	const struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)))
		if (!sched_is_idle((const struct thread *)t) &&
		    t->state != UK_THREAD_EXITED && waits_in_hope(t))
			return 1;
	return uk_lcpu_has_work() || uk_timer_may_wake() ||
	       uk_intctlr_may_wake() || uk_console_may_wake() ||
	       !sched_all_idle();
}

static void report_all(void)
{
	static struct uk_thread_snapshot s;
	struct uk_thread *t = __NULL;

	uk_pr_err("hang: all threads wait, no timer runs, and no device can "
		  "wake one\n");
	while ((t = uk_thread_next(t))) {
		if (sched_is_idle((const struct thread *)t))
			continue;
		uk_thread_snapshot(&s, t);
		uk_thread_snapshot_lines(&s, log_line, __NULL);
	}
}

void sched_hang_check(void)
{
	static int reported;

	if (reported || mode == OFF || sched_chooses() || !uksched.alive ||
	    can_go_on())
		return;
	reported = 1;
	report_all();
}
