/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From the loader to C. Entered at EL1, EL2 or EL3 with MMU and caches off, x0 =
 * physical address of the device tree (Linux' Documentation/arm64/booting) or
 * 0 if the image was loaded as an ELF. Leaves EL3, to secure EL1, or EL2, lets
 * floating point through, checks that the whole image is in memory, and turns on the MMU with tables that map the low 255 GiB one to
 * one, the first as devices, until plat_paging_init() replaces that.
 *
 * Until ukarch_trap_init() every exception ends the machine with status 71 and
 * the text at TPIDRRO_EL0, which nothing else uses by then.
 */
#include <uk/arch/regs.h>
#include <uk/plat/lcpu.h>
#include <arch/paging.h>
#include "kvm_arm64.h"

	.cfi_sections .debug_frame

/* Reserved bits that are one, and alignment of sp checked (bit 3). */
#define SCTLR_RES1 0x30d00800
#define SCTLR_SA (1 << 3)
#define SCTLR_M (1 << 0)
#define SCTLR_C (1 << 2)
#define SCTLR_I (1 << 12)
#define SCTLR_ON (SCTLR_RES1 | SCTLR_SA | SCTLR_M | SCTLR_C | SCTLR_I)

/* 48 bit addresses through TTBR0, none through TTBR1 (EPD1); walks cached. */
#define TCR_T0SZ 16
#define TCR_WALK_CACHED (1 << 8 | 1 << 10 | 3 << 12)
#define TCR_T1SZ (16 << 16)
#define TCR_EPD1 (1 << 23)
#define TCR_TG1_4K (2 << 30)
#define TCR_VALUE                                                              \
	(TCR_T0SZ | TCR_WALK_CACHED | TCR_T1SZ | TCR_EPD1 | TCR_TG1_4K)
#define TCR_IPS_SHIFT 32
#define PARANGE_48 5

#define TABLE_SIZE 4096
#define BOOT_GIB KVM_BOOT_GIB

#define PTE_BOOT (UKARCH_PTE_VALID | UKARCH_PTE_AF | UKARCH_PTE_NG | \
		  1 << UKARCH_PTE_UXN_BIT)
#define PTE_BOOT_CODE (PTE_BOOT | UKARCH_PTE_INNER)
#define PTE_BOOT_DATA (PTE_BOOT_CODE | 1 << UKARCH_PTE_PXN_BIT)
#define PTE_BOOT_DEVICE (PTE_BOOT | UKARCH_PTE_DEVICE | 1 << UKARCH_PTE_PXN_BIT)

	.macro mov64 reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #((\value) >> 16 & 0xffff), lsl #16
	movk	\reg, #((\value) >> 32 & 0xffff), lsl #32
	movk	\reg, #((\value) >> 48 & 0xffff), lsl #48
	.endm

	.macro address reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

	.macro why text
	address	x0, \text
	msr	tpidrro_el0, x0
	.endm

	.section .text.boot, "ax", @progbits
	.global _start
	.type _start, @function
_start:
	.cfi_startproc
	.cfi_undefined x30
	/* The header of a flat image; harmless in an ELF. */
	b	.Lentry
	.long	0
	.quad	_start - 0x40000000	/* offset from the start of RAM */
	.quad	_end - _start
	.quad	2			/* little-endian, 4 KiB pages */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

.Lentry:
	mov	x19, x0
	mrs	x0, currentel
	cmp	x0, #(3 << 2)
	b.ne	1f
	bl	leave_el3
	b	2f
1:	cmp	x0, #(2 << 2)
	b.ne	2f
	bl	kvm_leave_el2
2:	msr	daifset, #15
	msr	spsel, #0
	why	no_memory
	address	x0, kvm_boot_vectors
	msr	vbar_el1, x0
	isb
	address	x0, _end - 8
	ldr	x1, [x0]
	str	x1, [x0]
	dsb	sy
	isb
	why	no_features
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #16, #4
	cmp	x0, #15			/* no floating point */
	b.eq	boot_failed
	mrs	x0, id_aa64mmfr0_el1
	ubfx	x0, x0, #28, #4
	cmp	x0, #15			/* no 4 KiB granule */
	b.eq	boot_failed
	why	no_handler
	mov	x0, #(3 << 20)		/* CPACR_EL1.FPEN: no traps */
	msr	cpacr_el1, x0
	bl	boot_tables
	address	x9, boot_l3
	bl	kvm_mmu_on

	/* A reset leaves memory as it was. */
	address	x0, _bss
	address	x1, _ebss
3:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	3b

	address	x0, plat_main_stack + 4096 + CONFIG_STACK_SIZE_KB * 1024
	mov	sp, x0
	mov	x29, #0
#ifdef CONFIG_BRANCH_PROTECTION
	bl	ukarch_protect
#endif
	mov	x30, #0
	mov	x0, x19
	bl	kvm_setup
	brk	#0
	.cfi_endproc
	.size _start, . - _start

	/* All CPUs come here at once, and the first goes on. Returns at
	 * secure EL1, where a GICv2 looks as one without security
	 * does. A GICv3 does not.
	 */
	.type leave_el3, @function
leave_el3:
	.cfi_startproc
	mrs	x0, mpidr_el1
	tst	x0, #0xffffff
	b.eq	2f
1:	wfi
	b	1b
2:	why	gicv3_at_el3
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #24, #4		/* GICv3 system registers */
	cbnz	x0, boot_failed
	mov64	x0, 0x304b0		/* SCR_EL3: RW, SMC undefined, RES1, API, APK */
	msr	scr_el3, x0
	msr	cptr_el3, xzr
	msr	mdcr_el3, xzr
	mov64	x0, SCTLR_RES1
	msr	sctlr_el1, x0
	mov	x0, #0x3c5		/* EL1h, everything masked */
	msr	spsr_el3, x0
	msr	elr_el3, x30
	eret
	.cfi_endproc
	.size leave_el3, . - leave_el3

	/* An exception, or a jump here. Another exception on the way, such as
	 * where there is no semihosting, goes on with the next step.
	 */
	.type boot_failed, @function
boot_failed:
	.cfi_startproc
	mrs	x4, tpidrro_el0
	cbz	x4, 3f
	cmp	x4, #2
	b.lo	4f
	b.eq	5f
	msr	tpidrro_el0, xzr
	mov	x2, #KVM_UART
	address	x1, failed_text
1:	ldrb	w0, [x1], #1
	cbz	w0, 2f
	str	w0, [x2]
	b	1b
2:	mov	x1, x4
	mov	x4, #0
	cbnz	x1, 1b
	address	x1, exit_block
	mov	w0, #KVM_SEMIHOSTING_EXIT_EXTENDED
	hlt	#0xf000
3:	mov	x0, #1
	msr	tpidrro_el0, x0
	mov64	x0, KVM_PSCI_SYSTEM_OFF
	smc	#0
4:	mov	x0, #2
	msr	tpidrro_el0, x0
	mov64	x0, KVM_PSCI_SYSTEM_OFF
	hvc	#0
5:	wfi
	b	5b
	.cfi_endproc
	.size boot_failed, . - boot_failed

	.balign 2048
	.global kvm_boot_vectors
kvm_boot_vectors:
	.rept	16
	.balign	128
	b	boot_failed
	.endr

	.section .rodata
	.balign 8
exit_block:
	.quad	KVM_SEMIHOSTING_APPLICATION_EXIT, UKPLAT_STATUS_SETUP
failed_text:
	.asciz	"boot failed: "
no_memory:
	.asciz	"the image does not fit into memory\n"
no_features:
	.asciz	"the CPU lacks floating point or pages of 4 KiB\n"
no_handler:
	.asciz	"an exception before there is a handler for it\n"
gicv3_at_el3:
	.asciz	"entered at EL3 with a GICv3; use virt without secure=on\n"

	.section .text.boot, "ax", @progbits
	/* Returns at EL1; everything that EL2 could trap or shift is let be
	 * (Arm ARM, DDI 0487, D17.2).
	 */
	.global kvm_leave_el2
	.type kvm_leave_el2, @function
