/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void workers_hold(const void *in, void *out, volatile int *ready): ymm0-15;
 * *out is not 0 when they are loaded.
 *
 * void workers_spin(volatile int *ready): holds in each general register but
 * rsp 0x11223344556600NN, NN its number in gdb's order, from workers_spin_in
 * to workers_spin_out. CFI describes the saved ones, as a compiler's would.
 */
	.cfi_sections .debug_frame
	.text
	.global	workers_hold, workers_spin, workers_spin_in, workers_spin_out
	.type	workers_hold, @function
workers_hold:
	.cfi_startproc
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	32 * \n(%rdi), %ymm\n
	.endr
	movl	$1, (%rsi)
1:	pause
	cmpl	$0, (%rdx)
	je	1b
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	%ymm\n, 32 * \n(%rsi)
	.endr
	vzeroupper
	ret
	.cfi_endproc
	.size	workers_hold, . - workers_hold

	.type	workers_spin, @function
workers_spin:
	.cfi_startproc
	.irp	r, rbx, rbp, r12, r13, r14, r15
	pushq	%\r
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \r, 0
	.endr
	movq	$0x1122334455660000, %rax
	leaq	1(%rax), %rbx
	leaq	2(%rax), %rcx
	leaq	3(%rax), %rdx
	leaq	4(%rax), %rsi
	leaq	5(%rax), %rdi
	leaq	6(%rax), %rbp
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	leaq	\n(%rax), %r\n
	.endr
workers_spin_in:
1:	pause
	cmpl	$0, released
	je	1b
workers_spin_out:
	.irp	r, r15, r14, r13, r12, rbp, rbx
	popq	%\r
	.cfi_adjust_cfa_offset -8
	.cfi_restore \r
	.endr
	ret
	.cfi_endproc
	.size	workers_spin, . - workers_spin
