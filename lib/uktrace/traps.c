/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tracepoint: traps but those of a debugger and interrupts, before anyone
 * handles them.
 */
#include <uk/arch/trap.h>
#include <uk/event.h>
#include <uk/trace.h>
#include <uk/trap.h>

UK_TRACEPOINT_FIELDS(trace_trap, "%lu at %p, address %p", unsigned long, number,
		     const void *, pc, const void *, address);

static int trap(void *data)
{
	const struct ukarch_trap_ctx *ctx = data;

	trace_trap(ctx->trapnr, (const void *)ukarch_regs_pc(ctx->regs),
		   (const void *)(ctx->addr_valid ? ctx->fault_address : 0));
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, trap, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, trap, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, trap, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_MATH, trap, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_SECURITY, trap, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_X86_GP, trap, UK_PRIO_EARLIEST);
