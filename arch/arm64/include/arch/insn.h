/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What an instruction asks of an address (Arm ARM C4.1, loads and stores).
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

#endif /* __ARCH_INSN_H__ */
