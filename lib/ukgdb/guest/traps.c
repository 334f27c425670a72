/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a debug trap means: a breakpoint, a step, a debug register, or an
 * instruction of the program's own.
 */
#include <uk/trap.h>
#include "guest.h"

/* In the driver of the debugger's line the stub cannot report a stop: it comes
 * when the driver is left, after a step that ends there. A breakpoint is not
 * where the program is then.
 */
static int waits_for_driver(struct ukarch_trap_ctx *ctx,
			    const struct gdb_stop *stop)
{
	const struct gdb_decision step = { .act = GDB_ACT_STEP,
					   .tid = gdb_guest_tid() };

	if (!gdb_guest_in_driver() || gdb_step(ctx->regs, &step))
		return 0;
	gdb_guest.late = *stop;
	if (stop->why == GDB_STOP_SWBREAK || stop->why == GDB_STOP_HWBREAK)
		gdb_guest.late.why = GDB_STOP_SIGNAL;
	return 1;
}

/* Returns if the stop has to wait. */
static void stop_at(struct ukarch_trap_ctx *ctx, enum gdb_stop_why why,
		    __u64 addr)
{
	struct gdb_stop stop = {
		.why = why,
		.signal = GDB_SIGTRAP,
		.addr = addr,
	};

	if (waits_for_driver(ctx, &stop))
		return;
	if (gdb_guest.late.signal != GDB_SIGNONE)
		stop = gdb_guest.late;
	if (gdb_guest.poll == GDB_POLL_INTERRUPT) {
		stop.why = GDB_STOP_SIGNAL;
		stop.signal = GDB_SIGINT;
	}
	gdb_guest_stop(ctx, &stop);
}

/* An instruction that traps and is not the debugger's: the program's own. */
static int own_trap(struct ukarch_trap_ctx *ctx, int nested)
{
	struct gdb_guest *g = &gdb_guest;

	if (nested || !g->con)
		return UK_EVENT_NOT_HANDLED;
	/* of a point or step that is gone since it hit, as is the debugger */
	if (gdb_cpus_late() && ctx->why != UKARCH_WHY_BREAKPOINT)
		return UK_EVENT_HANDLED;
	if (!gdb_session_attached(&g->session) && !g->breaking)
		return UK_EVENT_NOT_HANDLED;
	g->breaking = 0;
	gdb_arch_skip_own(ctx->regs);
	gdb_signal_trap(ctx);
	stop_at(ctx, GDB_STOP_SIGNAL, 0);
	return UK_EVENT_HANDLED;
}

static int hardware(struct ukarch_trap_ctx *ctx, const struct gdb_cause *c,
		    int nested)
{
	static const __u8 whys[] = {
		[GDB_HW_EXEC] = GDB_STOP_HWBREAK,
		[GDB_HW_WRITE] = GDB_STOP_WATCH,
		[GDB_HW_READ] = GDB_STOP_RWATCH,
		[GDB_HW_ACCESS] = GDB_STOP_AWATCH,
	};

	if (nested ||
	    (c->hw_type == GDB_HW_EXEC &&
	     gdb_guest_check(ctx->regs, c->hw_addr) == GDB_CHECK_PASS)) {
		gdb_step_over(ctx->regs, nested);
		gdb_arch_resume(ctx->regs);
		return UK_EVENT_HANDLED;
	}
	stop_at(ctx, (enum gdb_stop_why)whys[c->hw_type], c->hw_addr);
	return UK_EVENT_HANDLED;
}

static int other_cause(struct ukarch_trap_ctx *ctx, int nested)
{
	struct gdb_cause cause;

	gdb_arch_cause(ctx, &cause);
	if (cause.hw)
		return hardware(ctx, &cause, nested);
	if (!cause.stepped)
		return own_trap(ctx, nested);
	switch (gdb_step_trap(ctx, nested, &cause)) {
	case GDB_STEPPED_FOREIGN:
		return own_trap(ctx, nested);
	case GDB_STEPPED_STOP:
		stop_at(ctx, GDB_STOP_SIGNAL, 0);
		break;
	case GDB_STEPPED_WATCH:
		return hardware(ctx, &cause, nested);
	default:
		break;
	}
	return UK_EVENT_HANDLED;
}

