/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The call trace, innermost frame first:
 *
 *	[0000000000101234] null_write+14 (apps/crash/kinds.c:31)
 *
 * An inlined function has a line of its own, with the address of the code
 * that it became part of and without offset. A frame that repeats, as in
 * endless recursion, is shown once and counted.
 */
#include <uk/symtab.h>
#include <uk/unwind.h>
#include "crash_internal.h"

/* Frames walked at most, shown or not. */
#define WALK_MAX 100000

struct trace {
	unsigned int shown;
	unsigned int repeats; /* of the last frame shown */
	__uptr last_pc;
};

static void place(char *buf, __sz len, const struct uk_source_loc *loc)
{
	buf[0] = '\0';
	if (loc->file[0] && loc->line)
		uk_snprintf(buf, len, " (%s:%u)", loc->file, loc->line);
	else if (loc->file[0])
		uk_snprintf(buf, len, " (%s)", loc->file);
}

/* The lines of the functions inlined at lookup; leaves in *loc where the
 * out-of-line function is.
 */
static void show_inlined(__uptr pc, __uptr lookup, struct uk_source_loc *loc)
{
	struct uk_inline_frame f;
	char where[UK_SOURCE_PATH_MAX + 16];

	for (unsigned int depth = 0; !uk_resolve_inline(lookup, depth, &f);
	     depth++) {
		*loc = f.loc;
		if (!f.inlined)
			return;
		place(where, sizeof(where), &f.loc);
		uk_pr_crit("  [%016lx] %s%s inlined\n", pc, f.function, where);
	}
	if (uk_resolve_line(lookup, loc))
		loc->file[0] = '\0';
}

static void show_frame(const struct uk_unwind *u)
{
	__uptr lookup = uk_unwind_lookup_pc(u);
	struct uk_source_loc loc = { .line = 0 };
	struct uk_symbol sym;
	char where[UK_SOURCE_PATH_MAX + 16];

	show_inlined(u->pc, lookup, &loc);
	place(where, sizeof(where), &loc);
	if (uk_resolve_symbol(lookup, &sym))
		uk_pr_crit("  [%016lx]%s\n", u->pc, where);
	else
		uk_pr_crit("  [%016lx] %s+%lx%s\n", u->pc, sym.name,
			   u->pc - sym.start, where);
}

static void end_repeats(struct trace *t)
{
	if (t->repeats)
		uk_pr_crit("  ... %u more of that frame\n", t->repeats);
	t->repeats = 0;
}

/* 0 when enough has been shown. */
static int add_frame(struct trace *t, const struct uk_unwind *u)
{
	if (t->shown && u->pc == t->last_pc && u->is_call) {
		t->repeats++;
		return 1;
	}
	end_repeats(t);
	if (t->shown == CONFIG_LIBUKCRASH_TRACE_DEPTH)
		return 0;
	if (u->is_trap)
		uk_pr_crit("  -- trap that interrupted:\n");
	show_frame(u);
	t->shown++;
	t->last_pc = u->pc;
	return 1;
}

/* One caller, unless there are threads. */
#ifdef CONFIG_LIBUKSCHED
#define TRACE_SCOPE
#else
#define TRACE_SCOPE static inline __attribute__((always_inline))
#endif

TRACE_SCOPE void ukcrash_trace(const struct __regs *regs, int is_call)
{
	struct trace t = { .shown = 0 };
	struct uk_unwind u;
	unsigned int walked = 0;

	uk_unwind_start(&u, regs);
	u.is_call = is_call;
	do {
		if (!add_frame(&t, &u)) {
			uk_pr_crit("  ... more frames, not shown\n");
			return;
		}
	} while (uk_unwind_next(&u) && ++walked < WALK_MAX);
	end_repeats(&t);
	if (u.end != UK_UNWIND_OUTERMOST)
		uk_pr_crit("  trace ends: %s (0x%lx)\n",
			   uk_unwind_end_str(u.end), u.bad);
}

static void trace(const struct uk_crash_info *info)
{
	uk_pr_crit("Call trace:\n");
	ukcrash_trace(info->regs, !info->trap);
}

UKCRASH_SECTION(trace);
