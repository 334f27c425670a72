/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a thread waits for, in words, for a crash screen, a debugger, a shell.
 * A thread says it when it blocks, by three stores; all else happens here. What
 * it left there is memory of the program that may have been overwritten: it is
 * read through uknofault, and a mutex's owner is believed only if it is a
 * thread. support/uk/threads.py has the same words.
 */
#include <uk/mutex.h>
#include <uk/nofault.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "sched_internal.h"

static int waits(const struct uk_thread *thread)
{
	return thread->state == UK_THREAD_SLEEPING ||
	       thread->state == UK_THREAD_WAITING;
}

const struct uk_thread *sched_listed(const void *thread)
{
	const struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)) && t != thread)
		;
	return t;
}

const struct uk_thread *uk_thread_wait_holder(const struct uk_thread *thread)
{
	const struct uk_mutex *m = thread->wait.object;
	struct uk_thread *owner;

	if (!waits(thread) || thread->wait.kind != UK_WAIT_MUTEX ||
	    !uk_nofault_try_read(owner, &m->owner) || !owner)
		return __NULL;
	return sched_listed(owner);
}

void sched_add(struct sched_text *to, const char *fmt, ...)
{
	va_list ap;

	if (to->len >= to->size)
		return;
	va_start(ap, fmt);
	to->len += (__sz)uk_vsnprintf(to->buf + to->len, to->size - to->len,
				      fmt, ap);
	va_end(ap);
}

/* A variable of a function has no name. */
int sched_add_name(struct sched_text *to, const void *object)
{
	__uptr addr = (__uptr)object;
	struct uk_symbol sym;

	if (uk_stack_find(addr) || uk_resolve_symbol(addr, &sym)) {
		sched_add(to, " 0x%lx", addr);
		return 0;
	}
	sched_add(to, " %s", sym.name);
	if (addr != sym.start)
		sched_add(to, "+%lx", addr - sym.start);
	return 1;
}

void sched_add_place(struct sched_text *to __unused,
		     const struct uk_mutex *m __unused)
{
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	struct uk_source_loc loc;
	struct uk_symbol sym;
	const void *place;
	__uptr call;

	if (!uk_nofault_try_read(place, &m->place) || !place)
		return;
	call = ukarch_unsigned((__uptr)place) - 1;
	if (uk_resolve_symbol(call, &sym))
		sched_add(to, ", locked at 0x%lx", call + 1);
	else
		sched_add(to, ", locked in %s", sym.name);
	if (!uk_resolve_line(call, &loc))
		sched_add(to, " (%s:%u)", loc.file, loc.line);
#endif
}

/* " lock (0x12ab40)" */
static void add_object(struct sched_text *to, const void *object)
{
	if (sched_add_name(to, object))
		sched_add(to, " (0x%lx)", (__uptr)object);
}

static void add_thread(struct sched_text *to, const struct uk_thread *t)
{
	if (t)
		sched_add(to, " thread %u %s", t->id, t->name);
	else
		sched_add(to, " a thread that is not listed");
}

static void add_console(struct sched_text *to, const char *name)
{
	char text[UK_THREAD_NAME_MAX];
	__sz len = 0;

	while (len < sizeof(text) - 1 &&
	       uk_nofault_try_read(text[len], &name[len]) && text[len])
		len++;
	text[len] = '\0';
	sched_add(to, " %s", text);
}

static void add_cause(struct sched_text *to, const struct uk_wait *wait)
{
	static const char *const causes[] = {
		[UK_WAIT_QUEUE] = "for wait queue",
		[UK_WAIT_MUTEX] = "for mutex",
		[UK_WAIT_SEMAPHORE] = "for semaphore",
		[UK_WAIT_CONDITION] = "for condition",
		[UK_WAIT_JOIN] = "for the end of",
		[UK_WAIT_INPUT] = "for input of",
	};

	if (wait->kind == UK_WAIT_TIME || wait->kind >= ARRAY_SIZE(causes))
		return;
	sched_add(to, "%s", causes[wait->kind]);
	if (wait->kind == UK_WAIT_JOIN)
		add_thread(to, sched_listed(wait->object));
	else if (wait->kind == UK_WAIT_INPUT)
		add_console(to, wait->object);
	else
		add_object(to, wait->object);
}

static void add_holder(struct sched_text *to, const struct uk_thread *t)
{
	if (t->wait.kind != UK_WAIT_MUTEX)
		return;
	sched_add(to, ", held by");
	add_thread(to, uk_thread_wait_holder(t));
	sched_add_place(to, t->wait.object);
}

int uk_wait_text(const struct uk_wait *wait, char *buf, __sz len)
{
	struct sched_text to = { buf, len, 0 };

	if (len)
		*buf = '\0';
	add_cause(&to, wait);
	if (!to.len)
		sched_add(&to, "for a time");
	return (int)MIN(to.len, len ? len - 1 : 0);
}

int uk_thread_wait_text(const struct uk_thread *thread, char *buf, __sz len)
{
	struct sched_text to = { buf, len, 0 };
	__nsec until = thread->wait.until;

	if (len)
		*buf = '\0';
	if (!waits(thread))
		return 0;
	add_cause(&to, &thread->wait);
	add_holder(&to, thread);
	/* the next poll of a console is not a deadline */
	if (until != UK_TIME_NEVER && thread->wait.kind != UK_WAIT_INPUT)
		sched_add(&to, "%suntil %lu.%06lu s", to.len ? ", " : "",
			  until / UK_NSEC_PER_SEC,
			  until % UK_NSEC_PER_SEC / 1000);
	return (int)MIN(to.len, len ? len - 1 : 0);
}
