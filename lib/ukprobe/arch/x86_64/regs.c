/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers by gdb's numbers (org.gnu.gdb.i386.core, 64 bits), and where
 * instructions begin.
 */
#include <arch/insn.h>
#include <uk/break.h>
#include <uk/nofault.h>
#include "../../probe_internal.h"

#define AT(reg) __builtin_offsetof(struct __regs, reg)

static const __u8 offsets[] = {
	AT(rax), AT(rbx), AT(rcx), AT(rdx),    AT(rsi), AT(rdi), AT(rbp),
	AT(rsp), AT(r8),  AT(r9),  AT(r10),    AT(r11), AT(r12), AT(r13),
	AT(r14), AT(r15), AT(rip), AT(eflags), AT(cs),	AT(ss),
};

int probe_arch_reg(const struct __regs *regs, unsigned int nr, __u64 *value)
{
	if (nr >= ARRAY_SIZE(offsets))
		return -ENOENT;
	*value = *(const __u64 *)((const char *)regs + offsets[nr]);
	return 0;
}

/* From the function's begin on, each instruction has to be decoded. */
int probe_arch_is_insn(__vaddr_t addr, __vaddr_t start)
{
	__vaddr_t at = start ? start : addr;
	struct x86_insn in;
	__u8 code[X86_INSN_MAX];
	__sz n;

	while (at < addr) {
		n = uk_nofault_memcpy((char *)code, (const char *)at,
				      sizeof(code), 0);
		uk_break_hide(at, code, n);
		if (!x86_insn_decode(code, n, &in))
			return 0;
		at += in.len;
	}
	return at == addr;
}
