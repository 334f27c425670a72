/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The 256 entries of the IDT and the way back.
 *
 * A stub pushes an error code where the CPU does not, pushes its vector and
 * joins one of two paths. Both save the general registers below that, which
 * completes struct __regs. Vectors that can hit a bad stack come in on an
 * interrupt stack (IST, see trap.c): ukarch_trap_restack() moves the frame to
 * the interrupted stack if that is sound, to the trap stack otherwise, and
 * the interrupt stack is free again before any handler runs. So a fault
 * inside a handler finds a frame of its own. An NMI may come before that: what
 * traps in its handlers comes in elsewhere (nmi_begin()).
 *
 * ukarch_trap_return is where handlers return to. A frame record of the
 * interrupted function, {rbp, rip}, lies below struct __regs, so that a walk
 * along the records passes through a trap without knowing, and finds the
 * registers above the record if it does know.
 */
#include <uk/arch/regs.h>

	.cfi_sections .debug_frame

	/* Exceptions: 16 bytes a stub. No breakpoint can stand in all this. */
	.section .text.uk_nobreak, "ax"
	.balign 16
	.global ukarch_trap_stubs
	.type ukarch_trap_stubs, @function
ukarch_trap_stubs:
	vector = 0
	.rept 32
	.balign 16
	/* Vectors for which the CPU pushes an error code: SDM 6.15. */
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	pushq	$0
	.endif
	pushq	$vector
	/* The same vectors as ist_of() in trap.c. */
	.if (vector >= 1 && vector <= 3) || vector == 8 || (vector >= 12 && vector <= 14) || vector == 18
	jmp	trap_entry_ist
	.else
	jmp	trap_entry
	.endif
	vector = vector + 1
	.endr
	.size ukarch_trap_stubs, . - ukarch_trap_stubs

	/* Interrupts: 8 bytes a stub. The vector is pushed less 128, so that
	 * it fits in a byte.
	 */
	.balign 16
	.global ukarch_irq_stubs
	.type ukarch_irq_stubs, @function
ukarch_irq_stubs:
	.rept 224
	.balign 8
	pushq	$(vector - 128)
	jmp	irq_entry
	vector = vector + 1
	.endr
	.size ukarch_irq_stubs, . - ukarch_irq_stubs

	.type irq_entry, @function
irq_entry:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa %rsp, 8
	addq	$128, (%rsp)
	pushq	(%rsp)
	movq	$0, 8(%rsp)
	jmp	trap_entry
	.cfi_endproc
	.size irq_entry, . - irq_entry

	.macro save_regs
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	.endm

	/* All registers of the frame whose end is the CFA, for debuggers. */
	.macro cfi_regs
	.cfi_def_cfa %rsp, UKARCH_REGS_SIZE
	.cfi_offset %rip, REGS_RIP - UKARCH_REGS_SIZE
	.cfi_offset %rsp, REGS_RSP - UKARCH_REGS_SIZE
	.cfi_offset %rbp, REGS_RBP - UKARCH_REGS_SIZE
	.cfi_offset %rbx, REGS_RBX - UKARCH_REGS_SIZE
	at = 0
	.irp	reg, r15, r14, r13, r12
	.cfi_offset %\reg, at - UKARCH_REGS_SIZE
	at = at + 8
	.endr
	at = 48
	.irp	reg, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
	.cfi_offset %\reg, at - UKARCH_REGS_SIZE
	at = at + 8
	.endr
	.endm

	.type trap_entry_ist, @function
trap_entry_ist:
	.cfi_startproc simple
	.cfi_signal_frame
	save_regs
	cfi_regs
	movq	%rsp, %rdi
	call	ukarch_trap_restack
	movq	%rax, %rsp
	jmp	trap_dispatch
	.cfi_endproc
	.size trap_entry_ist, . - trap_entry_ist

	.type trap_entry, @function
trap_entry:
	.cfi_startproc simple
	.cfi_signal_frame
	save_regs
	cfi_regs
trap_dispatch:
	movq	%rsp, %rdi
	pushq	REGS_RIP(%rdi)
	.cfi_adjust_cfa_offset 8
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	movq	%rsp, %rbp
	call	ukarch_trap_handle
	.global ukarch_trap_return
ukarch_trap_return:
	addq	$16, %rsp
	.cfi_adjust_cfa_offset -16
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$16, %rsp
	iretq
	.cfi_endproc
	.size trap_entry, . - trap_entry

	/* void ukarch_trap_frame_resume(struct ukarch_trap_frame *) */
	.global ukarch_trap_frame_resume
	.type ukarch_trap_frame_resume, @function
ukarch_trap_frame_resume:
	.cfi_startproc
	movq	%rdi, %rsp
	call	ukarch_trap_left
	jmp	ukarch_trap_return
	.cfi_endproc
	.size ukarch_trap_frame_resume, . - ukarch_trap_frame_resume

	/* void ukarch_run_on_stack(void *top, void (*fn)(void)); a record of
	 * zeros ends a walk along the frames.
	 */
	.global ukarch_run_on_stack
	.type ukarch_run_on_stack, @function
ukarch_run_on_stack:
	.cfi_startproc
	.cfi_undefined %rip
	movq	%rdi, %rsp
	xorl	%ebp, %ebp
	pushq	$0
	pushq	$0
	call	*%rsi
	ud2
	.cfi_endproc
	.size ukarch_run_on_stack, . - ukarch_run_on_stack
