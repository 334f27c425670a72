/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Vector numbers and error codes (Intel SDM volume 3, 6.15), and what trap.c
 * and trap_decode.c share.
 */
#ifndef __TRAP_INTERNAL_H__
#define __TRAP_INTERNAL_H__

#include <arch/insn.h>
#include <uk/arch/trap.h>

#define TRAP_DE 0
#define TRAP_DB 1
#define TRAP_NMI 2
#define TRAP_BP 3
#define TRAP_UD 6
#define TRAP_NM 7
#define TRAP_DF 8
#define TRAP_TS 10
#define TRAP_NP 11
#define TRAP_SS 12
#define TRAP_GP 13
#define TRAP_PF 14
#define TRAP_MF 16
#define TRAP_AC 17
#define TRAP_MC 18
#define TRAP_XM 19
#define TRAP_CP 21

#define PF_PRESENT 0x01
#define PF_WRITE 0x02
#define PF_USER 0x04
#define PF_RESERVED 0x08
#define PF_INSTR 0x10

/* Called by trap_entry.S. */
struct __regs *ukarch_trap_restack(struct __regs *regs);
void ukarch_trap_handle(struct __regs *regs);

/* Traps were left otherwise than by the way back: perhaps an NMI. */
void ukarch_trap_left(void);

/*
 * The CPU does not say which address a #GP or #SS with error code 0 is about.
 * Finds it in the operand of the instruction: if that is not canonical, or not
 * aligned as it needs, fills access, why, fault_address and align; else changes
 * nothing.
 */
#ifdef CONFIG_X86_GP_OPERAND
void ukarch_trap_operand(struct ukarch_trap_ctx *ctx);

/* Splits the instruction at rip; 0 if it cannot be read or is none. */
int ukarch_trap_insn(const struct __regs *regs, struct x86_insn *in);
#else
static inline int ukarch_trap_insn(const struct __regs *regs __unused,
				   struct x86_insn *in __unused)
{
	return 0;
}

static inline void ukarch_trap_operand(struct ukarch_trap_ctx *ctx __unused)
{
}
#endif

#endif /* __TRAP_INTERNAL_H__ */
