/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Stepping. Where a breakpoint's instruction stands at pc, what it stands for
 * is executed out of line; only an instruction that cannot be has the
 * breakpoint taken out for one step. A range is stepped here, without asking
 * the debugger between.
 */
#include <errno.h>
#include <uk/nofault.h>
#include <uk/thread.h>
#include "guest.h"

enum step_mode { STEP_NONE, STEP_OVER, STEP_ONE, STEP_RANGE, STEP_TRACE };

struct step {
	enum step_mode mode;
	long tid;
	__u64 start, end;
	struct uk_break *in_place; /* taken out meanwhile */
	int alone; /* all others stand, perhaps with locks of interrupts */
};

/*
 * Of each CPU the program's, and one for breakpoints in what the stub itself
 * uses: the program's may wait meanwhile.
 */
static struct step steps[CONFIG_UKPLAT_LCPU_MAXCOUNT][2];

/* A step of a thread that is not on the CPU begins where it goes on: at a
 * breakpoint of the stub's own.
 */
static struct {
	struct gdb_decision how;
	struct uk_break *at; /* NULL: there is none */
} later;

static void trap_behind(const struct step *s, struct __regs *regs)
{
	__u8 insn[UK_BREAK_INSN_MAX];
	__vaddr_t pc = ukarch_regs_pc(regs);
	__sz n = uk_nofault_memcpy((char *)insn, (const char *)pc, sizeof(insn),
				   0);

	gdb_arch_step_on(regs, insn, n, s->alone || s->in_place);
}

/* Does the instruction at pc, or gets ready to execute it in its slot if it
 * has one; else it is executed in its place.
 */
static enum uk_break_execution __nobreak execute(struct uk_break *b,
						 struct __regs *regs)
{
	return b ? uk_break_execute(b, regs) : UK_BREAK_IN_PLACE;
}

/* The way of an instruction that needs a trap after it: what would stop it is
 * out of the way until then.
 */
static void clear_way(struct step *s, struct uk_break *b, int hw,
		      struct __regs *regs)
{
	if (b) {
		(void)uk_break_patch(b, 0);
		s->in_place = b;
	}
	if (hw)
		gdb_arch_hw_enable(0);
	trap_behind(s, regs);
}

/* The flag of a step that was not executed: interrupts save it, those under way
 * and the one that has taken the CPU from the thread.
 */
static void take_flag(unsigned int cpu, const struct step *s)
{
	struct ukarch_trap_ctx *ctx = cpu == uk_percpu_id()
					      ? uk_percpu_read(trap)
					      : uk_lcpu_trap(cpu);
	struct uk_thread *t = uk_thread_by_id((unsigned int)s->tid);
	struct __regs *regs = t ? uk_thread_regs(t) : __NULL;

	for (; ctx; ctx = ctx->outer)
		gdb_arch_step_forget(cpu, ctx->regs);
	if (regs)
		gdb_arch_step_forget(cpu, regs);
}

/* A thread lost the CPU in the middle of its step: it goes on with that when
 * it is back.
 */
static void postpone(unsigned int cpu, const struct step *s)
{
	const struct gdb_decision how = {
		.act = s->mode == STEP_RANGE ? GDB_ACT_RANGE : GDB_ACT_STEP,
		.tid = s->tid,
		.start = s->start,
		.end = s->end,
	};

	take_flag(cpu, s);
	(void)gdb_step_later(&how);
}

static int is_asked(const struct step *s)
{
	return s->mode == STEP_ONE || s->mode == STEP_RANGE;
}

void __nobreak gdb_step_over(struct __regs *regs, int nested)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	struct uk_break *b = uk_break_at(pc);
	int hw = gdb_arch_hw_at(pc);
	unsigned int cpu = uk_percpu_id();
	struct step *s = &steps[cpu][nested];

	if ((!b && !hw) || (!hw && execute(b, regs) != UK_BREAK_IN_PLACE))
		return;
	uk_percpu()->in_debugger = 1;
	if (!nested && is_asked(s) && s->tid != gdb_guest_tid())
		postpone(cpu, s);
	*s = (struct step){
		.mode = STEP_OVER,
		.tid = nested ? 0 : gdb_guest_tid(),
	};
	clear_way(s, b, hw, regs);
	uk_percpu()->in_debugger = nested;
}

