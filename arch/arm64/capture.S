/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers of a place in the code.
 *
 * void ukarch_regs_capture(struct __regs *regs): the caller's registers as
 * they are right after the call returns.
 *
 * void uk_crash_here(what, detail, file, line) (<uk/crash.h>): the same for
 * the place that crashes, as the fifth argument of uk_crash_regs().
 */
#include <uk/arch/regs.h>

	.cfi_sections .debug_frame

	/* x0–x15 and x18–x29 */
	.macro store_regs base
	stp	x0, x1, [\base, #0]
	stp	x2, x3, [\base, #16]
	stp	x4, x5, [\base, #32]
	stp	x6, x7, [\base, #48]
	stp	x8, x9, [\base, #64]
	stp	x10, x11, [\base, #80]
	stp	x12, x13, [\base, #96]
	stp	x14, x15, [\base, #112]
	stp	x16, x17, [\base, #128]
	stp	x18, x19, [\base, #144]
	stp	x20, x21, [\base, #160]
	stp	x22, x23, [\base, #176]
	stp	x24, x25, [\base, #192]
	stp	x26, x27, [\base, #208]
	.endm

	/* pstate as SPSR_EL1 would hold it; uses x16 and x17 */
	.macro read_pstate
	mrs	x16, nzcv
	mrs	x17, daif
	orr	x16, x16, x17
	mrs	x17, currentel
	orr	x16, x16, x17
	mrs	x17, spsel
	orr	x16, x16, x17
	.endm

	.text
	.global ukarch_regs_capture
	.type ukarch_regs_capture, @function
ukarch_regs_capture:
	.cfi_startproc
	store_regs x0
	stp	x28, x29, [x0, #224]
	mov	x16, sp
	stp	x30, x16, [x0, #UKARCH_REGS_LR]
	read_pstate
	stp	x30, x16, [x0, #UKARCH_REGS_PC]
	ldp	x16, x17, [x0, #128]
	ret
	.cfi_endproc
	.size ukarch_regs_capture, . - ukarch_regs_capture

	.global uk_crash_here
	.type uk_crash_here, @function
uk_crash_here:
	.cfi_startproc
	stp	x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	mov	x29, sp
	.cfi_def_cfa_register x29
	sub	sp, sp, #UKARCH_REGS_SIZE
	store_regs sp
	ldr	x16, [x29]
	stp	x28, x16, [sp, #224]
	add	x16, x29, #16
	stp	x30, x16, [sp, #UKARCH_REGS_LR]
	read_pstate
	stp	x30, x16, [sp, #UKARCH_REGS_PC]
	mov	x4, sp
	bl	uk_crash_regs
	brk	#0
	.cfi_endproc
	.size uk_crash_here, . - uk_crash_here
