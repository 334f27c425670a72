/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See <uk/arch/ctx.h>.
 */
#include <uk/arch/ctx.h>

	.cfi_sections .debug_frame

	.text
	.global ukarch_ctx_switch
	.type ukarch_ctx_switch, @function
ukarch_ctx_switch:
	.cfi_startproc
	movq	(%rsp), %rax
	leaq	8(%rsp), %rdx
	movq	%r15, 0(%rdi)
	movq	%r14, 8(%rdi)
	movq	%r13, 16(%rdi)
	movq	%r12, 24(%rdi)
	movq	%rbp, REGS_RBP(%rdi)
	movq	%rbx, REGS_RBX(%rdi)
	movq	%rax, REGS_RIP(%rdi)
	movq	%rdx, REGS_RSP(%rdi)
	stmxcsr	X86_CTX_MXCSR(%rdi)
	fnstcw	X86_CTX_FCW(%rdi)

	ldmxcsr	X86_CTX_MXCSR(%rsi)
	fldcw	X86_CTX_FCW(%rsi)
	movq	0(%rsi), %r15
	movq	8(%rsi), %r14
	movq	16(%rsi), %r13
	movq	24(%rsi), %r12
	movq	REGS_RBP(%rsi), %rbp
	movq	REGS_RBX(%rsi), %rbx
	movq	REGS_RSP(%rsi), %rsp
	pushq	REGS_RIP(%rsi)
	ret
	.cfi_endproc
	.size ukarch_ctx_switch, . - ukarch_ctx_switch

	.global ukarch_ctx_start
	.type ukarch_ctx_start, @function
ukarch_ctx_start:
	.cfi_startproc
	.cfi_undefined %rip
	movq	%r12, %rdi
	call	*%rbx
	ud2
	.cfi_endproc
	.size ukarch_ctx_start, . - ukarch_ctx_start
