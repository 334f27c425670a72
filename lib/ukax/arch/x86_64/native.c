/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers by gdb's numbers (org.gnu.gdb.i386.core, 64 bits), and the return.
 */
#include <uk/essentials.h>
#include "../../native.h"

#define AT(reg) __builtin_offsetof(struct __regs, reg)

static const __u8 offsets[] = {
	AT(rax), AT(rbx), AT(rcx), AT(rdx),    AT(rsi), AT(rdi), AT(rbp),
	AT(rsp), AT(r8),  AT(r9),  AT(r10),    AT(r11), AT(r12), AT(r13),
	AT(r14), AT(r15), AT(rip), AT(eflags), AT(cs),	AT(ss),
};

int uk_ax_reg_offset(unsigned int nr)
{
	return nr < ARRAY_SIZE(offsets) ? offsets[nr] : -1;
}

void native_return_1(struct __regs *regs)
{
	regs->rip = *(const __u64 *)regs->rsp;
	regs->rsp += 8;
	regs->rax = 1;
}
