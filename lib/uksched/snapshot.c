/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A thread at one moment, and how a report shows it.
 */
#include <uk/arch/trap.h>
#include <uk/lcpu.h>
#include <uk/percpu.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include <uk/thread_snapshot.h>
#include "sched_internal.h"

static void walk(struct uk_thread_snapshot *s, const struct __regs *regs)
{
	struct uk_unwind u;

	s->depth = uk_unwind_frames(regs, s->frames, UK_THREAD_SNAPSHOT_FRAMES,
				    &u);
	s->end = u.end == UK_UNWIND_OUTERMOST ? __NULL
		 : u.end		      ? uk_unwind_end_str(u.end)
					      : "more frames follow";
}

void uk_thread_snapshot(struct uk_thread_snapshot *s, struct uk_thread *thread)
{
	const struct __regs *regs = uk_thread_regs(thread);
	struct __regs here;
	__sz i = 0;

	s->id = thread->id;
	for (; i < sizeof(s->name) - 1 && thread->name[i]; i++)
		s->name[i] = thread->name[i];
	s->name[i] = '\0';
	s->state = uk_thread_state_name(thread);
	s->cpu = uk_thread_cpu(thread);
	uk_thread_wait_text(thread, s->wait, sizeof(s->wait));
	s->cpu_time = uk_thread_cpu_time(thread);
	s->switches = thread->switches;
	s->stack_base = (__uptr)thread->stack.base;
	s->stack_top = (__uptr)thread->stack.top;
	s->stack_used = uk_thread_stack_used(thread);
	s->depth = 0;
	s->end = __NULL;
	/* in a trap, a debugger's say, it is the program that is of interest */
	if (!regs && thread == uk_thread_current() && uk_percpu_read(trap)) {
		regs = uk_percpu_read(trap)->regs;
	} else if (!regs && thread == uk_thread_current()) {
		ukarch_regs_capture(&here);
		regs = &here;
	}
	if (regs)
		walk(s, regs);
}

void uk_thread_snapshot_look(struct uk_thread_snapshot *s,
			     struct uk_thread *thread)
{
	int cpu = uk_thread_cpu(thread), others;

	if (cpu < 0 || (unsigned int)cpu == uk_percpu_id()) {
		uk_thread_snapshot(s, thread);
		return;
	}
	others = uk_lcpu_look();
	uk_thread_snapshot(s, thread);
	uk_lcpu_look_end(others);
}

static void frame(__uptr pc, __uptr lookup,
		  void (*line)(void *arg, const char *text), void *arg)
{
	char text[2 + UK_FRAME_TEXT_MAX] = "  ";
	unsigned int depth = 0;
	int more;

	do {
		more = uk_frame_text(pc, lookup, depth++, "", text + 2);
		line(arg, text);
	} while (more);
}

void uk_thread_snapshot_lines(const struct uk_thread_snapshot *s,
			      void (*line)(void *arg, const char *text),
			      void *arg)
{
	char text[UK_THREAD_NAME_MAX + UK_WAIT_TEXT_MAX + 64];
	char cpu[24] = "";

	if (s->cpu >= 0 && !s->wait[0])
		uk_snprintf(cpu, sizeof(cpu), " on CPU %d", s->cpu);
	uk_snprintf(text, sizeof(text), "Thread %u: %s, %s%s%s%s", s->id,
		    s->name, s->state, cpu, s->wait[0] ? " " : "", s->wait);
	line(arg, text);
	if (s->stack_used) {
		uk_snprintf(text, sizeof(text),
			    "  stack: %lu of %lu bytes used at most",
			    s->stack_used, s->stack_top - s->stack_base);
		line(arg, text);
	}
	for (unsigned int i = 0; i < s->depth; i++)
		frame(s->frames[i].pc, s->frames[i].lookup, line, arg);
	if (s->end) {
		uk_snprintf(text, sizeof(text), "  trace ends: %s", s->end);
		line(arg, text);
	}
}
