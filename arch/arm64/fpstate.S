/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See <uk/arch/fpstate.h>.
 */
	.cfi_sections .debug_frame

#define FPSR 512

	.macro all_q insn, base
	\insn	q0, q1, [\base, #0]
	\insn	q2, q3, [\base, #32]
	\insn	q4, q5, [\base, #64]
	\insn	q6, q7, [\base, #96]
	\insn	q8, q9, [\base, #128]
	\insn	q10, q11, [\base, #160]
	\insn	q12, q13, [\base, #192]
	\insn	q14, q15, [\base, #224]
	\insn	q16, q17, [\base, #256]
	\insn	q18, q19, [\base, #288]
	\insn	q20, q21, [\base, #320]
	\insn	q22, q23, [\base, #352]
	\insn	q24, q25, [\base, #384]
	\insn	q26, q27, [\base, #416]
	\insn	q28, q29, [\base, #448]
	\insn	q30, q31, [\base, #480]
	.endm

	.text
	.global ukarch_fpstate_save
	.type ukarch_fpstate_save, @function
ukarch_fpstate_save:
	.cfi_startproc
	all_q	stp, x0
	mrs	x1, fpsr
	mrs	x2, fpcr
	add	x0, x0, #FPSR
	stp	w1, w2, [x0]
	ret
	.cfi_endproc
	.size ukarch_fpstate_save, . - ukarch_fpstate_save

	.global ukarch_fpstate_restore
	.type ukarch_fpstate_restore, @function
ukarch_fpstate_restore:
	.cfi_startproc
	all_q	ldp, x0
	add	x0, x0, #FPSR
	ldp	w1, w2, [x0]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
	.cfi_endproc
	.size ukarch_fpstate_restore, . - ukarch_fpstate_restore

	.global ukarch_fpstate_size
	.type ukarch_fpstate_size, @function
ukarch_fpstate_size:
	.cfi_startproc
	mov	x0, #528
	ret
	.cfi_endproc
	.size ukarch_fpstate_size, . - ukarch_fpstate_size
