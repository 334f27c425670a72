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

enum step_mode { STEP_NONE, STEP_OVER, STEP_ONE, STEP_RANGE };

struct step {
	enum step_mode mode;
	long tid;
	__u64 start, end;
	struct gdb_break *in_place; /* taken out meanwhile */
};

/*
 * The second is for breakpoints in what the session itself uses, which are
 * passed while it runs: the first may wait for the program then.
 */
static struct step steps[2];

/* A step of a thread that is not on the CPU begins where it goes on: at a
 * breakpoint of the stub's own.
 */
static struct {
	struct gdb_decision how;
	struct gdb_break *at; /* NULL: there is none */
} later;

static struct step *__nobreak current(void)
{
	return &steps[gdb_guest.active];
}

static void trap_behind(struct __regs *regs)
{
	__u8 insn[GDB_ARCH_INSN_MAX];
	__vaddr_t pc = ukarch_regs_pc(regs);
	__sz n = uk_nofault_memcpy((char *)insn, (const char *)pc, sizeof(insn),
				   0);

	gdb_arch_step_on(regs, insn, n);
}

/* Gets ready to execute the instruction at pc, with a trap behind it or not.
 * Returns 1 if it is done already.
 */
static int __nobreak execute(struct step *s, struct __regs *regs, int trap)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	struct gdb_break *b = gdb_break_at(pc);
	int hw = gdb_arch_hw_at(pc);

	if (b && !hw && b->ool.kind == GDB_OOL_EMULATE &&
	    !gdb_arch_emulate(&b->ool, pc, regs))
		return 1;
	if (b && b->ool.kind == GDB_OOL_SLOT) {
		ukarch_regs_set_pc(regs, gdb_break_slot(b));
	} else if (b) {
		(void)gdb_break_patch(b, 0);
		s->in_place = b;
		trap = 1;
	}
	if (hw) {
		gdb_arch_hw_enable(0);
		trap = 1;
	}
	if (trap)
		trap_behind(regs);
	else
		s->mode = STEP_NONE;
	return 0;
}

void __nobreak gdb_step_over(struct __regs *regs)
{
	struct step *s = current();

	s->mode = STEP_OVER;
	if (execute(s, regs, 0))
		s->mode = STEP_NONE;
}

static int in_range(const struct step *s, const struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);

	return s->mode == STEP_RANGE && pc >= s->start && pc < s->end &&
	       s->tid == gdb_guest_tid() && !gdb_arch_is_sequence(pc);
}

/* A breakpoint that the range came to: does it stop? */
static int stops_here(struct __regs *regs)
{
	__vaddr_t pc = ukarch_regs_pc(regs);
	struct gdb_break *b = gdb_break_at(pc);

	return b && b->live && gdb_guest_check(regs, pc) == GDB_CHECK_STOP;
}

/* Executes instructions until one needs a trap, or nothing is left to do. */
static int go_on(struct step *s, struct __regs *regs)
{
	while (execute(s, regs, 1)) {
		if (!in_range(s, regs) || stops_here(regs)) {
			s->mode = STEP_NONE;
			return 1;
		}
	}
	return 0;
}

int gdb_step(struct __regs *regs, const struct gdb_decision *how)
{
	struct step *s = current();

	*s = (struct step){
		.mode = how->act == GDB_ACT_RANGE ? STEP_RANGE : STEP_ONE,
		.tid = how->tid,
		.start = how->start,
		.end = how->end,
	};
	return go_on(s, regs);
}

int gdb_step_later(const struct gdb_decision *how)
{
	struct uk_thread *t = uk_thread_by_id((unsigned int)how->tid);
	struct __regs *regs = t ? uk_thread_regs(t) : __NULL;

	if (!regs)
		return t ? -ENODATA : -ESRCH;
	gdb_break_leave_slot(regs);
	later.how = *how;
	later.at = gdb_break_hold(ukarch_regs_pc(regs));
	return later.at ? 0 : -ENODATA;
}

int __nobreak gdb_step_is_due(const struct gdb_break *b)
{
	return unlikely(b == later.at) && later.how.tid == gdb_guest_tid();
}

static void forget_later(void)
{
	if (later.at)
		later.at->held = 0;
	later.at = __NULL;
}

int gdb_step_begin(struct __regs *regs)
{
	forget_later();
	return gdb_step(regs, &later.how);
}

/* The thread left the CPU in the middle of its step: it goes on with that
 * when it is back.
 */
static void postpone(const struct step *s)
{
	const struct gdb_decision how = {
		.act = s->mode == STEP_RANGE ? GDB_ACT_RANGE : GDB_ACT_STEP,
		.tid = s->tid,
		.start = s->start,
		.end = s->end,
	};

	(void)gdb_step_later(&how);
}

static void finish(struct step *s, struct __regs *regs)
{
	gdb_arch_step_off(regs);
	if (s->in_place)
		(void)gdb_break_patch(s->in_place, s->in_place->live);
	s->in_place = __NULL;
	if (!gdb_guest.active)
		gdb_arch_hw_enable(1);
}

void gdb_step_cancel(struct __regs *regs)
{
	struct step *s = current();

	if (s->mode != STEP_NONE)
		finish(s, regs);
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

enum gdb_stepped gdb_step_trap(struct ukarch_trap_ctx *ctx)
{
	struct step *s = current();
	struct __regs *regs = ctx->regs;

	if (s->mode == STEP_NONE)
		return GDB_STEPPED_FOREIGN;
	if (gdb_break_leave_slot(regs)) {
		trap_behind(regs);
		return GDB_STEPPED_GO;
	}
	finish(s, regs);
	if (s->mode != STEP_OVER && s->tid != gdb_guest_tid())
		postpone(s);
	else if (s->mode != STEP_OVER)
		return is_done(s, regs) ? GDB_STEPPED_STOP : GDB_STEPPED_GO;
	s->mode = STEP_NONE;
	return GDB_STEPPED_GO;
}
