/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The trap events and the bookkeeping around raising one. Which event fits a
 * vector is the architecture's business; what to do about it the handlers'.
 */
#include <uk/percpu.h>
#include <uk/trap.h>

UK_EVENT(UKARCH_TRAP_DEBUG);
UK_EVENT(UKARCH_TRAP_PAGE_FAULT);
UK_EVENT(UKARCH_TRAP_BUS_ERROR);
UK_EVENT(UKARCH_TRAP_INVALID_OP);
UK_EVENT(UKARCH_TRAP_MATH);
UK_EVENT(UKARCH_TRAP_SECURITY);
UK_EVENT(UKARCH_TRAP_X86_GP);
UK_EVENT(UKARCH_TRAP_IRQ);
UK_EVENT(UKARCH_TRAP_OTHER);

int __nobreak uk_trap_raise(const struct uk_event *event,
			    struct ukarch_trap_ctx *ctx)
{
	struct uk_percpu *cpu = uk_percpu();

	ctx->event_name = event->name;
	ctx->outer = cpu->trap;
	cpu->trap = ctx;
	cpu->trap_depth++;
	return uk_raise_event_ptr(event, ctx) > 0;
}

void __nobreak uk_trap_leave(struct ukarch_trap_ctx *ctx)
{
	struct uk_percpu *cpu = uk_percpu();

	cpu->trap_depth--;
	cpu->trap = ctx->outer;
}
