/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers by gdb's numbers (org.gnu.gdb.aarch64.core): x0 to x30, sp, pc and
 * cpsr, in the order of struct __regs; and the return.
 */
#include "../../native.h"

int uk_ax_reg_offset(unsigned int nr)
{
	return nr <= 33 ? (int)nr * 8 : -1;
}

void native_return_1(struct __regs *regs)
{
	regs->pc = regs->lr;
	regs->x[0] = 1;
}
