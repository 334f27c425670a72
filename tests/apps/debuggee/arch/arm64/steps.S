/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What is special about single steps.
 *
 * void debuggee_repeat(char *to, const char *from): copies 16 bytes and writes
 * eight 'x' after them; the count of the bytes, at counter, is raised by
 * exclusive accesses, which a trap between them would make fail for ever.
 *
 * unsigned long debuggee_flags(void): condition flags and interrupt masks as
 * the program sees them, after it has written both.
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
	ldp	x2, x3, [x1]
	adrp	x4, counter
	add	x4, x4, :lo12:counter
debuggee_first:
	ldaxr	w5, [x4]
	add	w5, w5, #16
	stlxr	w6, w5, [x4]
	cbnz	w6, debuggee_first
	stp	x2, x3, [x0]
	ldr	x2, =0x7878787878787878
	str	x2, [x0, #16]
debuggee_second:
	ldxr	w5, [x4]
	cmp	w5, #0
	b.eq	1f
	add	w5, w5, #8
	stxr	w6, w5, [x4]
	cbnz	w6, debuggee_second
1:	clrex
debuggee_repeated:
	ret
	.cfi_endproc
	.size	debuggee_repeat, . - debuggee_repeat

	.global	debuggee_flags, debuggee_flags_out
	.type	debuggee_flags, @function
debuggee_flags:
	.cfi_startproc
	mrs	x1, daif
	msr	daifset, #2
	cmp	x0, x0
	mrs	x0, daif
	mrs	x2, nzcv
	msr	nzcv, x2
	mrs	x2, nzcv
	orr	x0, x0, x2
	msr	daif, x1
debuggee_flags_out:
	ret
	.cfi_endproc
	.size	debuggee_flags, . - debuggee_flags

	.global	debuggee_trap, debuggee_trapped
	.type	debuggee_trap, @function
debuggee_trap:
	.cfi_startproc
	brk	#7
debuggee_trapped:
	nop
	ret
	.cfi_endproc
	.size	debuggee_trap, . - debuggee_trap

	.global	debuggee_store, debuggee_storing, debuggee_stored
	.type	debuggee_store, @function
debuggee_store:
	.cfi_startproc
	mov	w1, #77
debuggee_storing:
	str	w1, [x0]
debuggee_stored:
	nop
	ret
	.cfi_endproc
	.size	debuggee_store, . - debuggee_store
