/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See ../../spin.h.
 */
	.macro each op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	\n
	.endr
	.endm

	.macro load_xmm n
	movdqu	(32 * \n)(%rdi), %xmm\n
	.endm
	.macro load_ymm n
	vmovdqu	(32 * \n)(%rdi), %ymm\n
	.endm
	/* The upper half is written as if it were there. */
	.macro store_xmm n
	movdqu	%xmm\n, (32 * \n)(%rsi)
	movq	(32 * \n + 16)(%rdi), %rax
	movq	%rax, (32 * \n + 16)(%rsi)
	movq	(32 * \n + 24)(%rdi), %rax
	movq	%rax, (32 * \n + 24)(%rsi)
	.endm
	.macro store_ymm n
	vmovdqu	%ymm\n, (32 * \n)(%rsi)
	.endm

	.text
	.global spin_vectors
	.type spin_vectors, @function
spin_vectors:
	pushq	%rbp
	movq	%rsp, %rbp
	xorl	%r9d, %r9d
	testl	%ecx, %ecx
	jnz	1f
	each	load_xmm
	jmp	2f
1:	each	load_ymm
2:	testl	%ecx, %ecx
	jnz	3f
	each	store_xmm
	jmp	4f
3:	each	store_ymm
4:	xorl	%r10d, %r10d
5:	movq	(%rdi,%r10,8), %rax
	cmpq	(%rsi,%r10,8), %rax
	je	6f
	incq	%r9
6:	incl	%r10d
	cmpl	$64, %r10d
	jne	5b
	incq	(%r8)
	cmpl	$0, (%rdx)
	je	2b
	testl	%ecx, %ecx
	jz	7f
	vzeroupper
7:	movq	%r9, %rax
	popq	%rbp
	ret
	.size spin_vectors, . - spin_vectors

	.global spin_register
	.type spin_register, @function
spin_register:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	xorl	%ebx, %ebx
	movl	$1, (%rdi)
1:	testq	%rbx, %rbx
	jz	1b
	popq	%rbx
	popq	%rbp
	ret
	.size spin_register, . - spin_register

	.global spin_control
	.type spin_control, @function
spin_control:
	pushq	%rax
	stmxcsr	(%rsp)
	popq	%rax
	movl	%eax, %eax
	ret
	.size spin_control, . - spin_control

	.global spin_control_set
	.type spin_control_set, @function
spin_control_set:
	pushq	%rdi
	ldmxcsr	(%rsp)
	popq	%rdi
	ret
	.size spin_control_set, . - spin_control_set
