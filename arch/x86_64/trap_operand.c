/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The address behind a #GP: from the operand of the instruction.
 *
 * Knows the encodings by which compilers reach memory: one- and two-byte
 * opcodes with ModRM, string instructions, ret, push and pop (Intel SDM volume
 * 2, 2.1). It does not know VEX and EVEX encodings or segment overrides; for
 * those the address stays unknown. Instruction bytes are read only where the
 * page tables map them.
 */
#include <uk/arch/paging.h>
#include "trap_internal.h"

#define INSN_MAX 15

struct insn {
	const __u8 *p, *end;
	__u8 rex;
	__u8 modrm;
	int two_byte;
	__u8 opcode;
};

static int next(struct insn *in, __u8 *byte)
{
	if (in->p >= in->end)
		return 0;
	*byte = *in->p++;
	return 1;
}

/* Prefixes, REX and opcode. */
static int fetch_opcode(struct insn *in)
{
	__u8 b;

	do {
		if (!next(in, &b))
			return 0;
	} while (b == 0x66 || b == 0xf2 || b == 0xf3 || b == 0xf0);
	if ((b & 0xf0) == 0x40) {
		in->rex = b;
		if (!next(in, &b))
			return 0;
	}
	in->two_byte = b == 0x0f;
	if (in->two_byte && !next(in, &b))
		return 0;
	in->opcode = b;
	return 1;
}

static __u64 reg_value(const struct __regs *r, unsigned int n)
{
	const __u64 values[16] = {
		r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi,
		r->r8,	r->r9,	r->r10, r->r11, r->r12, r->r13, r->r14, r->r15,
	};

	return values[n];
}

static int fetch_disp(struct insn *in, unsigned int bytes, __s64 *disp)
{
	__u32 v = 0;
	__u8 b;

	for (unsigned int i = 0; i < bytes; i++) {
		if (!next(in, &b))
			return 0;
		v |= (__u32)b << (8 * i);
	}
	*disp = bytes == 1 ? (__s8)v : (__s32)v;
	return 1;
}

/* The effective address that ModRM, SIB and displacement say (SDM 2.1.5). */
static int modrm_address(struct insn *in, const struct __regs *r, __u64 *addr)
{
	unsigned int mod, rm;
	__s64 disp = 0;
	__u64 base = 0, index = 0;

	if (!next(in, &in->modrm))
		return 0;
	mod = in->modrm >> 6;
	rm = in->modrm & 7;
	if (mod == 3)
		return 0;

	if (rm == 4) {
		unsigned int x;
		__u8 sib;

		if (!next(in, &sib))
			return 0;
		x = (sib >> 3 & 7) | (in->rex & 2) << 2;
		if (x != 4)
			index = reg_value(r, x) << (sib >> 6);
		rm = sib & 7;
	} else if (rm == 5 && mod == 0) {
		return 0; /* relative to RIP: never non-canonical */
	}
	if (rm == 5 && mod == 0)
		mod = 2; /* SIB without base: a 32-bit displacement */
	else
		base = reg_value(r, rm | (in->rex & 1) << 3);
	if (!fetch_disp(in, mod == 1 ? 1 : mod == 2 ? 4 : 0, &disp))
		return 0;
	*addr = base + index + (__u64)disp;
	return 1;
}

/* Near call and jump through a register or memory: FF /2 and FF /4. */
static int is_branch(const struct insn *in)
{
	unsigned int op = in->modrm >> 3 & 7;

	return !in->two_byte && in->opcode == 0xff && (op == 2 || op == 4);
}

static int writes_memory(const struct insn *in)
{
	__u8 op = in->opcode;

	if (in->two_byte) /* movups, movaps, movnti, movdqa, movq to memory */
		return op == 0x11 || op == 0x29 || op == 0xc3 || op == 0x7f ||
		       op == 0xd6 || op == 0xe7 || op == 0x7e || op == 0x2b;
	if (op < 0x40)
		return !(op & 2) && op < 0x38;
	return op == 0x88 || op == 0x89 || op == 0xc6 || op == 0xc7 ||
	       (op >= 0x80 && op <= 0x83 && (in->modrm >> 3 & 7) != 7);
}

