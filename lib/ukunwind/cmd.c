/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the call trace of a thread, as a crash screen shows it. Its frames
 * are taken with threads locked and the other CPUs stopped, so that they are
 * those of one moment; they are written with interrupts on.
 */
#include <uk/arch/lcpu.h>
#include <uk/arch/trap.h>
#include <uk/cmd.h>
#include <uk/lcpu.h>
#include <uk/percpu.h>
#include <uk/symtab.h>
#include <uk/thread.h>
#include <uk/unwind.h>

#define DEPTH 48

struct shot {
	unsigned int depth;
	struct uk_unwind_frame frames[DEPTH];
	struct uk_unwind last;
};

/* 0, or a negative errno: -ESRCH there is no such thread, -ENODATA it left,
 * -EBUSY it is on a CPU that did not stop.
 */
static int take(struct shot *s, unsigned int id)
{
	/* in a debugger the other CPUs stand */
	int stopped = uk_percpu_read(trap) != __NULL;
	unsigned long flags = stopped ? ukarch_irq_save() : uk_threads_lock();
	struct uk_thread *t = uk_thread_by_id(id);
	int others = uk_lcpu_look();
	const struct __regs *regs = t ? uk_thread_regs(t) : __NULL;
	struct __regs here;
	int ret = -ESRCH;

	if (t)
		ret = t->state == UK_THREAD_EXITED ? -ENODATA : -EBUSY;
	/* in a debugger: what was stopped; else the command itself */
	if (t && t == uk_thread_current()) {
		ukarch_regs_capture(&here);
		regs = uk_percpu_read(trap) ? uk_percpu_read(trap)->regs
					    : &here;
	}
	if (regs) {
		s->depth = uk_unwind_frames(regs, s->frames, DEPTH, &s->last);
		ret = 0;
	}
	uk_lcpu_look_end(others);
	if (stopped)
		ukarch_irq_restore(flags);
	else
		uk_threads_unlock(flags);
	return ret;
}

/* An inlined function has a line of its own. */
static void show(struct uk_cmd_io *io, const struct uk_unwind_frame *frame)
{
	char text[UK_FRAME_TEXT_MAX];
	unsigned int depth = 0;
	int more;

	do {
		more = uk_frame_text(frame->pc, frame->lookup, depth++, "",
				     text);
		uk_cmd_printf(io, "  %s\n", text);
	} while (more);
}

static int cmd_trace(struct uk_cmd_io *io, int argc, char **argv)
{
	struct shot s = { .depth = 0 };
	__u64 id;
	int ret;

	if (argc != 2 || uk_cmd_number(argv[1], &id))
		return -EINVAL;
	ret = id > (unsigned int)-1 ? -ESRCH : take(&s, (unsigned int)id);
	if (ret == -ESRCH)
		uk_cmd_printf(io, "there is no thread %s; try threads\n",
			      argv[1]);
	else if (ret == -EBUSY)
		uk_cmd_printf(io, "thread %s is on a CPU that did not stop\n",
			      argv[1]);
	else if (ret)
		uk_cmd_printf(io, "thread %s has exited\n", argv[1]);
	for (unsigned int i = 0; i < s.depth; i++) {
		if (s.frames[i].is_trap && i)
			uk_cmd_printf(io, "  -- trap that interrupted:\n");
		show(io, &s.frames[i]);
	}
	if (!ret && !s.last.end)
		uk_cmd_printf(io, "  ... more frames, not shown\n");
	else if (!ret && s.last.end != UK_UNWIND_OUTERMOST)
		uk_cmd_printf(io, "  trace ends: %s (0x%lx)\n",
			      uk_unwind_end_str(s.last.end), s.last.bad);
	return ret;
}

UK_CMD(trace, cmd_trace, "prints the call trace of a thread", "ID", UK_CMD_ANY);
