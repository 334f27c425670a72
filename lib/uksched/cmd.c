/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the threads, each with what it waits for and where it is: in its
 * innermost function that is not the scheduler's own. A thread is looked at
 * under the scheduler's lock; what is found is written without, as a console
 * may be slow.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/symtab.h>
#include <uk/thread_snapshot.h>

#define OWN "lib/uksched/"

/* The first thread after an id; NULL if there is none. */
static struct uk_thread *thread_after(unsigned int id)
{
	struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)) && t->id <= id)
		;
	return t;
}

static int take(struct uk_thread_snapshot *s, unsigned int behind)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = thread_after(behind);

	if (t)
		uk_thread_snapshot(s, t);
	uk_threads_unlock(flags);
	return t != __NULL;
}

/* Whether a function is the scheduler's, as far as the image knows. */
static int is_own(__uptr lookup)
{
	struct uk_source_loc loc;
	struct uk_symbol sym;

	return !uk_resolve_symbol(lookup, &sym) &&
	       !uk_resolve_line(sym.start, &loc) &&
	       !strncmp(loc.file, OWN, sizeof(OWN) - 1);
}

static void show(struct uk_cmd_io *io, const struct uk_thread_snapshot *s)
{
	char text[UK_SYMBOL_TEXT_MAX];
	unsigned int i = 0;

	uk_cmd_printf(io, "%3u %-16s %-8s %6lu.%06lu s %8lu switches", s->id,
		      s->name, s->state, s->cpu_time / UK_NSEC_PER_SEC,
		      s->cpu_time % UK_NSEC_PER_SEC / 1000, s->switches);
	if (s->stack_used)
		uk_cmd_printf(io, "  stack %lu of %lu", s->stack_used,
			      s->stack_top - s->stack_base);
	if (s->cpu >= 0)
		uk_cmd_printf(io, "  on CPU %d", s->cpu);
	while (i + 1 < s->depth && is_own(s->frames[i].lookup))
		i++;
	if (s->depth) {
		uk_symbol_text(s->frames[i].pc,
			       s->frames[i].lookup != s->frames[i].pc, text);
		uk_cmd_printf(io, "  at ");
		io->out(io, text, strlen(text));
	}
	if (s->wait[0])
		uk_cmd_printf(io, " %s", s->wait);
	uk_cmd_printf(io, "\n");
}

static int cmd_threads(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	struct uk_thread_snapshot s = { .id = 0 };

	if (argc > 1)
		return -EINVAL;
	while (take(&s, s.id))
		show(io, &s);
	return 0;
}

UK_CMD(threads, cmd_threads,
       "lists threads: CPU time, place, what they wait for", "", UK_CMD_ANY);

struct report {
	struct uk_thread_snapshot s;
	char deadlock[UK_DEADLOCK_TEXT_MAX]; /* that begins with it, or "" */
};

/* As take(), with the call trace of a thread that another CPU runs. */
static int take_report(struct report *r, unsigned int behind)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = thread_after(behind);

	if (t) {
		uk_thread_snapshot_look(&r->s, t);
		if (uk_thread_deadlock(t, r->deadlock, sizeof(r->deadlock)) !=
		    t->id)
			r->deadlock[0] = '\0';
	}
	uk_threads_unlock(flags);
	return t != __NULL;
}

static void put_line(void *arg, const char *text)
{
	uk_cmd_printf(arg, "%s\n", text);
}

static int cmd_report(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	struct report r = { .s.id = 0 };

	if (argc > 1)
		return -EINVAL;
	while (take_report(&r, r.s.id)) {
		if (r.deadlock[0])
			uk_cmd_printf(io, "deadlock: %s\n", r.deadlock);
		uk_thread_snapshot_lines(&r.s, put_line, io);
	}
	return 0;
}

UK_CMD(report, cmd_report,
       "what all threads do: state, what they wait for, call traces", "",
       UK_CMD_ANY);
