/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void workers_hold(const void *in, void *out, volatile int *ready): q0-31;
 * *out is not 0 when they are loaded.
 *
 * void workers_spin(volatile int *ready): holds in each general register but
 * sp, x0 (ready) and x1 (its value) 0x11223344556600NN, NN its number, from
 * workers_spin_in to workers_spin_out. CFI describes the saved ones, as a
 * compiler's would.
 */
	.cfi_sections .debug_frame
	.text
	.global	workers_hold, workers_spin, workers_spin_in, workers_spin_out
	.type	workers_hold, @function
workers_hold:
	.cfi_startproc
	stp	d8, d9, [sp, #-64]!
	.cfi_adjust_cfa_offset 64
	stp	d10, d11, [sp, #16]
	stp	d12, d13, [sp, #32]
	stp	d14, d15, [sp, #48]
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr	q\n, [x0, #16 * \n]
	.endr
	mov	w3, #1
	str	w3, [x1]
1:	yield
	ldr	w3, [x2]
	cbz	w3, 1b
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	q\n, [x1, #16 * \n]
	.endr
	ldp	d10, d11, [sp, #16]
	ldp	d12, d13, [sp, #32]
	ldp	d14, d15, [sp, #48]
	ldp	d8, d9, [sp], #64
	.cfi_adjust_cfa_offset -64
	ret
	.cfi_endproc
	.size	workers_hold, . - workers_hold

	.type	workers_spin, @function
workers_spin:
	.cfi_startproc
	stp	x29, x30, [sp, #-96]!
	.cfi_adjust_cfa_offset 96
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
	str	x\n, [sp, #8 * (\n - 17)]
	.cfi_rel_offset x\n, 8 * (\n - 17)
	.endr
	ldr	x2, =0x1122334455660002
	.irp	n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
		20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	add	x\n, x2, #\n - 2
	.endr
workers_spin_in:
1:	yield
	ldr	w1, [x0]
	cbz	w1, 1b
workers_spin_out:
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
	ldr	x\n, [sp, #8 * (\n - 17)]
	.cfi_restore x\n
	.endr
	ldp	x29, x30, [sp], #96
	.cfi_adjust_cfa_offset -96
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size	workers_spin, . - workers_spin
