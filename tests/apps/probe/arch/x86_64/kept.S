/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void probe_kept(const __u64 in[], __u64 out[]): gives general registers but
 * the stack pointer, flags and xmm registers the values `in`, passes the
 * instructions of probe_kept_passes, and stores them to `out`. pads.c.
 */
#define GENERAL(insn)                                                      \
	insn(0, rax) insn(1, rbx) insn(2, rcx) insn(3, rdx) insn(4, rsi)   \
	insn(5, rdi) insn(6, rbp) insn(7, r8) insn(8, r9) insn(9, r10)     \
	insn(10, r11) insn(11, r12) insn(12, r13) insn(13, r14) insn(14, r15)
#define LOAD(n, reg) movq words + 8 * n(%rip), %reg;
#define STORE(n, reg) movq %reg, words + 8 * n(%rip);
#define FLAGS 15
#define VECTORS 16
#define ALL 48

	.bss
	.balign	16
words:	.skip	8 * ALL
result:	.skip	8

	.text
	.global	probe_kept
	.type	probe_kept, @function
probe_kept:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsi, result(%rip)
	movq	%rdi, %rsi
	leaq	words(%rip), %rdi
	movl	$ALL, %ecx
	rep movsq
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqa	words + 8 * VECTORS + 16 * \n(%rip), %xmm\n
	.endr
	pushq	words + 8 * FLAGS(%rip)
	popfq
	GENERAL(LOAD)

	.global	probe_kept_passes
	.type	probe_kept_passes, @function
probe_kept_passes:
	nopl	0(%rax, %rax, 1)
	nopw	0(%rax, %rax, 1)
	nopl	0x12345678(%rax)
	nop
	xchgw	%ax, %ax
	nopl	(%rax)
	.size	probe_kept_passes, . - probe_kept_passes

	GENERAL(STORE)
	pushfq
	popq	words + 8 * FLAGS(%rip)
	cld
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movdqa	%xmm\n, words + 8 * VECTORS + 16 * \n(%rip)
	.endr
	leaq	words(%rip), %rsi
	movq	result(%rip), %rdi
	movl	$ALL, %ecx
	rep movsq
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
	.size	probe_kept, . - probe_kept

	.section .note.GNU-stack, "", @progbits
