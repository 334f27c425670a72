/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The pads, and what they share: the registers go to a frame on the
 * interrupted stack, the condition is called with it. If it is false the
 * pad's slot is next, with all as it was; else a trap.
 *
 * break_pad_undo() takes the program back to the instruction from each place
 * in here: labels say what has happened by then. The frame is struct
 * pad_frame there.
 */
#include <uk/arch/regs.h>
#include "../../pad.h"

#define FRAME_RETURN UKARCH_REGS_SIZE /* to the pad */
#define FRAME_VALUE (UKARCH_REGS_SIZE + 8)
#define FRAME_SIZE (UKARCH_REGS_SIZE + 16)

	/* A pad's data is at this distance from where its call returns to. */
#define DATA_FROM_RETURN 12

	.section .text.uk_break_pads, "ax"
	.balign BREAK_PAD_SIZE
	.global break_pads
	.type break_pads, %function
break_pads:
	i = 0
	.rept CONFIG_LIBUKBREAK_MAX
	sub	sp, sp, #FRAME_SIZE
	str	x30, [sp, #UKARCH_REGS_LR]
	bl	break_pad_common
	ldr	x30, [sp, #UKARCH_REGS_LR]
	add	sp, sp, #FRAME_SIZE
	b	uk_break_slots + i * BREAK_SLOT_SIZE
	.quad	break_pad_data + i * BREAK_PAD_DATA_SIZE
	i = i + 1
	.endr
	.size break_pads, . - break_pads

	.section .text.uk_nobreak, "ax"
	.global break_pad_common, break_pad_saved, break_pad_kept
	.global break_pad_return, break_pad_end
	.type break_pad_common, %function
break_pad_common:
	str	x30, [sp, #FRAME_RETURN]
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
break_pad_saved:
	mrs	x0, nzcv
	str	x0, [sp, #UKARCH_REGS_PSTATE]
	ldr	x2, [x30, #DATA_FROM_RETURN]
	ldr	x0, [x2, #BREAK_PAD_ADDR]
	add	x1, sp, #FRAME_SIZE
	stp	x1, x0, [sp, #UKARCH_REGS_SP]
break_pad_kept:
	ldr	x2, [x2, #BREAK_PAD_CONDITION]
	mov	x0, sp
	add	x1, sp, #FRAME_VALUE
	blr	x2
break_pad_return:
	cbnz	w0, 2f
	ldr	x0, [sp, #FRAME_VALUE]
	cbnz	x0, 2f
	ldr	x30, [sp, #FRAME_RETURN]
	ldr	x0, [x30, #DATA_FROM_RETURN]
	add	x0, x0, #BREAK_PAD_PASSED
1:	ldxr	x1, [x0]
	add	x1, x1, #1
	stxr	w2, x1, [x0]
	cbnz	w2, 1b
	ldr	x0, [sp, #UKARCH_REGS_PSTATE]
	msr	nzcv, x0
	ldp	x0, x1, [sp, #0]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldr	x12, [sp, #96]
	ret
2:	brk	#0
break_pad_end:
	.size break_pad_common, . - break_pad_common
