/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Numbers of the registers: their places in the table of regs.c.
 */
#ifndef __GDB_ARM64_REGS_H__
#define __GDB_ARM64_REGS_H__

#include "../../../session/gdb_target.h"

/* What says which one of several CPUs this is: a debugger puts back what it
 * read when the thread was on another, perhaps, and that changes nothing (2).
 */
#ifdef CONFIG_HAVE_SMP
#define CPU_RW 2
#define CPU_RO 2
#else
#define CPU_RW 1
#define CPU_RO 0
#endif

/* System registers: gdb's name is the manual's in lower case. The second
 * argument is 1 where a debugger may write.
 */
/* clang-format off */
#define SYSTEM_REGISTERS(_)	\
	_(sctlr_el1, 1)	\
	_(tcr_el1, 1)	\
	_(ttbr0_el1, 1)	\
	_(ttbr1_el1, 1)	\
	_(mair_el1, 1)	\
	_(vbar_el1, 1)	\
	_(cpacr_el1, 1)	\
	_(esr_el1, 1)	\
	_(far_el1, 1)	\
	_(par_el1, 1)	\
	_(contextidr_el1, 1)	\
	_(tpidr_el1, CPU_RW)	\
	_(tpidrro_el0, 1)	\
	_(mdscr_el1, 0)	\
	_(midr_el1, 0)	\
	_(mpidr_el1, CPU_RO)	\
	_(cntfrq_el0, 0)
/* clang-format on */

#define COUNT(name, writable) +1
enum {
	X0,
	LR = 30,
	SP,
	PC,
	CPSR,
	V0,
	FPSR = V0 + 32,
	FPCR,
	TPIDR,
#ifdef CONFIG_BRANCH_PROTECTION
	PAUTH_DMASK,
	PAUTH_CMASK,
#endif
	SYSTEM,
	N_REGS = SYSTEM + (0 SYSTEM_REGISTERS(COUNT)),
};

extern const struct gdb_reg_desc gdb_arch_regs[N_REGS];

#endif /* __GDB_ARM64_REGS_H__ */
