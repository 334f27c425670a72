/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What an instruction asks of an address and of what comes behind it
 * (Arm ARM, DDI 0487, C4.1, loads and stores).
 */
#ifndef __ARCH_INSN_H__
#define __ARCH_INSN_H__

#include <uk/essentials.h>

/**
 * The multiple at which an instruction needs its address, whatever SCTLR_EL1.A
 * says: exclusive and ordered accesses, compare and swap, atomics.
 *
 * @return bytes; 0: any other instruction. Contexts: any.
 */
static inline unsigned int arm64_insn_align(__u32 insn)
{
	unsigned int size = 1U << (insn >> 30);

	if ((insn & 0x3b200c00) == 0x38200000) /* LDADD, SWP, LDAPR, … */
		return size;
	if ((insn & 0x3f000000) != 0x08000000)
		return 0;
	if ((insn & 0x00a00000) == 0x00200000) /* LDXP, STXP, CASP */
		return insn & 1U << 30 ? 16 : 8;
	return size; /* LDXR, LDAR, CAS, … */
}

/**
 * Whether it loads or stores exclusive (LDXR, STLXP, …), not CASP: a trap
 * between the two clears the monitor, and the store fails (B2.9.5).
 *
 * Contexts: any.
 */
static inline int arm64_insn_is_exclusive(__u32 insn)
{
	return (insn & 0x3f800000) == 0x08000000 &&
	       (insn >> 31 || !(insn & 1U << 21));
}

/** Whether it is the load of the two. Contexts: any. */
static inline int arm64_insn_is_load_exclusive(__u32 insn)
{
	return arm64_insn_is_exclusive(insn) && insn & 1U << 22;
}

#endif /* __ARCH_INSN_H__ */
