/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The memory that an instruction accesses, before it does.
 */
#ifndef __GDB_X86_ACCESS_H__
#define __GDB_X86_ACCESS_H__

#include <arch/insn.h>
#include <uk/arch/regs.h>

struct x86_access {
	__u64 addr;
	__u64 len;
};

/* movs and cmps have two, and so has a push or call of memory. */
#define X86_ACCESSES 2

/**
 * Finds them: the operand in memory, and what the stack and string
 * instructions access. Addresses by a vector register (gather) are not known; a
 * vector operand counts with its register's length.
 *
 * @param in the instruction, or NULL: nothing is known
 * @param insn its bytes
 * @param acc receives what is found
 * @return how many
 */
unsigned int x86_accesses(const struct x86_insn *in, const __u8 *insn,
			  const struct __regs *regs, struct x86_access *acc);

#endif /* __GDB_X86_ACCESS_H__ */
