/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The 16 vectors (Arm ARM, DDI 0487, D1.3) and the way back.
 *
 * Everything runs on SP_EL0. An exception switches the CPU to SP_EL1, which
 * always points to `area`: a few words for the entry's own use, not a stack.
 * The entry asks the MMU whether the interrupted stack has room for the frame
 * and for handlers. If so the frame goes there, else to a level of the trap
 * stack; and so does that of a debug trap of the program. Then it switches back to SP_EL0 = frame and calls C, so that a fault
 * inside a handler comes in like any other and finds a frame of its own.
 *
 * A trap from SP_EL1 is a fault of this file or of other code that uses SP_EL1;
 * its frame goes to the trap stack at once. When the levels are used up the
 * machine ends; see trap_exhausted.
 *
 * The frame, in bytes from SP_EL0:
 *	0	struct __regs
 *	272	frame record of the interrupted function: x29, pc
 *	288	trap stack pointer before this trap, 0 if it was not used
 *	296	SP_EL0 at the trap
 *
 * ukarch_trap_return is where handlers return to.
 */
#include "trap_internal.h"

	.cfi_sections .debug_frame

#define FRAME_TRAP_SP 288
#define FRAME_SP_EL0 296
#define FRAME_SIZE 304

/* The program counter in DWARF (Arm IHI 0057, 4.1); x30 is not the return
 * address of an interrupted function.
 */
#define DWARF_PC 32

/* Handlers find at least this much below their frame, or get a level. */
#define HEADROOM_PAGES 2

	/* The calling CPU's struct uk_percpu. */
	.macro percpu reg
#ifdef CONFIG_HAVE_SMP
	mrs	\reg, tpidr_el1
#else
	adrp	\reg, uk_percpus
	add	\reg, \reg, :lo12:uk_percpus
