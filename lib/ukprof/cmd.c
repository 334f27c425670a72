/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: starts a profile, shows it by function or by call trace.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/symtab.h>
#include <uk/time.h>
#include "prof_internal.h"

#define FUNCTIONS 256 /* that `prof top` distinguishes */

struct function {
	__uptr start;
	__nsec self, all; /* all: what it calls included */
};

/* The reader's, between prof_hold() and prof_release(). */
static struct function functions[FUNCTIONS];
static unsigned int count;

static __uptr start_of(__uptr pc)
{
	struct uk_symbol sym;

	return uk_resolve_symbol(pc, &sym) ? pc : sym.start;
}

/* Of the function that begins there; the last one is those that do not fit. */
static struct function *function(__uptr start)
{
	unsigned int i = 0;

	while (i < count && functions[i].start != start)
		i++;
	if (i == FUNCTIONS)
		return &functions[FUNCTIONS - 1];
	if (i == count)
		functions[count++] =
			(struct function){ .start = i < FUNCTIONS - 1 ? start
								      : 0 };
	return &functions[i];
}

/* A function that calls itself counts once. */
static void add(const struct prof_stack *s)
{
	struct function *of[PROF_FRAMES], *innermost;

	for (unsigned int i = 0; i < s->depth; i++) {
		unsigned int j = 0;

		of[i] = function(start_of(s->pcs[i]));
		while (of[j] != of[i])
			j++;
		if (j == i)
			of[i]->all += s->time;
	}
	innermost = function(s->depth ? start_of(s->pcs[0]) : 0);
	innermost->self += s->time;
	if (!s->depth)
		innermost->all += s->time;
}

static int before(const struct function *a, const struct function *b)
{
	if (a->self != b->self)
		return a->self > b->self;
	return a->all != b->all ? a->all > b->all : a->start < b->start;
}

static void sort(void)
{
	for (unsigned int i = 1; i < count; i++) {
		struct function f = functions[i];
		unsigned int j = i;

		for (; j && before(&f, &functions[j - 1]); j--)
			functions[j] = functions[j - 1];
		functions[j] = f;
	}
}

/* In tenths of a percent. */
static unsigned long share(__nsec part, __nsec all)
{
	return all ? (unsigned long)(part / (all / 1000 ? all / 1000 : 1)) : 0;
}

static void show_top(struct uk_cmd_io *io, __nsec busy, __u64 wanted)
{
	char name[UK_SYMBOL_NAME_MAX];

	uk_cmd_printf(io, "   self     all  function\n");
	for (unsigned int i = 0; i < count && i < wanted; i++) {
		unsigned long self = share(functions[i].self, busy);
		unsigned long all = share(functions[i].all, busy);

		prof_name(functions[i].start, name);
		uk_cmd_printf(io, "%3lu.%lu %%  %3lu.%lu %%  %s\n", self / 10,
			      self % 10, all / 10, all % 10, name);
	}
}

static void top(struct uk_cmd_io *io, __u64 wanted)
{
	struct prof_iter it = { 0 };
	__nsec busy = 0, idle = 0, taken = prof_time();
	unsigned long samples = 0;

	count = 0;
	while (prof_next(&it)) {
		samples += it.stack->samples;
		if (prof_is_idle(it.stack)) {
			idle += it.stack->time;
			continue;
		}
		busy += it.stack->time;
		add(it.stack);
	}
	sort();
	uk_cmd_printf(io,
		      "%lu samples in %lu.%03lu s: busy %lu ms, idle %lu ms\n",
		      samples, taken / UK_NSEC_PER_SEC,
		      taken % UK_NSEC_PER_SEC / 1000000, busy / 1000000,
		      idle / 1000000);
	show_top(io, busy, wanted);
}

static void out(void *io, const void *data, __sz len)
{
	((struct uk_cmd_io *)io)->out(io, data, len);
}

/* kind: as collapsed stacks; NULL: functions by share. */
static int read_with(struct uk_cmd_io *io, const struct prof_kind *kind,
		     __u64 wanted)
{
	if (prof_hold()) {
		uk_cmd_printf(io, "the profile is being read or started\n");
		return -EBUSY;
	}
	if (!kind)
		top(io, wanted);
	else
		prof_folded(kind, out, io);
	prof_release();
	return 0;
}

static int start(struct uk_cmd_io *io, __u64 hz)
{
	int rc;

	if (!uk_cmd_may_change(io))
		return -EPERM;
	rc = hz > UK_PROF_HZ_MAX ? -EINVAL : uk_prof_start(hz);
	if (rc == -EINVAL)
		uk_cmd_printf(io, "give 1 to %u samples a second\n",
			      UK_PROF_HZ_MAX);
	else if (rc)
		uk_cmd_printf(io,
			      rc == -EBUSY
				      ? "the profile is being read or started\n"
				      : "this machine has no periodic NMI\n");
	return rc == -EINVAL ? -ERANGE : rc;
}

static int cmd_prof(struct uk_cmd_io *io, int argc, char **argv)
{
	__u64 number = 0;

	if (argc < 2 || argc > 3 ||
	    (argc == 3 && uk_cmd_number(argv[2], &number)))
		return -EINVAL;
	if (!strcmp(argv[1], "start"))
		return start(io, argc == 3 ? number : 100);
	if (!strcmp(argv[1], "top"))
		return read_with(io, __NULL, argc == 3 ? number : 20);
	if (argc == 3)
		return -EINVAL;
	if (!strcmp(argv[1], "folded"))
		return read_with(io, &prof_cpu_time, 0);
#ifdef CONFIG_LIBUKPROF_WAITS
	if (!strcmp(argv[1], "waits"))
		return read_with(io, &prof_waits, 0);
#endif
	if (strcmp(argv[1], "stop") != 0)
		return -EINVAL;
	if (!uk_cmd_may_change(io))
		return -EPERM;
	uk_prof_stop();
	return 0;
}

static void complete(struct uk_cmd_words *words, int argc, char **argv __unused)
{
	static const char *const first[] = { "start", "stop", "top", "folded",
					     "waits" };

	if (argc == 2)
		for (__sz i = 0; i < ARRAY_SIZE(first); i++)
			uk_cmd_offer(words, first[i]);
}

UK_CMD_COMPLETE(prof, cmd_prof, "profiles: where the CPUs spend their time",
		"start [HZ]|stop|top [COUNT]|folded|waits", UK_CMD_THREAD,
		complete);
