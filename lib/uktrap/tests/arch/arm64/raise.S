/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Instructions that trap; see raise.h. All functions have the same frame, so
 * that raise_end can end any of them.
 */
#include <uk/arch/regs.h>

	.macro enter name
	.global \name
	.type \name, %function
\name:
	hint	#34	/* bti c */
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	.endm

	.macro insn name
	.global raise_\name\()_insn
raise_\name\()_insn:
	.endm

	.text
	enter	raise_read
	insn	read
	ldr	w0, [x0]
	b	raise_end

	enter	raise_write
	insn	write
	strb	w0, [x0]
	b	raise_end

	enter	raise_exec
	br	x0

	enter	raise_breakpoint
	insn	breakpoint
	brk	#1
	b	raise_end

	enter	raise_undefined
	insn	undefined
	.inst	0
	b	raise_end

	enter	raise_unaligned
	insn	unaligned
	ldxr	x1, [x0]
	b	raise_end

	enter	raise_system
	svc	#5
	insn	system
	b	raise_end

	.global raise_end
raise_end:
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	ret

	.type raise_on_stack, %function
	.global raise_on_stack
raise_on_stack:
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x19, [sp, #16]
	mov	x19, sp
	mov	x3, x0
	mov	x0, x1
	mov	sp, x2
	blr	x3
	mov	sp, x19
	ldr	x19, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret

	.type raise_all, %function
	.global raise_all
raise_all:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x1, [sp, #96]
	ldr	x1, [x0, #UKARCH_REGS_PSTATE]
	msr	nzcv, x1
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	ldr	x\n, [x0, #8 * \n]
	.endr
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	ldr	x\n, [x0, #8 * \n]
	.endr
	ldr	x0, [x0]
	insn	all
	brk	#2
	.global raise_all_resume
raise_all_resume:
	str	x0, [sp, #104]
	ldr	x0, [sp, #96]
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	str	x\n, [x0, #8 * \n]
	.endr
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	str	x\n, [x0, #8 * \n]
	.endr
	ldr	x1, [sp, #104]
	str	x1, [x0]
	mrs	x1, nzcv
	str	x1, [x0, #UKARCH_REGS_PSTATE]
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #112
	ret
