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
#include <uk/thread.h>
#include <uk/unwind.h>

#define DEPTH 8 /* frames looked at: the scheduler's are fewer */
#define OWN "lib/uksched/"

struct shot {
	unsigned int id;
	char name[UK_THREAD_NAME_MAX];
	const char *state;
	int cpu; /* that it is on; -1: none */
	char wait[UK_WAIT_TEXT_MAX];
	__u64 us, switches;
	unsigned int depth;
	struct uk_unwind_frame frames[DEPTH];
};

/* The first thread after an id; 0 if there is none. */
static int take(struct shot *s, unsigned int behind)
{
	unsigned long flags = uk_threads_lock();
	const struct __regs *regs;
	struct uk_thread *t = __NULL;
	struct uk_unwind last;

	while ((t = uk_thread_next(t)) && t->id <= behind)
		;
	if (t) {
		s->id = t->id;
		strncpy(s->name, t->name, sizeof(s->name) - 1);
		s->name[sizeof(s->name) - 1] = '\0';
		s->state = uk_thread_state_name(t);
		s->cpu = uk_thread_cpu(t);
		uk_thread_wait_text(t, s->wait, sizeof(s->wait));
		s->us = uk_thread_cpu_time(t) / 1000;
		s->switches = t->switches;
		s->depth = 0;
		regs = uk_thread_regs(t);
		if (regs)
			s->depth =
				uk_unwind_frames(regs, s->frames, DEPTH, &last);
	}
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

static void show(struct uk_cmd_io *io, const struct shot *s)
{
	char text[UK_SYMBOL_TEXT_MAX];
	unsigned int i = 0;

	uk_cmd_printf(io, "%3u %-16s %-8s %6lu.%06lu s %8lu switches", s->id,
		      s->name, s->state, s->us / 1000000, s->us % 1000000,
		      s->switches);
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
	struct shot s = { .id = 0 };

	if (argc > 1)
		return -EINVAL;
	while (take(&s, s.id))
		show(io, &s);
	return 0;
}

UK_CMD(threads, cmd_threads,
       "lists threads: CPU time, place, what they wait for", "", UK_CMD_ANY);
