/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * long probe_kinds(long a, long b): the kinds of instructions that a jump
 * replaces and a pad has in another form, with flags that live across them.
 */
	.text
	.global probe_kinds
	.type probe_kinds, @function
probe_kinds:
	movq	$0x12345678, %rax
	addq	$0x10203040, %rdi
	leaq	0x11223344(%rax,%rsi,2), %rdx
	adcq	$0x55667788, %rax
	movabsq	$0x8123456789abcdef, %rcx
	rcrq	$1, %rcx
	leaq	value(%rip), %r8
	sbbq	value(%rip), %rdx
	movq	%rdx, stored(%rip)
	jc	1f + 0x0
	.skip	130, 0x90
1:	cmpq	$0x7000, %rsi
	lahf
	.byte	0xe9		/* jmp rel32 to the next */
	.long	0
	pushq	$0x01020304
	jl	2f
	.skip	130, 0x90
2:	popq	%r9
	testl	$0x40, %esi
	call	3f
	addq	%rax, %rdx
	call	*target(%rip)
	xorq	stored(%rip), %rdx
	subq	0x7fffffff(%rsp,%r10), %rdx
	jmp	*back(%rip)
4:	leaq	(%rax,%rdx), %rax
	addq	%rcx, %rax
	addq	%r9, %rax
	ret
3:	setz	%r10b
	movzbl	%r10b, %r10d
	addq	%r10, %rax
	movq	$-0x7fffffff, %r10
	ret
	.size probe_kinds, . - probe_kinds

	.data
	.balign 8
value:	.quad	0x1111222233334444
stored:	.quad	0
target:	.quad	3b
back:	.quad	4b
