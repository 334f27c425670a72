/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See ../../spin.h.
 */
	.macro all insn, base
	\insn	q0, q1, [\base, #0]
	\insn	q2, q3, [\base, #32]
	\insn	q4, q5, [\base, #64]
	\insn	q6, q7, [\base, #96]
	\insn	q8, q9, [\base, #128]
	\insn	q10, q11, [\base, #160]
	\insn	q12, q13, [\base, #192]
	\insn	q14, q15, [\base, #224]
	\insn	q16, q17, [\base, #256]
	\insn	q18, q19, [\base, #288]
	\insn	q20, q21, [\base, #320]
	\insn	q22, q23, [\base, #352]
	\insn	q24, q25, [\base, #384]
	\insn	q26, q27, [\base, #416]
	\insn	q28, q29, [\base, #448]
	\insn	q30, q31, [\base, #480]
	.endm

	.text
	.global spin_vectors
	.type spin_vectors, @function
spin_vectors:
	stp	x29, x30, [sp, #-80]!
	mov	x29, sp
	stp	d8, d9, [sp, #16]
	stp	d10, d11, [sp, #32]
	stp	d12, d13, [sp, #48]
	stp	d14, d15, [sp, #64]
	mov	x9, #0
	all	ldp, x0
1:	all	stp, x1
	mov	x10, #0
2:	ldr	x11, [x0, x10, lsl #3]
	ldr	x12, [x1, x10, lsl #3]
	cmp	x11, x12
	cinc	x9, x9, ne
	add	x10, x10, #1
	cmp	x10, #64
	b.ne	2b
	ldr	x11, [x4]
	add	x11, x11, #1
	str	x11, [x4]
	ldr	w11, [x2]
	cbz	w11, 1b
	mov	x0, x9
	ldp	d8, d9, [sp, #16]
	ldp	d10, d11, [sp, #32]
	ldp	d12, d13, [sp, #48]
	ldp	d14, d15, [sp, #64]
	ldp	x29, x30, [sp], #80
	ret
	.size spin_vectors, . - spin_vectors

	.global spin_register
	.type spin_register, @function
spin_register:
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x19, [sp, #16]
	mov	x19, #0
	mov	w1, #1
	str	w1, [x0]
1:	cbz	x19, 1b
	ldr	x19, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
	.size spin_register, . - spin_register

	.global spin_control
	.type spin_control, @function
spin_control:
	mrs	x0, fpcr
	ret
	.size spin_control, . - spin_control

	.global spin_control_set
	.type spin_control_set, @function
spin_control_set:
	msr	fpcr, x0
	ret
	.size spin_control_set, . - spin_control_set
