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
 *
 * Where the chain of frames is broken, the rest of the stack is searched for
 * words that follow a call. Each may be a return address, or be left over from
 * a call that is long over:
 *
 *	[0000000000101234] ? main+65 (apps/crash/main.c:52)
 */
#include <uk/lcpu.h>
#include <uk/nofault.h>
#include <uk/stack.h>
#include <uk/symtab.h>
#include <uk/thread.h>
#include <uk/unwind.h>
#include "crash_internal.h"

/* Frames walked at most, shown or not. */
#define WALK_MAX 100000

/* Addresses shown of a broken stack at most, and what is searched of one
 * whose end is not known.
 */
#define GUESSES_MAX 16U
#define SEARCH_BYTES 16384

struct trace {
	unsigned int shown;
	unsigned int repeats; /* of the last frame shown */
	__uptr last_pc;
};

/* mark stands before the names. */
static void show_frame(__uptr pc, __uptr lookup, const char *mark)
{
	char text[UK_FRAME_TEXT_MAX];
	unsigned int depth = 0;
	int more;

	do {
		more = uk_frame_text(pc, lookup, depth++, mark, text);
		uk_pr_crit("  %s\n", text);
	} while (more);
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
	show_frame(u->pc, uk_unwind_lookup_pc(u), "");
	t->shown++;
	t->last_pc = u->pc;
	return 1;
}

/* What may be return addresses between two places on a stack, each once in a
 * row: counts them, and shows those from number `first` on.
 */
static unsigned int search(__uptr at, __uptr end, unsigned int first)
{
	unsigned int found = 0;
	__uptr word, last = 0;

	for (; at < end && uk_nofault_try_read(word, at); at += sizeof(word)) {
		word = ukarch_unsigned(word);
		if (word == last || !ukcrash_is_return(word))
			continue;
		last = word;
		if (found++ < first || found > first + GUESSES_MAX)
			continue;
		if (found == first + 1)
			uk_pr_crit("  further up on the stack:\n");
		show_frame(word, word - 1, "? ");
	}
	return found;
}

/* From the stack pointer up; where that is lost, the outermost ones of the
 * thread's stack.
 */
static void show_rest(__uptr sp, const struct uk_stack *own)
{
	const struct uk_stack *s = uk_stack_find(sp);
	unsigned int found;

	if (s) {
		search(ALIGN_UP(MAX(sp, (__uptr)s->base), sizeof(sp)),
		       (__uptr)s->top, 0);
	} else if (!own) {
		sp = ALIGN_UP(sp, sizeof(sp));
		search(sp, sp + SEARCH_BYTES, 0);
	} else {
		found = search((__uptr)own->base, (__uptr)own->top, ~0U);
		search((__uptr)own->base, (__uptr)own->top,
		       found - MIN(found, GUESSES_MAX));
	}
}

/* One caller, unless there are threads or CPUs. */
#ifdef UKCRASH_TRACES
#define TRACE_SCOPE
#else
#define TRACE_SCOPE static inline __attribute__((always_inline))
#endif

TRACE_SCOPE void ukcrash_trace(const struct __regs *regs, int is_call,
			       const struct uk_stack *own)
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
	if (u.end != UK_UNWIND_OUTERMOST) {
		uk_pr_crit("  trace ends: %s (0x%lx)\n",
			   uk_unwind_end_str(u.end), u.bad);
		show_rest(u.sp, own);
	}
}

static void trace(const struct uk_crash_info *info)
{
	const struct uk_thread *self = uk_thread_on(ukplat_lcpu_id());

	uk_pr_crit("Call trace:\n");
	ukcrash_trace(info->regs, !info->trap, self ? &self->stack : __NULL);
}

UKCRASH_SECTION(trace);
