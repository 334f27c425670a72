/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Switching from one thread of execution to another. Selected by UKARCH_CTX.
 *
 * <arch/ctx.h> of the selected architecture defines struct ukarch_ctx: first
 * the registers, of which only those are stored and loaded that the ABI lets a
 * function keep; then of floating point what it lets a function keep, control
 * words included. Inline it provides
 *
 *   void ukarch_ctx_init(struct ukarch_ctx *, __uptr sp, __uptr entry,
 *			  __uptr arg)
 *	a context that, when switched to, calls entry(arg) on a stack whose top
 *	is sp, a multiple of 16, with interrupts off and floating point as the
 *	ABI has it at the start of a program. entry does not return.
 */
#ifndef __UK_ARCH_CTX_H__
#define __UK_ARCH_CTX_H__

#include <uk/arch/regs.h>
#include <arch/ctx.h>

#ifndef __ASSEMBLY__
/**
 * Stores the caller's context and continues with another. Returns when a later
 * call switches to `from`; from->regs.pc is the address after the call. The
 * contents of `from` at that time count, changed or not. Vector registers that
 * a function need not keep are lost. Contexts: irq-off.
 */
void ukarch_ctx_switch(struct ukarch_ctx *from, const struct ukarch_ctx *to);

/* Where a new context starts; the outermost frame of its call trace. */
void ukarch_ctx_start(void);
#endif /* !__ASSEMBLY__ */

#endif /* __UK_ARCH_CTX_H__ */
