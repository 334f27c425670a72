/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Pads: where one compiled condition decides about a breakpoint, a jump
 * stands in its place, to code that calls the condition and goes on in the
 * slot if it is false. Where a jump has no room the trap goes there, before any
 * handler. Each breakpoint has its pad; what it is about is data.
 *
 * No trap leaves the program in a pad: one that finds it there begins with
 * taking it back to the instruction. So nothing else, neither debuggers nor
 * unwinders nor the scheduler, ever sees one.
 */
#include <uk/ax_native.h>
#include <uk/trap.h>
#include "break_internal.h"

struct break_pad_data break_pad_data[CONFIG_LIBUKBREAK_MAX];

UK_CTASSERT(sizeof(struct break_pad_data) == BREAK_PAD_DATA_SIZE);
UK_CTASSERT(__builtin_offsetof(struct break_pad_data, condition) ==
	    BREAK_PAD_CONDITION);
UK_CTASSERT(__builtin_offsetof(struct break_pad_data, passed) ==
	    BREAK_PAD_PASSED);

static __vaddr_t pad_of(unsigned int index)
{
	return (__vaddr_t)break_pads + (__vaddr_t)index * BREAK_PAD_SIZE;
}

/* The condition that alone decides. */
static uk_ax_function decides(const struct uk_break *b)
{
	return b->users == UK_BREAK_DEBUGGER ? b->condition
	       : b->users == UK_BREAK_PROBE  ? b->probe_condition
					     : __NULL;
}

int break_pad_prepare(const struct uk_break *b, unsigned int index)
{
	uk_ax_function condition = decides(b);

	if (!condition || !b->ool.slot_len || uk_break_is_insn(b->orig) ||
	    uk_ax_native_last_reg(condition) > break_pad_last_reg)
		return 0;
	break_pad_data[index].addr = b->addr;
	break_pad_data[index].condition = condition;
	return 1;
}

int break_pad_jump(const struct uk_break *b, unsigned int index, __u8 *jump)
{
	if (!break_arch_may_jump(b, pad_of(index)))
		return 0;
	break_arch_jump(jump, b->addr, pad_of(index));
	return 1;
}

__u64 break_pad_passed(unsigned int index)
{
	return __atomic_exchange_n(&break_pad_data[index].passed, 0,
				   __ATOMIC_RELAXED);
}

int break_pad_is_of(const struct __regs *regs, __vaddr_t addr)
{
	struct __regs copy = *regs;

	return break_arch_pad_undo(&copy) && ukarch_regs_pc(&copy) == addr;
}

/* The condition was true, or could not decide; or the pad has faulted, as one
 * does without a stack. The trap of the breakpoint does all that again.
 */
static int __nobreak as_breakpoint(struct ukarch_trap_ctx *ctx)
{
	int is_debug = ctx->event_name == UK_EVENT_PTR(UKARCH_TRAP_DEBUG)->name;

	/* it is gone: whatever stands there now is executed */
	if (!uk_break_at(ukarch_regs_pc(ctx->regs)))
		return UK_EVENT_HANDLED;
	ctx->why = UKARCH_WHY_BREAKPOINT;
	break_arch_as_trapped(ctx->regs);
	if (is_debug || uk_raise_event(UKARCH_TRAP_DEBUG, ctx) <= 0)
		return UK_EVENT_NOT_HANDLED;
	return UK_EVENT_HANDLED;
}

static int __nobreak on_trap(void *data)
{
	struct ukarch_trap_ctx *ctx = data;
	struct __regs *regs = ctx->regs;

	if (likely(!break_arch_pad_undo(regs)))
		return UK_EVENT_NOT_HANDLED;
	ukarch_trap_frame_of(regs)->record[1] = ukarch_regs_pc(regs);
	if (break_arch_is_interrupt(ctx))
		return UK_EVENT_NOT_HANDLED;
	return as_breakpoint(ctx);
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, on_trap, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, on_trap, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, on_trap,
		      UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, on_trap, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_X86_GP, on_trap, UK_TRAP_PRIO_OUT_OF_LINE);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, on_trap, UK_TRAP_PRIO_OUT_OF_LINE);
