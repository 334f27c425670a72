/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The program passes a breakpoint: the instruction under it is executed in its
 * slot, or done here. Faults in a slot are those of the instruction's own
 * place.
 */
#include <uk/percpu.h>
#include <uk/trap.h>
#include "break_internal.h"

UK_EVENT(UK_EVENT_BREAK_HIT);

enum uk_break_execution __nobreak uk_break_execute(struct uk_break *b,
						   struct __regs *regs)
{
	if (b->ool.kind == UK_BREAK_OOL_EMULATE &&
	    !break_arch_emulate(&b->ool, b->addr, regs))
		return UK_BREAK_DONE;
	if (b->ool.kind != UK_BREAK_OOL_SLOT)
		return UK_BREAK_IN_PLACE;
	ukarch_regs_set_pc(regs, break_slot(b));
	return UK_BREAK_IN_SLOT;
}

void __nobreak uk_break_hit(const struct uk_break *b, struct __regs *regs)
{
	struct uk_break_hit hit = { b, regs };

	if (b->users & UK_BREAK_PROBE)
		uk_raise_event(UK_EVENT_BREAK_HIT, &hit);
}

int __nobreak uk_break_again(struct __regs *regs)
{
	__vaddr_t pc = uk_break_pc(regs);

	if (uk_break_at(pc) || uk_break_is_own((const __u8 *)pc))
		return 0;
	ukarch_regs_set_pc(regs, pc);
	return 1;
}

/* One without users is being inserted or removed: by this CPU, or while this
 * one stands, whose NMIs go on.
 */
int __nobreak uk_break_pass(struct ukarch_trap_ctx *ctx)
{
	struct uk_percpu *cpu = uk_percpu();
	int nested = cpu->in_debugger, passed = 1;
	struct uk_break *b;

	if (ctx->why != UKARCH_WHY_BREAKPOINT)
		return 0;
	cpu->in_debugger = 1;
	b = uk_break_at(uk_break_pc(ctx->regs));
	if (b && (b->users == UK_BREAK_PROBE || (nested && !b->users))) {
		ukarch_regs_set_pc(ctx->regs, b->addr);
		uk_break_hit(b, nested ? __NULL : ctx->regs);
		/* a literal that cannot be read faults at its own place */
		if (uk_break_execute(b, ctx->regs) == UK_BREAK_IN_PLACE)
			(void)uk_break_patch(b, 0);
	} else {
		passed = uk_break_again(ctx->regs);
	}
	cpu->in_debugger = nested;
	return passed;
}

/* After an interrupt it goes on in its slot: at its own place the breakpoint
 * would be hit once more. NMIs come here, too, which a breakpoint would unmask.
 */
static int __nobreak on_fault(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (!uk_break_is_nmi(ctx))
		uk_break_leave_slot(ctx->regs);
	return UK_EVENT_NOT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, on_fault,
		      UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, on_fault,
		      UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, on_fault,
		      UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_MATH, on_fault, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_SECURITY, on_fault, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_X86_GP, on_fault, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, on_fault, UK_TRAP_PRIO_OUT_OF_LINE);
