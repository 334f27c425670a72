/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void probe_kept(const __u64 in[], __u64 out[]): gives x0 to x30, flags and
 * vector registers the values `in`, passes the instructions of
 * probe_kept_passes, and stores them to `out`. pads.c.
 */
#define FLAGS 31
#define VECTORS 32
#define FRAME 512

	.text
	.global	probe_kept
	.type	probe_kept, %function
probe_kept:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	sub	sp, sp, #FRAME
	stp	d8, d9, [sp, #272]
	stp	d10, d11, [sp, #288]
	stp	d12, d13, [sp, #304]
	stp	d14, d15, [sp, #320]
	str	x1, [sp, #256]
	add	x2, x0, #8 * VECTORS
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld1	{v\n\().2d}, [x2], #16
	.endr
	ldr	x2, [x0, #8 * FLAGS]
	msr	nzcv, x2
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 0
	ldr	x\n, [x0, #8 * \n]
	.endr

	.global	probe_kept_passes
	.type	probe_kept_passes, %function
probe_kept_passes:
	nop
	nop
	.size	probe_kept_passes, . - probe_kept_passes

	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	str	x\n, [sp, #8 * \n]
	.endr
	mrs	x2, nzcv
	ldr	x1, [sp, #256]
	str	x2, [x1, #8 * FLAGS]
	mov	x2, x1
	mov	x3, sp
	mov	x4, #31
1:	ldr	x5, [x3], #8
	str	x5, [x2], #8
	sub	x4, x4, #1
	cbnz	x4, 1b
	add	x2, x1, #8 * VECTORS
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	st1	{v\n\().2d}, [x2], #16
	.endr
	ldp	d8, d9, [sp, #272]
	ldp	d10, d11, [sp, #288]
	ldp	d12, d13, [sp, #304]
	ldp	d14, d15, [sp, #320]
	add	sp, sp, #FRAME
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret
	.size	probe_kept, . - probe_kept

	.section .note.GNU-stack, "", %progbits
