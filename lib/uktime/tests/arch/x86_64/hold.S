/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * unsigned int hold_registers(volatile unsigned int *stop)
 *
 * Fills the general registers and xmm0–xmm15, waits until *stop is not 0, and
 * returns how many no longer hold what they held.
 */
	.macro fill_xmm n
	movq	$(0x1111000011110000 + \n), %rax
	movq	%rax, %xmm\n
	notq	%rax
	pushq	%rax
	movhps	(%rsp), %xmm\n
	addq	$8, %rsp
	.endm

	.macro check value, reg
	cmpq	$\value, \reg
	je	1f
	incq	%rax
1:
	.endm

	.macro check_xmm n
	movq	%xmm\n, %rcx
	subq	$16, %rsp
	movups	%xmm\n, (%rsp)
	popq	%rcx
	popq	%rdx
	notq	%rdx
	cmpq	%rdx, %rcx
	jne	1f
	movq	$(0x1111000011110000 + \n), %rdx
	cmpq	%rdx, %rcx
	je	2f
1:	incq	%rax
2:
	.endm

	.text
	.global hold_registers
	.type hold_registers, @function
hold_registers:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rbp
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	fill_xmm \n
	.endr
	movq	$0x1001, %rbx
	movq	$0x1002, %rcx
	movq	$0x1003, %rdx
	movq	$0x1004, %rsi
	movq	$0x1005, %rbp
	movq	$0x1008, %r8
	movq	$0x1009, %r9
	movq	$0x100a, %r10
	movq	$0x100b, %r11
	movq	$0x100c, %r12
	movq	$0x100d, %r13
	movq	$0x100e, %r14
	movq	$0x100f, %r15
	xorl	%eax, %eax
0:	cmpl	$0, (%rdi)
	je	0b
	check	0x1001, %rbx
	check	0x1002, %rcx
	check	0x1003, %rdx
	check	0x1004, %rsi
	check	0x1005, %rbp
	check	0x1008, %r8
	check	0x1009, %r9
	check	0x100a, %r10
	check	0x100b, %r11
	check	0x100c, %r12
	check	0x100d, %r13
	check	0x100e, %r14
	check	0x100f, %r15
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	check_xmm \n
	.endr
	popq	%rbp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size hold_registers, . - hold_registers
