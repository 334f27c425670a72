/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void debuggee_regs(void): stores what a debugger has written to registers
 * at debuggee_regs_in where it can be read at debuggee_regs_out: general
 * registers, FXSAVE area, ymm0-ymm15.
 */
	.bss
	.balign	64
	.global	regs_seen, fx_seen, vec_seen
fx_seen:
	.skip	512
vec_seen:
	.skip	512
regs_seen:
	.skip	128

	.text
	.global	debuggee_regs, debuggee_regs_in, debuggee_regs_out
	.type	debuggee_regs, @function
debuggee_regs:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	fxsave64 fx_kept
debuggee_regs_in:
	nop
	movq	%rax, regs_seen
	movq	%rbx, regs_seen + 8
	movq	%rcx, regs_seen + 16
	movq	%rdx, regs_seen + 24
	movq	%rsi, regs_seen + 32
	movq	%rdi, regs_seen + 40
	movq	%rbp, regs_seen + 48
	movq	%r8, regs_seen + 56
	movq	%r9, regs_seen + 64
	movq	%r10, regs_seen + 72
	movq	%r11, regs_seen + 80
	movq	%r12, regs_seen + 88
	movq	%r13, regs_seen + 96
	movq	%r14, regs_seen + 104
	movq	%r15, regs_seen + 112
	fxsave64 fx_seen
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	%ymm\n, vec_seen + 32 * \n
	.endr
debuggee_regs_out:
	nop
	fxrstor64 fx_kept
	vzeroupper
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
	.size	debuggee_regs, . - debuggee_regs

	.bss
	.balign	64
fx_kept:
	.skip	512
