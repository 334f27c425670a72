/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The accesses that may fault. The copy moves 64 bytes a round, addressed
 * from the ends by a negative index that advances last, so that whichever
 * access faults, the round can be repeated byte by byte to find the place.
 */
#include <uk/extable.h>

	.cfi_sections .debug_frame

	.macro enter name
	.global \name
	.type \name, @function
\name:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	.endm

	.macro leave_ret name
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size \name, . - \name
	.endm

	.macro load off, reg
	may_fault .Lbytes
	movq	\off(%rsi,%rdx), \reg
	.endm

	.macro store reg, off
	may_fault .Lbytes
	movq	\reg, \off(%rdi,%rdx)
	.endm

	.text
	enter	uk_nofault_arch_copy
	addq	%rdx, %rsi
	addq	%rdx, %rdi
	negq	%rdx
.Lround:
	cmpq	$-64, %rdx
	jg	.Lwords
.Lround_more:
	load	0, %rax
	load	8, %rcx
	load	16, %r8
	load	24, %r9
	store	%rax, 0
	store	%rcx, 8
	store	%r8, 16
	store	%r9, 24
	load	32, %rax
	load	40, %rcx
	load	48, %r8
	load	56, %r9
	store	%rax, 32
	store	%rcx, 40
	store	%r8, 48
	store	%r9, 56
	addq	$64, %rdx
	cmpq	$-64, %rdx
	jle	.Lround_more
.Lwords:
	cmpq	$-8, %rdx
	jg	.Lbytes
	load	0, %rax
	store	%rax, 0
	addq	$8, %rdx
	jmp	.Lwords
.Lbytes:
	testq	%rdx, %rdx
	jz	.Lcopied
	may_fault .Lcopied
	movb	(%rsi,%rdx), %al
	may_fault .Lcopied
	movb	%al, (%rdi,%rdx)
	incq	%rdx
	jmp	.Lbytes
.Lcopied:
	negq	%rdx
	movq	%rdx, %rax
	leave_ret uk_nofault_arch_copy

	enter	uk_nofault_arch_touch_r
	xorl	%eax, %eax
	may_fault .Ltouched_r
	movb	(%rdi), %cl
	incl	%eax
.Ltouched_r:
	leave_ret uk_nofault_arch_touch_r

	enter	uk_nofault_arch_touch_rw
	xorl	%eax, %eax
	may_fault .Ltouched_rw
	lock orb $0, (%rdi)
	incl	%eax
.Ltouched_rw:
	leave_ret uk_nofault_arch_touch_rw
