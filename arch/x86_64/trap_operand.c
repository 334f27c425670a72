/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The address behind a #GP or #SS: from the operand of the instruction.
 *
 * An address is named only if it explains the fault: because it is not
 * canonical, or not aligned as the instruction needs. What reaches memory by a
 * vector of addresses stays unknown. Instruction bytes are read only where the
 * page tables map them.
 */
#include <uk/arch/paging.h>
#include "trap_internal.h"

#define RSI 6
#define RDI 7

static int read_word(__u64 addr, __u64 *value)
{
	struct uk_page_walk walk;

	if (addr & 7 || uk_page_walk(addr, &walk))
		return 0;
	*value = *(const __u64 *)addr;
	return 1;
}

/* Where an indirect branch or a return leads: FF /2, FF /4, C2, C3. */
static int branch_target(const __u8 *insn, const struct __regs *r,
			 const struct x86_insn *in, __u64 *target)
{
	unsigned int op = in->modrm >> 3 & 7;
	struct x86_operand mem;

	if (in->map != X86_MAP_1 || in->vector)
		return 0;
	if (in->opcode == 0xc2 || in->opcode == 0xc3)
		return read_word(r->rsp, target);
	if (in->opcode != 0xff || (op != 2 && op != 4))
		return 0;
	if (in->modrm >> 6 == 3) {
		*target = x86_reg(r, (in->modrm & 7) | (in->rex & X86_REX_B)
							       << 3);
		return 1;
	}
	return x86_insn_operand(insn, in, &mem) &&
	       read_word(x86_operand_address(in, &mem, r), target);
}

/* Names the address if it is the reason. */
static int refuse(struct ukarch_trap_ctx *ctx, __u64 addr,
		  enum ukarch_trap_access access, unsigned int align)
{
	int canonical = ukarch_vaddr_canonical(addr);

	if (canonical && !(addr & (align - 1)))
		return 0;
	ctx->fault_address = addr;
	ctx->addr_valid = 1;
	ctx->access = access;
	ctx->why = canonical ? UKARCH_WHY_UNALIGNED : UKARCH_WHY_NON_CANONICAL;
	ctx->align = align;
	return 1;
}

/* What an instruction reaches by registers that it does not name. */
static void refuse_implied(struct ukarch_trap_ctx *ctx,
			   const struct x86_insn *in)
{
	static const struct {
		__u8 opcode; /* and the one after */
		__u8 reg;
		__u8 access;
	} strings[] = {
		{ 0x6c, RDI, UKARCH_ACCESS_WRITE }, /* ins */
		{ 0x6e, RSI, UKARCH_ACCESS_READ },  /* outs */
		{ 0xa4, RSI, UKARCH_ACCESS_READ },  /* movs */
		{ 0xa4, RDI, UKARCH_ACCESS_WRITE },
		{ 0xa6, RSI, UKARCH_ACCESS_READ }, /* cmps */
		{ 0xa6, RDI, UKARCH_ACCESS_READ },
		{ 0xaa, RDI, UKARCH_ACCESS_WRITE }, /* stos */
		{ 0xac, RSI, UKARCH_ACCESS_READ },  /* lods */
		{ 0xae, RDI, UKARCH_ACCESS_READ },  /* scas */
	};

	if (in->map != X86_MAP_1 || in->vector)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(strings); i++)
		if ((in->opcode & 0xfe) == strings[i].opcode &&
		    refuse(ctx, x86_reg(ctx->regs, strings[i].reg),
			   strings[i].access, 1))
			return;
	/* the rest is the stack's: push, pop, call, ret, leave */
	refuse(ctx, ctx->regs->rsp, UKARCH_ACCESS_NONE, 1);
}

int ukarch_trap_insn(const struct __regs *regs, struct x86_insn *in)
{
	const __u8 *insn = (const __u8 *)regs->rip;
	__vaddr_t page_end = (regs->rip & __PAGE_MASK) + __PAGE_SIZE;
	__sz len = X86_INSN_MAX;
	struct uk_page_walk walk;

	if (uk_page_walk(regs->rip, &walk))
		return 0;
	if (regs->rip + len > page_end && uk_page_walk(page_end, &walk))
		len = page_end - regs->rip;
	return x86_insn_decode(insn, len, in);
}

void ukarch_trap_operand(struct ukarch_trap_ctx *ctx)
{
	const struct __regs *r = ctx->regs;
	const __u8 *insn = (const __u8 *)r->rip;
	struct x86_operand op;
	struct x86_insn in;
	__u64 target;

	if (!ukarch_vaddr_canonical(r->rip)) {
		refuse(ctx, r->rip, UKARCH_ACCESS_EXEC, 1);
		return;
	}
	if (!ukarch_trap_insn(r, &in))
		return;
	if (branch_target(insn, r, &in, &target) &&
	    refuse(ctx, target, UKARCH_ACCESS_EXEC, 1))
		return;
	if (!x86_insn_operand(insn, &in, &op))
		refuse_implied(ctx, &in);
	else if (op.access != UKARCH_ACCESS_NONE &&
		 !refuse(ctx, x86_operand_address(&in, &op, r), op.access,
			 op.align))
		refuse_implied(ctx, &in);
}
