/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * void ukarch_protect(void) (<arch/lcpu.h>): pointer authentication, with
 * one key for all CPUs, as threads move between them. Assembly, because a
 * function that was entered without signatures cannot return with them. Landing
 * pads need nothing here: they are a bit of page tables (<arch/paging.h>).
 */
	.cfi_sections .debug_frame

/* ID registers (Arm ARM, DDI 0487, D17.2): fields of four bits */
#define ISAR1_PAUTH 0xff0    /* APA, API */
#define ISAR2_PAUTH 0xf000   /* APA3 */
#define ISAR0_RNDR_SHIFT 60

#define SCTLR_ENIA_BIT 31

	.text
	.global ukarch_protect
	.type ukarch_protect, @function
ukarch_protect:
	.cfi_startproc
	hint	#34			/* bti c */
	mrs	x0, id_aa64isar1_el1
	mrs	x1, s3_0_c0_c6_2	/* ID_AA64ISAR2_EL1 */
	and	x0, x0, #ISAR1_PAUTH
	and	x1, x1, #ISAR2_PAUTH
	orr	x0, x0, x1
	cbz	x0, 3f
	adrp	x0, key
	add	x0, x0, :lo12:key
	ldp	x1, x2, [x0]
	cbnz	x1, 2f			/* the first CPU has made it */
	mrs	x3, cntvct_el0
	movz	x4, #0x7c15
	movk	x4, #0x7f4a, lsl #16
	movk	x4, #0x79b9, lsl #32
	movk	x4, #0x9e37, lsl #48
	mul	x1, x3, x4		/* spreads its few random bits */
	mul	x2, x1, x4
	mrs	x3, id_aa64isar0_el1
	lsr	x3, x3, #ISAR0_RNDR_SHIFT
	cbz	x3, 1f
	mrs	x3, s3_3_c2_c4_0	/* RNDR; 0 where it fails */
	eor	x1, x1, x3
	mrs	x3, s3_3_c2_c4_0
	eor	x2, x2, x3
1:	orr	x1, x1, #1
	stp	x1, x2, [x0]
2:	msr	s3_0_c2_c1_0, x1	/* APIAKeyLo_EL1 */
	msr	s3_0_c2_c1_1, x2	/* APIAKeyHi_EL1 */
	/* The bits of a signature, for debuggers at a hypervisor's stub that
	 * does not give them: TTBR1_EL1 is not used otherwise (TCR_EL1.EPD1).
	 */
	mov	x1, #0xff7f000000000000
	msr	ttbr1_el1, x1
	mrs	x1, sctlr_el1
	orr	x1, x1, #(1 << SCTLR_ENIA_BIT)
	msr	sctlr_el1, x1
	isb
3:	ret
	.cfi_endproc
	.size ukarch_protect, . - ukarch_protect

	.bss
	.balign 16
	.type key, @object
key:
	.skip	16
	.size key, . - key