/* A register-indirect branch, or a return, to a non-canonical target. */
static int branch_target(struct insn *in, const struct __regs *r, __u64 *target)
{
	struct uk_page_walk walk;

	if (!in->two_byte && in->opcode == 0xc3 && !(r->rsp & 7) &&
	    !uk_page_walk(r->rsp, &walk)) {
		*target = *(const __u64 *)r->rsp;
		return 1;
	}
	if (in->two_byte || in->opcode != 0xff || in->p >= in->end)
		return 0;
	in->modrm = *in->p;
	if (!is_branch(in) || in->modrm >> 6 != 3)
		return 0;
	*target = reg_value(r, (in->modrm & 7) | (in->rex & 1) << 3);
	return 1;
}

static int has_modrm(const struct insn *in)
{
	__u8 op = in->opcode;

	if (in->two_byte)
		return (op & 0xf0) != 0x80 && op != 0x05 && op != 0x0b;
	if (op < 0x40)
		return (op & 7) < 4;
	return op == 0x63 || op == 0x69 || op == 0x6b ||
	       (op >= 0x80 && op <= 0x8f) || op == 0xc0 || op == 0xc1 ||
	       op == 0xc6 || op == 0xc7 || (op >= 0xd0 && op <= 0xd3) ||
	       op == 0xf6 || op == 0xf7 || op == 0xfe || op == 0xff;
}

/* mov between the accumulator and an address in the instruction: A0–A3. */
static int moffs_address(struct insn *in, __u64 *addr)
{
	__u8 b;

	*addr = 0;
	for (unsigned int i = 0; i < 8; i++) {
		if (!next(in, &b))
			return 0;
		*addr |= (__u64)b << (8 * i);
	}
	return 1;
}

static void refuse(struct ukarch_trap_ctx *ctx, __u64 addr,
		   enum ukarch_trap_access access)
{
	if (ukarch_vaddr_canonical(addr))
		return;
	ctx->fault_address = addr;
	ctx->addr_valid = 1;
	ctx->access = access;
	ctx->why = UKARCH_WHY_NON_CANONICAL;
}

void ukarch_trap_operand(struct ukarch_trap_ctx *ctx)
{
	const struct __regs *r = ctx->regs;
	__vaddr_t page_end = (r->rip & __PAGE_MASK) + __PAGE_SIZE;
	struct uk_page_walk walk;
	struct insn in = { .p = (const __u8 *)r->rip };
	__u64 addr;

	if (uk_page_walk(r->rip, &walk)) {
		refuse(ctx, r->rip, UKARCH_ACCESS_EXEC);
		return;
	}
	in.end = in.p + INSN_MAX;
	if ((__vaddr_t)in.end > page_end && uk_page_walk(page_end, &walk))
		in.end = (const __u8 *)page_end;
	if (!fetch_opcode(&in))
		return;

	if (branch_target(&in, r, &addr)) {
		refuse(ctx, addr, UKARCH_ACCESS_EXEC);
		return;
	}
	if (!in.two_byte && (in.opcode & 0xfe) == 0xa4) { /* movs */
		refuse(ctx, r->rsi, UKARCH_ACCESS_READ);
		refuse(ctx, r->rdi, UKARCH_ACCESS_WRITE);
		return;
	}
	if (!in.two_byte && (in.opcode & 0xfe) == 0xaa) { /* stos */
		refuse(ctx, r->rdi, UKARCH_ACCESS_WRITE);
		return;
	}
	if (!in.two_byte && (in.opcode & 0xfc) == 0xa0) {
		if (moffs_address(&in, &addr))
			refuse(ctx, addr,
			       (in.opcode & 2) ? UKARCH_ACCESS_WRITE
					       : UKARCH_ACCESS_READ);
		return;
	}
	if (has_modrm(&in) && modrm_address(&in, r, &addr))
		refuse(ctx, addr,
		       writes_memory(&in) ? UKARCH_ACCESS_WRITE
					  : UKARCH_ACCESS_READ);
	else if (!ukarch_vaddr_canonical(r->rsp))
		refuse(ctx, r->rsp, UKARCH_ACCESS_NONE);
}
