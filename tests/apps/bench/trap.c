/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A trap there and back. The handler runs in trap context.
 */
#include <uk/trap.h>
#include "bench.h"

static int resume(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (ctx->why != UKARCH_WHY_BREAKPOINT)
		return UK_EVENT_NOT_HANDLED;
	/* x86_64 reports the instruction after, arm64 the one itself. */
	if (UKARCH_INSN_UNIT == 4)
		ukarch_regs_set_pc(ctx->regs, ukarch_regs_pc(ctx->regs) + 4);
	return UK_EVENT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, resume, 5);

void bench_trap(void)
{
#ifdef CONFIG_ARCH_X86_64
	__asm__ __volatile__("int3" : : : "memory");
#else
	__asm__ __volatile__("brk #0" : : : "memory");
#endif
}

/* Under -icount the counter starts at 0 with the machine on both. */
__u64 bench_start(void)
{
	return 0;
}
