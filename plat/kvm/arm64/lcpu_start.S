/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where a CPU begins that PSCI's CPU_ON woke (Arm DEN0022, 6.4): at EL1 or
 * EL2, MMU off, x0 = its number. An exception before it has a handler ends the
 * machine.
 */
	.cfi_sections .debug_frame

	.macro address reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

	.section .text.boot, "ax", @progbits
	.global kvm_lcpu_start
	.type kvm_lcpu_start, @function
kvm_lcpu_start:
	.cfi_startproc
	.cfi_undefined x30
	mov	x19, x0
	mrs	x0, currentel
	cmp	x0, #(2 << 2)
	b.ne	1f
	bl	kvm_leave_el2
1:	msr	daifset, #15
	msr	spsel, #0
	msr	tpidrro_el0, xzr
	address	x0, kvm_boot_vectors
	msr	vbar_el1, x0
	mov	x0, #(3 << 20)		/* CPACR_EL1.FPEN: no traps */
	msr	cpacr_el1, x0
	address	x0, kvm_lcpu_root
	ldr	x9, [x0]
	bl	kvm_mmu_on
	address	x0, plat_lcpu_sp
	ldr	x0, [x0, x19, lsl #3]
	mov	sp, x0
	mov	x29, #0
#ifdef CONFIG_BRANCH_PROTECTION
	bl	ukarch_protect
#endif
	mov	x30, #0
	mov	x0, x19
	bl	plat_lcpu_main
	brk	#0
	.cfi_endproc
	.size kvm_lcpu_start, . - kvm_lcpu_start