int __nobreak gdb_step_over_aside(struct uk_break *b, struct __regs *regs)
{
	if (b->ool.kind == UK_BREAK_OOL_STEP || gdb_arch_hw_at(b->addr))
		return 0;
	uk_break_hit(b, regs);
	return execute(b, regs) != UK_BREAK_IN_PLACE;
}

/* In the middle of giving the CPU away: the scheduler's data names
 * another thread, but it is still this one, on its stack, whose registers are
 * saved nowhere yet.
 */
static int is_leaving(const struct step *s, const struct __regs *regs)
{
	__vaddr_t sp = ukarch_regs_sp(regs);
	const struct uk_thread *t;

	if (s->tid == gdb_guest_tid())
		return 0;
	t = uk_thread_by_id((unsigned int)s->tid);
	return t && sp > (__vaddr_t)t->stack.base &&
	       sp <= (__vaddr_t)t->stack.top;
}

static int in_range(const struct step *s, const struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);

	if (is_leaving(s, regs) || gdb_guest_in_driver())
		return 1;
	return s->mode == STEP_RANGE && pc >= s->start && pc < s->end &&
	       s->tid == gdb_guest_tid() && !gdb_arch_is_sequence(pc);
}

/* A breakpoint that the range came to: does it stop? */
static int stops_here(struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	struct uk_break *b = uk_break_at(pc);

	return b && (b->users & UK_BREAK_DEBUGGER) && !gdb_guest_in_driver() &&
	       gdb_guest_check(regs, pc) == GDB_CHECK_STOP;
}

/* Executes an instruction. @return 1 if that is done; 0 if the trap comes */
static int one(struct step *s, struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	struct uk_break *b = uk_break_at(pc);
	int hw = gdb_arch_hw_at(pc);
	enum uk_break_execution how = hw ? UK_BREAK_IN_PLACE : execute(b, regs);

	if (how == UK_BREAK_DONE)
		return 1;
	clear_way(s, how == UK_BREAK_IN_PLACE ? b : __NULL, hw, regs);
	return 0;
}

/* Executes instructions until one needs a trap, or nothing is left to do. */
static int go_on(struct step *s, struct __regs *regs)
{
	for (;;) {
		if (!one(s, regs))
			return 0;
		if (!in_range(s, regs) || stops_here(regs)) {
			s->mode = STEP_NONE;
			return 1;
		}
	}
}

int gdb_step(struct __regs *regs, const struct gdb_decision *how)
{
	struct step *s = &steps[uk_percpu_id()][0];

	*s = (struct step){
		.mode = how->act == GDB_ACT_RANGE ? STEP_RANGE : STEP_ONE,
		.tid = how->tid,
		.start = how->start,
		.end = how->end,
		.alone = how->alone && how->act == GDB_ACT_STEP,
	};
	return go_on(s, regs);
}

#ifdef CONFIG_LIBUKGDB_TRACE
/* Each instruction that was executed is collected, up to one that needs a
 * trap, or the last. A breakpoint on the way may stop.
 */
static enum gdb_stepped trace_on(struct step *s, struct __regs *regs, int done)
{
	int stops = 0;

	while (done) {
		if (!gdb_guest_traced(regs, s->tid)) {
			s->mode = STEP_NONE;
			return GDB_STEPPED_GO;
		}
		stops = stops_here(regs);
		if (stops) {
			s->mode = STEP_NONE;
			return GDB_STEPPED_STOP;
		}
		done = one(s, regs);
	}
	return GDB_STEPPED_GO;
}

int gdb_step_trace(struct __regs *regs)
{
	struct step *s = &steps[uk_percpu_id()][0];
	long tid = gdb_guest_tid();

	if (!gdb_trace_steps(&gdb_guest.session, tid))
		return 0;
	if (s->mode != STEP_NONE) {
		gdb_trace_steps_end(&gdb_guest.session, tid);
		return 0;
	}
	*s = (struct step){ .mode = STEP_TRACE, .tid = tid };
	return trace_on(s, regs, one(s, regs)) == GDB_STEPPED_STOP ? 2 : 1;
}
#else
static enum gdb_stepped trace_on(struct step *s __unused,
				 struct __regs *regs __unused,
				 int done __unused)
{
	return GDB_STEPPED_GO;
}
#endif

int gdb_step_at(__vaddr_t pc, const struct gdb_decision *how)
{
	later.how = *how;
	if (uk_break_insert(pc, UK_BREAK_STEP, &later.at))
		later.at = __NULL;
	return later.at ? 0 : -ENODATA;
}

