/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The pads, and what they share: the registers go to a frame on the
 * interrupted stack, the condition is called with it. If it is false the
 * pad's slot is next, with all as it was; else a trap.
 *
 * break_pad_undo() takes the program back to the instruction from each place
 * in here: labels say what has happened by then.
 */
#include <uk/arch/regs.h>
#include "../../pad.h"

	.cfi_sections .debug_frame

#define VALUE 128	/* orig_rax, which no condition reads */
#define REGS_VECTOR 120
#define REGS_CS 144
#define REGS_EFLAGS 152
#define REGS_SS 168
#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define TRAP_BP 3

	/* A pad's data is at this distance from where its call returns to. */
#define DATA_AT 16
#define CALL_LEN 5
#define DATA_FROM_RETURN (DATA_AT - CALL_LEN)

	.section .text.uk_break_pads, "ax"
	.balign BREAK_PAD_SIZE
	.global break_pads
	.type break_pads, @function
break_pads:
	i = 0
	.rept CONFIG_LIBUKBREAK_MAX
	.balign BREAK_PAD_SIZE
	call	break_pad_common
	jmp	uk_break_slots + i * BREAK_SLOT_SIZE
	.balign DATA_AT
	.quad	break_pad_data + i * BREAK_PAD_DATA_SIZE
	i = i + 1
	.endr
	.balign BREAK_PAD_SIZE
	.size break_pads, . - break_pads

	.macro general_registers do
	at = 0
	.irp reg, r15, r14, r13, r12, rbp, rbx
	.if \do == 1
	movq	%\reg, at(%rsp)
	.endif
	at = at + 8
	.endr
	.irp reg, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
	.if \do == 1
	movq	%\reg, at(%rsp)
	.else
	movq	at(%rsp), %\reg
	.endif
	at = at + 8
	.endr
	.endm

	.macro pad_data to
	movq	UKARCH_REGS_SIZE(%rsp), \to
	movq	DATA_FROM_RETURN(\to), \to
	.endm

	.section .text.uk_nobreak, "ax"
	.balign 16
	.global break_pad_common, break_pad_flags_in, break_pad_saved
	.global break_pad_return, break_pad_flags_out, break_pad_left
	.global break_pad_end
	.type break_pad_common, @function
break_pad_common:
	leaq	-UKARCH_REGS_SIZE(%rsp), %rsp
	pushfq
break_pad_flags_in:
	popq	REGS_EFLAGS(%rsp)
	general_registers 1
break_pad_saved:
	pad_data %rax
	movq	BREAK_PAD_ADDR(%rax), %rcx
	movq	%rcx, REGS_RIP(%rsp)
	leaq	UKARCH_REGS_SIZE + 8(%rsp), %rcx
	movq	%rcx, REGS_RSP(%rsp)
	movq	$SEL_CODE, REGS_CS(%rsp)
	movq	$SEL_DATA, REGS_SS(%rsp)
	movq	%rsp, %rdi
	leaq	VALUE(%rsp), %rsi
	call	*BREAK_PAD_CONDITION(%rax)
break_pad_return:
	testl	%eax, %eax
	jnz	1f
	cmpq	$0, VALUE(%rsp)
	jne	1f
	pad_data %rax
	lock incq BREAK_PAD_PASSED(%rax)
	general_registers 2
	pushq	REGS_EFLAGS(%rsp)
break_pad_flags_out:
	popfq
	leaq	UKARCH_REGS_SIZE(%rsp), %rsp
break_pad_left:
	ret
1:	int3
	nop
break_pad_end:
	.size break_pad_common, . - break_pad_common

	/* Where breakpoint traps come in: one of an instruction that is too
	 * short for a jump goes to its pad here, all others to the handlers.
	 * Only NMIs and machine checks come in between; break_arch_pad_undo()
	 * makes the trap undone then.
	 */
	.balign 16
	.global break_trap_entry, break_trap_taken, break_trap_other
	.global break_trap_end
	.type break_trap_entry, @function
break_trap_entry:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa %rsp, 40
	.cfi_offset %rip, -40
	.cfi_offset %rsp, -16
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rax, -48
	pushq	%rcx
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rcx, -56
	movq	16(%rsp), %rax
	movl	%eax, %ecx
	shrl	$4, %ecx
	xorl	%eax, %ecx
	movzbl	%cl, %ecx		/* the hash of undo.c */
	movzbl	break_trap_index(%rcx), %ecx
1:	cmpq	%rax, break_trap_behind(, %rcx, 8)
	je	2f
	movzbl	break_trap_next(%rcx), %ecx
	cmpb	$CONFIG_LIBUKBREAK_MAX, %cl
	jne	1b
	jmp	break_trap_other
2:	imull	$BREAK_PAD_SIZE, %ecx, %ecx
	leaq	break_pads(%rcx), %rax
	movq	%rax, 16(%rsp)
break_trap_taken:
	popq	%rcx
	popq	%rax
	iretq
break_trap_other:
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rcx
	popq	%rax
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rax
	jmp	ukarch_trap_stubs + 16 * TRAP_BP
break_trap_end:
	.cfi_endproc
	.size break_trap_entry, . - break_trap_entry
