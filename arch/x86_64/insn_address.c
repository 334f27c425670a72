/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where an operand is, by the registers of the program (SDM volume 1, 3.7.5).
 */
#include <arch/insn.h>
#include <uk/arch/tls.h>

#define MSR_GS_BASE 0xc0000101

__u64 x86_reg(const struct __regs *r, unsigned int n)
{
	const __u64 values[16] = {
		r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi,
		r->r8,	r->r9,	r->r10, r->r11, r->r12, r->r13, r->r14, r->r15,
	};

	return n < ARRAY_SIZE(values) ? values[n] : 0;
}

static __u64 segment_base(__u8 segment)
{
	__u32 lo, hi;

	if (segment != 0x65)
		return segment ? ukarch_tls_pointer() : 0;
	__asm__ __volatile__("rdmsr" : "=a"(lo), "=d"(hi) : "c"(MSR_GS_BASE));
	return (__u64)hi << 32 | lo;
}

__u64 x86_operand_address(const struct x86_insn *in,
			  const struct x86_operand *op,
			  const struct __regs *regs)
{
	__u64 addr = x86_reg(regs, op->base) +
		     (x86_reg(regs, op->index) << op->shift) + (__u64)op->disp;

	if (op->base == X86_RIP)
		addr += regs->rip + in->len;
	if (in->addr32)
		addr = (__u32)addr;
	return addr + segment_base(in->segment);
}
