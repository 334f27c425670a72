/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Faults at places where a function has no whole frame. The CFI says what is
 * true at each, as a compiler's would; it belongs into .debug_frame, for an
 * image has no .eh_frame.
 */
	.text
	.cfi_sections .debug_frame

.macro function name
	.global \name
	.type \name, @function
\name:
	.cfi_startproc
.endm

.macro end name
	.cfi_endproc
	.size \name, . - \name
.endm

.macro store_record
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
.endm

function first_instruction
	udf	#0
	ret
end first_instruction

function half_a_frame
	store_record
	udf	#0
	ldp	x29, x30, [sp], #16
	ret
end half_a_frame

function frame_taken_down
	store_record
	mov	x29, sp
	ldp	x29, x30, [sp], #16
	.cfi_restore 29
	.cfi_restore 30
	.cfi_def_cfa_offset 0
	udf	#0
	ret
end frame_taken_down

/* A fault's frame cannot be stored where sp points. */
function no_stack
	store_record
	mov	x29, sp
	.cfi_def_cfa 29, 16
	mov	x0, #0x10
	mov	sp, x0
	str	xzr, [sp, #-16]!
	udf	#0
end no_stack

	.section .note.GNU-stack, "", @progbits
