/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See <uk/arch/ctx.h>.
 */
#include <uk/arch/ctx.h>

	.cfi_sections .debug_frame

	.text
	.global ukarch_ctx_switch
	.type ukarch_ctx_switch, @function
ukarch_ctx_switch:
	.cfi_startproc
	mov	x9, sp
	mrs	x10, daif
	mrs	x11, fpcr
	orr	x10, x10, #ARM64_PSTATE_EL1T
	str	x19, [x0, #152]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	stp	x30, x9, [x0, #UKARCH_REGS_LR]
	stp	x30, x10, [x0, #UKARCH_REGS_PC]
	stp	d8, d9, [x0, #ARM64_CTX_D8]
	stp	d10, d11, [x0, #ARM64_CTX_D8 + 16]
	stp	d12, d13, [x0, #ARM64_CTX_D8 + 32]
	stp	d14, d15, [x0, #ARM64_CTX_D8 + 48]
	str	x11, [x0, #ARM64_CTX_FPCR]

	ldr	x11, [x1, #ARM64_CTX_FPCR]
	ldp	d8, d9, [x1, #ARM64_CTX_D8]
	ldp	d10, d11, [x1, #ARM64_CTX_D8 + 16]
	ldp	d12, d13, [x1, #ARM64_CTX_D8 + 32]
	ldp	d14, d15, [x1, #ARM64_CTX_D8 + 48]
	ldr	x19, [x1, #152]
	ldp	x20, x21, [x1, #160]
	ldp	x22, x23, [x1, #176]
	ldp	x24, x25, [x1, #192]
	ldp	x26, x27, [x1, #208]
	ldp	x28, x29, [x1, #224]
	ldp	x30, x9, [x1, #UKARCH_REGS_LR]
	ldp	x16, x10, [x1, #UKARCH_REGS_PC]
	msr	fpcr, x11
	mov	sp, x9
	msr	daif, x10
	ret	x16	/* no jump: there is no landing pad after a call */
	.cfi_endproc
	.size ukarch_ctx_switch, . - ukarch_ctx_switch

	.global ukarch_ctx_start
	.type ukarch_ctx_start, @function
ukarch_ctx_start:
	.cfi_startproc
	.cfi_undefined x30
	mov	x0, x20
	blr	x19
	brk	#0
	.cfi_endproc
	.size ukarch_ctx_start, . - ukarch_ctx_start
