/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void debuggee_regs(void): stores what a debugger has written to registers
 * at debuggee_regs_in where it can be read at debuggee_regs_out: x0-x30 at sp,
 * q0-q31 at sp + 256, FPSR and FPCR after them.
 */
	.text
	.global	debuggee_regs, debuggee_regs_in, debuggee_regs_out
	.type	debuggee_regs, @function
debuggee_regs:
	stp	x29, x30, [sp, #-160]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	sub	sp, sp, #800
debuggee_regs_in:
	nop
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
	stp	x\n, xzr, [sp, #8 * \n]
	.endr
	.irp	n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 30
	str	x\n, [sp, #8 * \n]
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	q\n, [sp, #256 + 16 * \n]
	.endr
	mrs	x0, fpsr
	mrs	x1, fpcr
	str	x0, [sp, #768]
	str	x1, [sp, #776]
debuggee_regs_out:
	nop
	msr	fpcr, xzr
	add	sp, sp, #800
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	ldp	x29, x30, [sp], #160
	ret
	.size	debuggee_regs, . - debuggee_regs
