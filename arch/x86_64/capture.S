/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers of a place in the code.
 *
 * void ukarch_regs_capture(struct __regs *regs): the caller's registers as
 * they are right after the call returns.
 *
 * void uk_crash_here(what, detail, file, line) (<uk/crash.h>): the same for
 * the place that crashes, as the fifth argument of uk_crash_regs().
 */
#include <uk/arch/regs.h>

	/* All but rbp, rip, rsp; eflags, too, for nothing here changes them
	 * before. Uses rax after saving it; segment registers are read so that
	 * a resume through the frame would work.
	 */
	.macro store_regs base
	movq	%r15, 0(\base)
	movq	%r14, 8(\base)
	movq	%r13, 16(\base)
	movq	%r12, 24(\base)
	movq	%rbx, REGS_RBX(\base)
	movq	%r11, 48(\base)
	movq	%r10, 56(\base)
	movq	%r9, 64(\base)
	movq	%r8, 72(\base)
	movq	%rax, 80(\base)
	movq	%rcx, 88(\base)
	movq	%rdx, 96(\base)
	movq	%rsi, 104(\base)
	movq	%rdi, 112(\base)
	movq	$0, 120(\base)
	movq	$0, 128(\base)
	movl	%cs, %eax
	movq	%rax, 144(\base)
	movl	%ss, %eax
	movq	%rax, 168(\base)
	.endm

	.text
	.global ukarch_regs_capture
	.type ukarch_regs_capture, @function
ukarch_regs_capture:
	.cfi_startproc
	store_regs %rdi
	pushfq
	.cfi_adjust_cfa_offset 8
	popq	152(%rdi)
	.cfi_adjust_cfa_offset -8
	movq	%rbp, REGS_RBP(%rdi)
	movq	(%rsp), %rax
	movq	%rax, REGS_RIP(%rdi)
	leaq	8(%rsp), %rax
	movq	%rax, REGS_RSP(%rdi)
	movq	80(%rdi), %rax
	ret
	.cfi_endproc
	.size ukarch_regs_capture, . - ukarch_regs_capture

	.global uk_crash_here
	.type uk_crash_here, @function
uk_crash_here:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	leaq	-UKARCH_REGS_SIZE(%rsp), %rsp
	store_regs %rsp
	pushfq
	popq	%rax
	movq	%rax, 152(%rsp)
	movq	(%rbp), %rax
	movq	%rax, REGS_RBP(%rsp)
	movq	8(%rbp), %rax
	movq	%rax, REGS_RIP(%rsp)
	leaq	16(%rbp), %rax
	movq	%rax, REGS_RSP(%rsp)
	movq	%rsp, %r8
	call	uk_crash_regs
	ud2
	.cfi_endproc
	.size uk_crash_here, . - uk_crash_here
