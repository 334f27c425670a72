/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers by gdb's numbers (org.gnu.gdb.aarch64.core): x0 to x30, sp, pc and
 * cpsr, in the order of struct __regs.
 */
#include "../../probe_internal.h"

int probe_arch_reg(const struct __regs *regs, unsigned int nr, __u64 *value)
{
	if (nr > 33)
		return -ENOENT;
	*value = ((const __u64 *)regs)[nr];
	return 0;
}

int probe_arch_is_insn(__vaddr_t addr, __vaddr_t start __unused)
{
	return addr % 4 == 0;
}