kvm_leave_el2:
	.cfi_startproc
	mov64	x0, SCTLR_RES1
	msr	sctlr_el1, x0
	mov64	x0, (1 << 31 | 3 << 40)	/* HCR_EL2: EL1 is AArch64; API, APK */
	msr	hcr_el2, x0
	mov	x0, #3			/* EL1 may use counter and timer */
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mov	x0, #0x33ff		/* CPTR_EL2: floating point */
	msr	cptr_el2, x0
	msr	hstr_el2, xzr
	msr	mdcr_el2, xzr
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #24, #4		/* GICv3 system registers */
	cbz	x0, 1f
	mov	x0, #9			/* ICC_SRE_EL2: SRE, Enable */
	msr	s3_4_c12_c9_5, x0
	isb
1:	mov	x0, #0x3c5		/* EL1h, everything masked */
	msr	spsr_el2, x0
	msr	elr_el2, x30
	eret
	.cfi_endproc
	.size kvm_leave_el2, . - kvm_leave_el2

	/* Fills the boot tables: the first GiB as devices, the second, where
	 * the image is, executable, up to BOOT_GIB as memory. Written past the
	 * caches, which must not hold an older copy afterwards.
	 */
	.type boot_tables, @function
boot_tables:
	.cfi_startproc
	address	x0, boot_l3
	add	x1, x0, #TABLE_SIZE	/* boot_l2 */
	add	x2, x1, #TABLE_SIZE
	mov	x3, x0
1:	stp	xzr, xzr, [x3], #16
	cmp	x3, x2
	b.lo	1b

	add	x3, x1, #(UKARCH_PTE_TABLE + UKARCH_PTE_VALID)
	str	x3, [x0]
	mov64	x4, PTE_BOOT_DEVICE
	mov64	x5, (PTE_BOOT_CODE | 1 << 30)
	stp	x4, x5, [x1], #16
	mov64	x3, (PTE_BOOT_DATA | 2 << 30)
	mov	x4, #(1 << 30)
	mov	x5, #(BOOT_GIB - 2)
2:	str	x3, [x1], #8
	add	x3, x3, x4
	subs	x5, x5, #1
	b.ne	2b

	dmb	sy
	mrs	x3, ctr_el0
	ubfx	x3, x3, #16, #4		/* DminLine: log2 of words */
	mov	x4, #4
	lsl	x3, x4, x3
3:	dc	ivac, x0
	add	x0, x0, x3
	cmp	x0, x2
	b.lo	3b
	dsb	sy
	ret
	.cfi_endproc
	.size boot_tables, . - boot_tables

	/* x9 = root */
	.global kvm_mmu_on
	.type kvm_mmu_on, @function
kvm_mmu_on:
	.cfi_startproc
	mov	x0, #UKARCH_MAIR
	msr	mair_el1, x0
	mrs	x1, id_aa64mmfr0_el1
	and	x1, x1, #15
	mov	x2, #PARANGE_48
	cmp	x1, x2
	csel	x1, x1, x2, lo
	mov64	x0, TCR_VALUE
	orr	x0, x0, x1, lsl #TCR_IPS_SHIFT
	msr	tcr_el1, x0
	msr	ttbr0_el1, x9
	msr	ttbr1_el1, xzr
	dsb	ish
	tlbi	vmalle1
	ic	iallu
	dsb	ish
	isb
	mov64	x0, SCTLR_ON
	msr	sctlr_el1, x0
	isb
	ret
	.cfi_endproc
	.size kvm_mmu_on, . - kvm_mmu_on

	/* Calls to the firmware or a debugger outside, see shutdown.c. Each
	 * starts with the instruction that traps if neither answers.
	 */
	.macro outside name, insn:vararg
	.text
	.global \name
	.type \name, @function
\name:
	.cfi_startproc
	\insn
	ret
	.cfi_endproc
	.size \name, . - \name
	.endm

	outside	kvm_call_semihosting, hlt #0xf000
	outside	kvm_call_hvc, hvc #0
	outside	kvm_call_smc, smc #0

	/* Not zeroed with the rest of .bss, for they are in use by then. */
	.section .bss.noclear, "aw", @nobits
	.balign 4096
	.type boot_l3, @object
boot_l3:
	.skip	TABLE_SIZE
	.size boot_l3, . - boot_l3

	.type boot_l2, @object
boot_l2:
	.skip	TABLE_SIZE
	.size boot_l2, . - boot_l2
