/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What is special about single steps.
 *
 * void debuggee_repeat(char *to, const char *from): copies 16 bytes and writes
 * eight 'x' after them, each by one instruction.
 *
 * unsigned long debuggee_flags(void): the flags as the program sees them, with
 * the direction flag from POPF.
 *
 * void debuggee_trap(void): a breakpoint instruction of the program's own.
 *
 * void debuggee_store(int *at): one instruction that writes, then a NOP.
 */
	.cfi_sections .debug_frame
	.text
	.global	debuggee_repeat, debuggee_first, debuggee_second, debuggee_repeated
	.type	debuggee_repeat, @function
debuggee_repeat:
	.cfi_startproc
	movl	$16, %ecx
debuggee_first:
	rep movsb
	movl	$8, %ecx
	movl	$'x', %eax
debuggee_second:
	rep stosb
debuggee_repeated:
	ret
	.cfi_endproc
	.size	debuggee_repeat, . - debuggee_repeat

	.global	debuggee_flags, debuggee_flags_out
	.type	debuggee_flags, @function
debuggee_flags:
	.cfi_startproc
	cmpl	%eax, %eax
	pushfq
	.cfi_adjust_cfa_offset 8
	orq	$0x400, (%rsp)
	popfq
	.cfi_adjust_cfa_offset -8
	pushfq
	.cfi_adjust_cfa_offset 8
	popq	%rax
	.cfi_adjust_cfa_offset -8
	cld
debuggee_flags_out:
	ret
	.cfi_endproc
	.size	debuggee_flags, . - debuggee_flags

	.global	debuggee_trap, debuggee_trapped
	.type	debuggee_trap, @function
debuggee_trap:
	.cfi_startproc
	int3
debuggee_trapped:
	nop
	ret
	.cfi_endproc
	.size	debuggee_trap, . - debuggee_trap

	.global	debuggee_store, debuggee_storing, debuggee_stored
	.type	debuggee_store, @function
debuggee_store:
	.cfi_startproc
	nop
debuggee_storing:
	movl	$77, (%rdi)
debuggee_stored:
	nop
	ret
	.cfi_endproc
	.size	debuggee_store, . - debuggee_store
