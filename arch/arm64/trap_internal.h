/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Exception classes and fault status codes (Arm ARM, DDI 0487, D17.2.37
 * ESR_EL1), and what the files of the trap entry share.
 */
#ifndef __TRAP_INTERNAL_H__
#define __TRAP_INTERNAL_H__

/* The trap stack and how it is shared out among nested bad stacks. */
#define TRAP_STACK_LEVEL 16384
#define TRAP_STACK_SIZE (2 * TRAP_STACK_LEVEL)

/* The vector's slot: four kinds of exception from four places. */
#define SLOT_KIND(slot) ((slot)&3)
#define SLOT_SYNC 0
#define SLOT_IRQ 1
#define SLOT_FIQ 2
#define SLOT_SERROR 3

/* Offset of `trap` in struct uk_percpu. */
#define PERCPU_TRAP 128

/* The architecture's part of struct uk_percpu, which SP_EL1 points to. */
#define AREA_X0 0 /* x0–x5 of the interrupted program */
#define AREA_X2 16
#define AREA_X4 32
#define AREA_PAR 48
#define AREA_TRAP_SP 56	  /* top of the trap stack's next level */
#define AREA_TRAP_BASE 64 /* the trap stack's lowest byte */
#define AREA_COUNT 72	  /* how often the levels were used up */

#ifdef __ASSEMBLY__
#include <uk/arch/regs.h>
#include <arch/paging.h>

/* The classes that the entry knows; see below. */
#define EC_HW_BREAK_LOWER 0x30
#define EC_WATCH 0x35
#define EC_BRK 0x3c
#else
#include <uk/arch/trap.h>

#define ESR_EC(esr) ((esr) >> 26 & 0x3f)
#define ESR_EC_COUNT 64
#define ESR_ISS(esr) ((esr)&0x1ffffff)

enum {
	EC_UNKNOWN = 0x00,
	EC_WFX = 0x01,
	EC_FP_ACCESS = 0x07,
	EC_PAC_TRAP = 0x09,
	EC_LS64 = 0x0a,
	EC_BTI = 0x0d,
	EC_ILLEGAL = 0x0e,
	EC_SVC = 0x15,
	EC_HVC = 0x16,
	EC_SMC = 0x17,
	EC_SYSREG = 0x18,
	EC_SVE = 0x19,
	EC_PAC_FAIL = 0x1c,
	EC_SME = 0x1d,
	EC_IABORT_LOWER = 0x20,
	EC_IABORT = 0x21,
	EC_PC_ALIGN = 0x22,
	EC_DABORT_LOWER = 0x24,
	EC_DABORT = 0x25,
	EC_SP_ALIGN = 0x26,
	EC_MOPS = 0x27,
	EC_FP32 = 0x28,
	EC_FP64 = 0x2c,
	EC_SERROR = 0x2f,
	EC_HW_BREAK_LOWER = 0x30,
	EC_HW_BREAK = 0x31,
	EC_STEP_LOWER = 0x32,
	EC_STEP = 0x33,
	EC_WATCH_LOWER = 0x34,
	EC_WATCH = 0x35,
	EC_BRK = 0x3c,
};

/* ISS of aborts and watchpoints */
#define ISS_FSC(esr) ((esr)&0x3f)
#define ISS_WNR (1 << 6)
#define ISS_CM (1 << 8)	  /* cache maintenance: WnR is set whatever it did */
#define ISS_FNV (1 << 10) /* FAR is not valid */

/* Fault status; the two low bits of the first four are a level. */
#define FSC_LEVEL(fsc) ((fsc)&3)
#define FSC_KIND(fsc) ((fsc) >> 2)
#define FSC_KIND_ADDRESS 0
#define FSC_KIND_TRANSLATION 1
#define FSC_KIND_ACCESS_FLAG 2
#define FSC_KIND_PERMISSION 3
#define FSC_EXTERNAL 0x10
#define FSC_TAG 0x11
#define FSC_KIND_EXTERNAL_WALK 5
#define FSC_PARITY 0x18
#define FSC_KIND_PARITY_WALK 7
#define FSC_ALIGNMENT 0x21
#define FSC_TLB_CONFLICT 0x30
#define FSC_UNSUPPORTED 0x35

/* Called by trap_entry.S. */
void ukarch_trap_handle(struct __regs *regs, unsigned long slot);
/* In it: traps of the calling CPU come in from now on. */
void arm64_trap_area_set(__u64 *area);
void __noreturn ukarch_trap_exhausted(unsigned long slot, __vaddr_t pc);
#endif /* !__ASSEMBLY__ */

#endif /* __TRAP_INTERNAL_H__ */