int gdb_step_later(const struct gdb_decision *how)
{
	struct uk_thread *t = uk_thread_by_id((unsigned int)how->tid);
	struct __regs *regs = t ? uk_thread_regs(t) : __NULL;

	if (!regs)
		return t ? -ENODATA : -ESRCH;
	uk_break_leave_slot(regs);
	return gdb_step_at(ukarch_regs_pc(regs), how);
}

int __nobreak gdb_step_is_due(const struct uk_break *b)
{
	return unlikely(b == later.at) && later.how.tid == gdb_guest_tid();
}

static void forget_later(void)
{
	if (later.at)
		later.at->users &= ~UK_BREAK_STEP;
	later.at = __NULL;
}

int gdb_step_begin(struct __regs *regs)
{
	forget_later();
	return later.how.act == GDB_ACT_STOP || gdb_step(regs, &later.how);
}

static void finish(unsigned int cpu, struct step *s, struct __regs *regs)
{
	gdb_arch_step_off(cpu, regs);
	if (s->in_place)
		(void)uk_break_patch(s->in_place, s->in_place->users != 0);
	s->in_place = __NULL;
	if (s == &steps[uk_percpu_id()][0])
		gdb_arch_hw_enable(1);
}

int gdb_step_is_in_place(void)
{
	return steps[uk_percpu_id()][0].in_place != __NULL;
}

int __nobreak gdb_step_is_on(void)
{
	return steps[uk_percpu_id()][0].mode != STEP_NONE;
}

__vaddr_t gdb_step_hit(unsigned int cpu, const struct __regs *regs)
{
	const struct uk_break *b = steps[cpu][0].in_place;

	if (!b || ukarch_regs_pc(regs) != b->addr)
		b = uk_break_in_slot(regs);
	return b ? b->addr : 0;
}

void gdb_step_cancel(unsigned int cpu, struct __regs *regs)
{
	struct step *s = &steps[cpu][0];

	if (s->mode != STEP_NONE) {
		take_flag(cpu, s);
		if (s->tid == gdb_guest_tid()) /* it has come to this CPU */
			gdb_arch_step_forget(cpu, gdb_guest.regs);
		finish(cpu, s, regs);
	}
	s->mode = STEP_NONE;
	forget_later();
}

static int is_done(struct step *s, struct __regs *regs)
{
	if (in_range(s, regs) && !stops_here(regs) && !go_on(s, regs))
		return 0;
	s->mode = STEP_NONE;
	return 1;
}

/* The thread lost the CPU in the middle of its step, and is on this one now. */
static void adopt(struct step *s)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		struct step *other = &steps[i][0];

		if (other->mode == STEP_NONE || other->tid != gdb_guest_tid())
			continue;
		*s = *other;
		*other = (struct step){ .mode = STEP_NONE };
		gdb_arch_step_adopt(i);
		return;
	}
}

enum gdb_stepped gdb_step_trap(struct ukarch_trap_ctx *ctx, int nested,
			       struct gdb_cause *cause)
{
	unsigned int cpu = uk_percpu_id();
	struct step *s = &steps[cpu][nested];
	struct __regs *regs = ctx->regs;
	int watched;

	if (s->mode == STEP_NONE && !nested)
		adopt(s);
	if (s->mode == STEP_NONE)
		return GDB_STEPPED_FOREIGN;
	if (uk_break_is_begun(regs)) {
		trap_behind(s, regs);
		return GDB_STEPPED_GO;
	}
	uk_break_leave_slot(regs);
	watched = !nested && gdb_arch_step_watch(cause);
	finish(cpu, s, regs);
	if (watched) {
		s->mode = STEP_NONE;
		return GDB_STEPPED_WATCH;
	}
	if (s->mode == STEP_OVER) {
		s->mode = STEP_NONE;
		return GDB_STEPPED_GO;
	}
	if (s->mode == STEP_TRACE)
		return trace_on(s, regs, 1);
	if (s->tid != gdb_guest_tid() && !is_leaving(s, regs)) {
		postpone(cpu, s);
		s->mode = STEP_NONE;
		return GDB_STEPPED_GO;
	}
	return is_done(s, regs) ? GDB_STEPPED_STOP : GDB_STEPPED_GO;
}