static int __nobreak breakpoint(struct ukarch_trap_ctx *ctx, int nested)
{
	__vaddr_t pc = uk_break_pc(ctx->regs);
	struct uk_break *b = uk_break_at(pc);

	if (!b)
		return uk_break_again(ctx->regs) ? UK_EVENT_HANDLED
						 : own_trap(ctx, nested);
	ukarch_regs_set_pc(ctx->regs, pc);
	if (!nested && gdb_step_is_due(b)) {
		if (gdb_step_begin(ctx->regs))
			stop_at(ctx, GDB_STOP_SIGNAL, 0);
		return UK_EVENT_HANDLED;
	}
	uk_break_hit(b, nested ? __NULL : ctx->regs);
	if (!nested && (b->users & UK_BREAK_DEBUGGER)) {
		if (gdb_guest_check(ctx->regs, pc) == GDB_CHECK_STOP) {
			stop_at(ctx, GDB_STOP_SWBREAK, 0);
			return UK_EVENT_HANDLED;
		}
		/* One of the program's own is the debugger's now. */
		if (uk_break_is_insn(b->orig)) {
			ukarch_regs_set_pc(ctx->regs, pc + uk_break_len);
			return UK_EVENT_HANDLED;
		}
		switch (gdb_step_trace(ctx->regs)) {
		case 2:
			stop_at(ctx, GDB_STOP_SIGNAL, 0);
			/* fall through */
		case 1:
			return UK_EVENT_HANDLED;
		}
	}
	gdb_step_over(ctx->regs, nested);
	return UK_EVENT_HANDLED;
}

/* In the debugger: a breakpoint on the way is none of the program's. */
static void __nobreak look_if_missed(struct ukarch_trap_ctx *ctx)
{
	if (likely(!UK_READ_ONCE(gdb_guest.missed)))
		return;
	uk_percpu()->in_debugger = 1;
	gdb_guest_catch_up(ctx);
}

#ifndef CONFIG_HAVE_SMP
static int gdb_guest_passes(struct __regs *regs __unused,
			    __vaddr_t addr __unused)
{
	return 0;
}
#endif

static int __nobreak is_false(const struct uk_break *b,
			      const struct __regs *regs)
{
	if (!uk_break_is_false(b, regs))
		return 0;
	gdb_points_passed(&gdb_guest.session, 1);
	return 1;
}

/* A condition that is false concerns no other CPU, nor the session if it is
 * compiled: most are. What is true, or more than that, is looked at again with
 * all others stopped.
 */
static int __nobreak passes_by(struct ukarch_trap_ctx *ctx)
{
	__vaddr_t after = ukarch_regs_pc(ctx->regs);
	struct uk_break *b;

	if (ctx->why != UKARCH_WHY_BREAKPOINT || gdb_step_is_on() ||
	    unlikely(gdb_guest.missed))
		return 0;
	b = uk_break_at(uk_break_pc(ctx->regs));
	if (!b || !(b->users & UK_BREAK_DEBUGGER) || gdb_step_is_due(b) ||
	    uk_break_is_insn(b->orig))
		return 0;
	ukarch_regs_set_pc(ctx->regs, b->addr);
	if ((is_false(b, ctx->regs) || gdb_guest_passes(ctx->regs, b->addr)) &&
	    gdb_step_over_aside(b, ctx->regs))
		return 1;
	ukarch_regs_set_pc(ctx->regs, after);
	return 0;
}

/* A Ctrl-C that came meanwhile was left for later. */
static void __nobreak went_by(struct ukarch_trap_ctx *ctx)
{
	ctx->why = UKARCH_WHY_OTHER;
	uk_percpu()->in_debugger = 0;
	look_if_missed(ctx);
}

void __nobreak gdb_guest_out(struct ukarch_trap_ctx *ctx)
{
	uk_percpu()->in_debugger = 1;
	gdb_cpus_resume();
	uk_percpu()->in_debugger = 0;
	look_if_missed(ctx);
}

static int __nobreak on_debug(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	struct uk_percpu *cpu = uk_percpu();
	int nested = cpu->in_debugger, rc;

	if (unlikely(gdb_guest.coming_out == (int)uk_percpu_id() + 1))
		return gdb_guest_come_out(ctx);
	if (uk_break_pass(ctx)) {
		if (!nested)
			look_if_missed(ctx);
		return UK_EVENT_HANDLED;
	}
	cpu->in_debugger = 1;
	if (!nested && passes_by(ctx)) {
		went_by(ctx);
		return UK_EVENT_HANDLED;
	}
	if (!nested && !gdb_cpus_stop(ctx)) {
		cpu->in_debugger = 0;
		return UK_EVENT_HANDLED;
	}
	if (ctx->why == UKARCH_WHY_BREAKPOINT)
		rc = breakpoint(ctx, nested);
	else
		rc = other_cause(ctx, nested);
	if (nested)
		return rc;
	gdb_guest_out(ctx);
	return rc;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, on_debug, UK_TRAP_PRIO_DEVICE);

/* A debugger that calls a function has it return to a breakpoint where there
 * need not be code: on the stack.
 */
static int on_page_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	struct uk_break *b = uk_break_at(ukarch_regs_pc(ctx->regs));

	if (!b || !(b->users & UK_BREAK_DEBUGGER) || uk_percpu()->in_debugger ||
	    ctx->access != UKARCH_ACCESS_EXEC)
		return UK_EVENT_NOT_HANDLED;
	stop_at(ctx, GDB_STOP_SWBREAK, 0);
	return UK_EVENT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, on_page_fault,
		      UK_TRAP_PRIO_OUT_OF_LINE);
