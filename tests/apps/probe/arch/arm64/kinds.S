/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * long probe_kinds(long a, long b): the kinds of instructions that a pad has
 * in another form, with flags that live across them.
 */
	.text
	.balign 8
value:	.quad	0x8111222233334444
	.global probe_kinds
	.type probe_kinds, %function
probe_kinds:
	stp	x29, x30, [sp, #-16]!
	adds	x2, x0, x1, lsl #3
	adr	x3, value
	adrp	x4, stored
	add	x4, x4, :lo12:stored
	ldr	x5, value
	ldr	w6, value
	ldrsw	x7, value
	prfm	pldl1keep, value
	adc	x2, x2, x3
	str	x2, [x4]
	cbz	x1, 1f
	add	x2, x2, #1
1:	cbnz	w1, 2f
	add	x2, x2, #3
2:	tbz	x0, #40, 3f
	add	x2, x2, #5
3:	tbnz	w0, #2, 4f
	add	x2, x2, #7
4:	cmp	x0, x1
	b.lt	5f
	add	x2, x2, #9
5:	csel	x8, x5, x6, gt
	bl	7f
	adr	x9, 7f
	blr	x9
	adr	x16, 6f
	br	x16
	add	x2, x2, #11
6:	hint	#36		/* bti j, where an indirect jump may go */
	ldr	x10, [x4]
	eor	x2, x2, x10
	add	x0, x2, x5
	add	x0, x0, x6
	add	x0, x0, x7
	add	x0, x0, x8
	b	8f
7:	hint	#34		/* bti c */
	cinc	x2, x2, ge
	ret
8:	ldp	x29, x30, [sp], #16
	ret	x30
	.size probe_kinds, . - probe_kinds

	.bss
	.balign 8
stored:	.skip	8
