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

.macro push_frame_pointer
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
.endm

function first_instruction
	ud2
	ret
end first_instruction

function half_a_frame
	push_frame_pointer
	ud2
	popq	%rbp
	ret
end half_a_frame

function frame_taken_down
	push_frame_pointer
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	popq	%rbp
	.cfi_restore %rbp
	.cfi_def_cfa %rsp, 8
	ud2
	ret
end frame_taken_down

/* The processor cannot push the fault's frame where %rsp points. */
function no_stack
	push_frame_pointer
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	movl	$0x10, %esp
	pushq	$0
	ud2
end no_stack

	.section .note.GNU-stack, "", @progbits