#endif
	.endm

	.macro vector slot, entry
	.balign 0x80
	stp	x0, x1, [sp, #AREA_X0]
	mov	x0, #\slot
	b	\entry
	.endm

	/* SP_EL1 may have any value: saves x0 and x1, then points it to the
	 * area.
	 */
	.macro vector_sp1 slot
	.balign 0x80
	msr	tpidrro_el0, x0
	percpu	x0
	str	x1, [x0, #AREA_X0 + 8]
	mov	x1, sp
	mov	sp, x0
	mrs	x0, tpidrro_el0
	str	x0, [sp, #AREA_X0]
	mov	x0, #\slot
	b	entry_sp1
	.endm

	.section .text.uk_nobreak.vectors, "ax"
	.balign 0x800
	.global ukarch_trap_vectors
	.type ukarch_trap_vectors, @function
ukarch_trap_vectors:
	vector	0, entry_sp0
	vector	1, entry_sp0
	vector	2, entry_sp0
	vector	3, entry_sp0
	vector_sp1 4
	vector_sp1 5
	vector_sp1 6
	vector_sp1 7
	vector	8, entry_sp0
	vector	9, entry_sp0
	vector	10, entry_sp0
	vector	11, entry_sp0
	vector	12, entry_sp0
	vector	13, entry_sp0
	vector	14, entry_sp0
	vector	15, entry_sp0
	.size ukarch_trap_vectors, . - ukarch_trap_vectors

	/* Goes to `bad` unless normal memory is writable at \addr. */
	.macro probe addr, tmp, bad
	at	s1e1w, \addr
	isb
	mrs	\tmp, par_el1
	tbnz	\tmp, #0, \bad
	lsr	\tmp, \tmp, #56
	cmp	\tmp, #UKARCH_MAIR_NORMAL
	b.ne	\bad
	.endm

	/* In: x0 slot, x0–x1 of the program saved. No probe is more than a
	 * page away from the next, or it could skip a guard page. No breakpoint
	 * can stand from here on.
	 */
	.section .text.uk_nobreak, "ax"
	.type entry_sp0, @function
entry_sp0:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_return_column DWARF_PC
	.cfi_def_cfa sp, 0
	.cfi_undefined DWARF_PC
	stp	x2, x3, [sp, #AREA_X2]
	stp	x4, x5, [sp, #AREA_X4]
	mrs	x3, par_el1
	str	x3, [sp, #AREA_PAR]
	mrs	x1, sp_el0

	/* A debug trap or a debugger's interrupt (an FIQ) of the program
	 * leaves its stack alone; one of a handler is a trap like any other.
	 */
	and	x2, x0, #3
	cmp	x2, #SLOT_FIQ
	b.eq	1f
	cbnz	x2, 2f
	mrs	x2, esr_el1
	ubfx	x2, x2, #26, #6
	cmp	x2, #EC_BRK
	b.eq	1f
	sub	x2, x2, #EC_HW_BREAK_LOWER
	cmp	x2, #EC_WATCH - EC_HW_BREAK_LOWER
	b.hi	2f
1:	percpu	x2
	ldr	x2, [x2, #PERCPU_TRAP]
	cbz	x2, use_trap_stack

2:	and	x2, x1, #~15
	sub	x3, x2, #1
	probe	x3, x4, use_trap_stack
	sub	x2, x2, #FRAME_SIZE
	probe	x2, x4, use_trap_stack
	mov	x3, x2
	.rept	HEADROOM_PAGES
	sub	x3, x3, #4096
	probe	x3, x4, use_trap_stack
	.endr
	mov	x5, #0

	/* In: x0 slot, x1 interrupted stack pointer, x2 frame, x5 trap stack
	 * pointer before this trap or 0.
	 */
build_frame:
	ldr	x3, [sp, #AREA_PAR]
	msr	par_el1, x3
	stp	x6, x7, [x2, #48]
	stp	x8, x9, [x2, #64]
	stp	x10, x11, [x2, #80]
	stp	x12, x13, [x2, #96]
	stp	x14, x15, [x2, #112]
	stp	x16, x17, [x2, #128]
	stp	x18, x19, [x2, #144]
	stp	x20, x21, [x2, #160]
	stp	x22, x23, [x2, #176]
	stp	x24, x25, [x2, #192]
	stp	x26, x27, [x2, #208]
	stp	x28, x29, [x2, #224]
	stp	x30, x1, [x2, #UKARCH_REGS_LR]
	ldp	x3, x4, [sp, #AREA_X0]
	stp	x3, x4, [x2, #0]
	ldp	x3, x4, [sp, #AREA_X2]
	stp	x3, x4, [x2, #16]
	ldp	x3, x4, [sp, #AREA_X4]
	stp	x3, x4, [x2, #32]
	mrs	x3, elr_el1
	mrs	x4, spsr_el1
	stp	x3, x4, [x2, #UKARCH_REGS_PC]
	stp	x29, x3, [x2, #UKARCH_REGS_RECORD]
	mrs	x4, sp_el0
	stp	x5, x4, [x2, #FRAME_TRAP_SP]
	add	x29, x2, #UKARCH_REGS_RECORD
	msr	spsel, #0
	mov	sp, x2
	.cfi_def_cfa sp, FRAME_SIZE
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	.cfi_offset x\n, 8 * \n - FRAME_SIZE
	.endr
	.cfi_offset x30, UKARCH_REGS_LR - FRAME_SIZE
	.cfi_offset sp, UKARCH_REGS_SP - FRAME_SIZE
	.cfi_offset DWARF_PC, UKARCH_REGS_PC - FRAME_SIZE
	mov	x1, x0
	mov	x0, x2
	bl	ukarch_trap_handle

	.global ukarch_trap_return
ukarch_trap_return:
	msr	daifset, #15
	mov	x1, sp
	.cfi_def_cfa_register x1
	msr	spsel, #1
	ldp	x2, x4, [x1, #FRAME_TRAP_SP]
	cbz	x2, 1f
	str	x2, [sp, #AREA_TRAP_SP]
1:	ldp	x2, x3, [x1, #UKARCH_REGS_PC]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	ldr	x2, [x1, #UKARCH_REGS_SP]
	tbnz	x3, #0, 2f	/* PSTATE.SP: the program used SP_EL1 */
	msr	sp_el0, x2
	b	3f
2:	mov	sp, x2
	msr	sp_el0, x4
3:	ldp	x2, x3, [x1, #16]
	ldp	x4, x5, [x1, #32]
	ldp	x6, x7, [x1, #48]
	ldp	x8, x9, [x1, #64]
	ldp	x10, x11, [x1, #80]
	ldp	x12, x13, [x1, #96]
	ldp	x14, x15, [x1, #112]
	ldp	x16, x17, [x1, #128]
	ldp	x18, x19, [x1, #144]
	ldp	x20, x21, [x1, #160]
	ldp	x22, x23, [x1, #176]
	ldp	x24, x25, [x1, #192]
	ldp	x26, x27, [x1, #208]
	ldp	x28, x29, [x1, #224]
	ldr	x30, [x1, #UKARCH_REGS_LR]
	ldp	x0, x1, [x1, #0]
	eret
	.cfi_endproc
	.size entry_sp0, . - entry_sp0

	/* In: x0 slot, x1 SP_EL1 of the program, x0–x1 of it saved. */
	.type entry_sp1, @function
entry_sp1:
	.cfi_startproc simple
	.cfi_undefined x30
	stp	x2, x3, [sp, #AREA_X2]
	stp	x4, x5, [sp, #AREA_X4]
	mrs	x3, par_el1
	str	x3, [sp, #AREA_PAR]

	/* In: x0 slot, x1 interrupted stack pointer, x0–x5 and PAR saved. */
use_trap_stack:
	ldr	x5, [sp, #AREA_TRAP_SP]
	ldr	x3, [sp, #AREA_TRAP_BASE]
	cmp	x5, x3
	b.ls	trap_exhausted
	sub	x3, x5, #TRAP_STACK_LEVEL
	str	x3, [sp, #AREA_TRAP_SP]
	sub	x2, x5, #FRAME_SIZE
	b	build_frame
	.cfi_endproc
	.size entry_sp1, . - entry_sp1

	/* Traps on all levels of the trap stack: no frame for this one. First
	 * C logs a line and ends the machine, on the stack emptied. If that
	 * comes here again, the firmware is asked, through both of its doors:
	 * PSCI SYSTEM_OFF (Arm DEN0022, 5.10). Then nothing is left to try.
	 */
	.type trap_exhausted, @function
trap_exhausted:
	.cfi_startproc simple
	.cfi_undefined x30
	ldr	x2, [sp, #AREA_COUNT]
	add	x3, x2, #1
	str	x3, [sp, #AREA_COUNT]
	cbnz	x2, 1f
	ldr	x3, [sp, #AREA_TRAP_BASE]
	add	x3, x3, #TRAP_STACK_SIZE
	str	x3, [sp, #AREA_TRAP_SP]
	mrs	x1, elr_el1
	mov	x29, #0
	msr	spsel, #0
	mov	sp, x3
	bl	ukarch_trap_exhausted
1:	mov	w0, #0x0008
	movk	w0, #0x8400, lsl #16
	cmp	x2, #1
	b.hi	2f
	hvc	#0
	b	3f
2:	smc	#0
3:	wfi
	b	3b
	.cfi_endproc
	.size trap_exhausted, . - trap_exhausted

	/* void ukarch_trap_frame_resume(struct ukarch_trap_frame *) */
	.global ukarch_trap_frame_resume
	.type ukarch_trap_frame_resume, @function
ukarch_trap_frame_resume:
	.cfi_startproc
	msr	daifset, #15
	mov	sp, x0
	b	ukarch_trap_return
	.cfi_endproc
	.size ukarch_trap_frame_resume, . - ukarch_trap_frame_resume

	/* void ukarch_run_on_stack(void *top, void (*fn)(void)); a record of
	 * zeros ends a walk along the frames.
	 */
	.global ukarch_run_on_stack
	.type ukarch_run_on_stack, @function
ukarch_run_on_stack:
	.cfi_startproc
	.cfi_undefined x30
	mov	sp, x0
	stp	xzr, xzr, [sp, #-16]!
	mov	x29, sp
	blr	x1
	brk	#1
	.cfi_endproc
	.size ukarch_run_on_stack, . - ukarch_run_on_stack

	/* void arm64_trap_area_set(__u64 *area) */
	.global arm64_trap_area_set
	.type arm64_trap_area_set, @function
arm64_trap_area_set:
	.cfi_startproc
	mov	x1, sp
	msr	spsel, #1
	mov	sp, x0
	msr	spsel, #0
	mov	sp, x1
	adrp	x0, ukarch_trap_vectors
	add	x0, x0, :lo12:ukarch_trap_vectors
	msr	vbar_el1, x0
	isb
	ret
	.cfi_endproc
	.size arm64_trap_area_set, . - arm64_trap_area_set
