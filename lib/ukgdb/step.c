/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Stepping. Where a breakpoint's instruction stands at pc, what it stands for
 * is executed out of line; only an instruction that cannot be has the
 * breakpoint taken out for one step. A range is stepped here, without asking
 * the debugger between.
 */
#include <uk/nofault.h>
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

static struct step *__nobreak current(void)
{
	return &steps[gdb_guest.active];
}

static void trap_behind(struct __regs *regs)
{
	__u8 insn[GDB_ARCH_INSN_MAX];
	__vaddr_t pc = ukarch_regs_pc(regs);
	__sz n = uk_nofault_memcpy((char *)insn, (const char *)pc,
				   sizeof(insn), 0);

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
	       s->tid == gdb_guest_tid();
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

int gdb_step(struct __regs *regs, const struct gdb_decision *how, long tid)
{
	struct step *s = current();

	*s = (struct step){
		.mode = how->act == GDB_ACT_RANGE ? STEP_RANGE : STEP_ONE,
		.tid = tid,
		.start = how->start,
		.end = how->end,
	};
	return go_on(s, regs);
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
	if (s->mode == STEP_OVER) {
		s->mode = STEP_NONE;
		return GDB_STEPPED_GO;
	}
	if (in_range(s, regs) && !stops_here(regs) && !go_on(s, regs))
		return GDB_STEPPED_GO;
	s->mode = STEP_NONE;
	return GDB_STEPPED_STOP;
}
