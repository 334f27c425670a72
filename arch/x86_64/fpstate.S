/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See <uk/arch/fpstate.h>. x86_fpstate_mask is what XCR0 was set to, 0 on a
 * CPU without XSAVE or before fpstate_init.c has asked.
 */
#define XSTATE_BV 512
#define XCOMP_BV 520

	.cfi_sections .debug_frame

	.text
	.global ukarch_fpstate_save
	.type ukarch_fpstate_save, @function
ukarch_fpstate_save:
	.cfi_startproc
	movl	x86_fpstate_mask(%rip), %eax
	testl	%eax, %eax
	jz	1f
	xorl	%edx, %edx
	/* XRSTOR wants the rest of the header to be 0 (SDM volume 1, 13.8). */
	.irp	n, 0, 8, 16, 24, 32, 40, 48
	movq	%rdx, (XCOMP_BV + \n)(%rdi)
	.endr
	xsave64	(%rdi)
	/* What was in its initial state was stored too: all of it is valid. */
	movq	%rax, XSTATE_BV(%rdi)
	ret
1:	fxsave64 (%rdi)
	ret
	.cfi_endproc
	.size ukarch_fpstate_save, . - ukarch_fpstate_save

	.global ukarch_fpstate_restore
	.type ukarch_fpstate_restore, @function
ukarch_fpstate_restore:
	.cfi_startproc
	movl	x86_fpstate_mask(%rip), %eax
	testl	%eax, %eax
	jz	1f
	xorl	%edx, %edx
	xrstor64 (%rdi)
	ret
1:	fxrstor64 (%rdi)
	ret
	.cfi_endproc
	.size ukarch_fpstate_restore, . - ukarch_fpstate_restore
