/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * unsigned int hold_registers(volatile unsigned int *stop)
 *
 * Fills x2–x30 and q0–q31, waits until *stop is not 0, and returns how many
 * no longer hold what they held.
 */
	.arch armv8-a+fp+simd

	.macro check n
	cmp	x\n, #(0x100 + \n)
	cinc	x1, x1, ne
	.endm

	.macro check_q n
	umov	x2, v\n\().d[0]
	umov	x3, v\n\().d[1]
	cmp	x2, #(0x200 + \n)
	cinc	x1, x1, ne
	cmp	x3, #(0x300 + \n)
	cinc	x1, x1, ne
	.endm

	.text
	.global hold_registers
	.type hold_registers, @function
hold_registers:
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
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	mov	x2, #(0x200 + \n)
	mov	v\n\().d[0], x2
	mov	x2, #(0x300 + \n)
	mov	v\n\().d[1], x2
	.endr
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	mov	x\n, #(0x100 + \n)
	.endr
0:	ldr	w1, [x0]
	cbz	w1, 0b
	mov	x1, #0
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	check	\n
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	check_q	\n
	.endr
	mov	x0, x1
	ldp	d14, d15, [sp, #144]
	ldp	d12, d13, [sp, #128]
	ldp	d10, d11, [sp, #112]
	ldp	d8, d9, [sp, #96]
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #160
	ret
	.size hold_registers, . - hold_registers
