/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* The state of a CPU of arm64. */
#ifndef __VMM_STATE_H__
#define __VMM_STATE_H__

#include <stdint.h>

/* Parts of the state. */
#define VMM_STATE_GENERAL 0x1u
#define VMM_STATE_SYSTEM 0x2u
#define VMM_STATE_VECTOR 0x8u
#define VMM_STATE_ALL 0xbu

/* Registers of SYSTEM: op0, op1, CRn, CRm, op2 in MRS and MSR; 1: may be
 * written.
 */
#define VMM_SYSTEM_REGISTERS(X)              \
	X(sctlr_el1, 3, 0, 1, 0, 0, 1)       \
	X(cpacr_el1, 3, 0, 1, 0, 2, 1)       \
	X(ttbr0_el1, 3, 0, 2, 0, 0, 1)       \
	X(ttbr1_el1, 3, 0, 2, 0, 1, 1)       \
	X(tcr_el1, 3, 0, 2, 0, 2, 1)         \
	X(esr_el1, 3, 0, 5, 2, 0, 1)         \
	X(far_el1, 3, 0, 6, 0, 0, 1)         \
	X(par_el1, 3, 0, 7, 4, 0, 1)         \
	X(mair_el1, 3, 0, 10, 2, 0, 1)       \
	X(vbar_el1, 3, 0, 12, 0, 0, 1)       \
	X(contextidr_el1, 3, 0, 13, 0, 1, 1) \
	X(tpidr_el1, 3, 0, 13, 0, 4, 1)      \
	X(tpidr_el0, 3, 3, 13, 0, 2, 1)      \
	X(tpidrro_el0, 3, 3, 13, 0, 3, 1)    \
	X(mdscr_el1, 2, 0, 0, 2, 2, 1)       \
	X(midr_el1, 3, 0, 0, 0, 0, 0)        \
	X(mpidr_el1, 3, 0, 0, 0, 5, 0)

struct vmm_state {
	/* GENERAL */
	uint64_t x[31];
	uint64_t sp_el0, sp_el1, pc, pstate;
	/* SYSTEM */
#define X(name, op0, op1, crn, crm, op2, writable) uint64_t name;
	VMM_SYSTEM_REGISTERS(X)
#undef X
	/* VECTOR */
	_Alignas(16) uint8_t v[32][16];
	uint32_t fpsr, fpcr;
};

#define VMM_PSTATE_SP 0x1UL /* sp is sp_el1, at EL1 */

#endif /* __VMM_STATE_H__ */
