/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Instructions under breakpoints, executed elsewhere (Arm ARM, DDI 0487, C4:
 * encodings by group). What names its own place, branches and the address of a
 * literal, is done here; the rest is copied, and a branch after the copy
 * leads back.
 */
#include <errno.h>
#include <string.h>
#include <arch/insn.h>
#include <uk/arch/lcpu.h>
#include <uk/nofault.h>
#include <uk/plat/image.h>
#include "../../break_internal.h"

/* brk #0 */
const __u8 break_arch_insn[] = { 0x00, 0x00, 0x20, 0xd4 };
const unsigned int uk_break_len = 4;

enum {
	OP_B,
	OP_BL,
	OP_B_COND,
	OP_CB,
	OP_TB,
	OP_ADR,
	OP_LDR_LITERAL,
	OP_BR,
	OP_NOP,
};

#define PSTATE_N (1UL << 31)
#define PSTATE_Z (1UL << 30)
#define PSTATE_C (1UL << 29)
#define PSTATE_V (1UL << 28)

__vaddr_t __nobreak uk_break_pc(const struct __regs *regs)
{
	return regs->pc;
}

static __s64 __nobreak sext(__u64 v, unsigned int bits)
{
	return (__s64)(v << (64 - bits)) >> (64 - bits);
}

static __u32 __nobreak field(__u32 insn, unsigned int lsb, unsigned int bits)
{
	return insn >> lsb & ((1U << bits) - 1);
}

/* The op of an instruction that names its place, with its target; or -1. */
static int place_op(__u32 w, __vaddr_t pc, __vaddr_t *target)
{
	if ((w & 0x7c000000) == 0x14000000) { /* C4.1.65: b, bl */
		*target = pc + sext(w & 0x3ffffff, 26) * 4;
		return w >> 31 ? OP_BL : OP_B;
	}
	if ((w & 0xff000000) == 0x54000000) {
		*target = pc + sext(field(w, 5, 19), 19) * 4;
		return OP_B_COND;
	}
	if ((w & 0x7e000000) == 0x34000000) { /* cbz, cbnz */
		*target = pc + sext(field(w, 5, 19), 19) * 4;
		return OP_CB;
	}
	if ((w & 0x7e000000) == 0x36000000) { /* tbz, tbnz */
		*target = pc + sext(field(w, 5, 14), 14) * 4;
		return OP_TB;
	}
	if ((w & 0x1f000000) == 0x10000000) { /* adr, adrp */
		__s64 imm = sext(field(w, 5, 19) << 2 | field(w, 29, 2), 21);

		*target = w >> 31 ? (pc & __PAGE_MASK) + imm * 4096 : pc + imm;
		return OP_ADR;
	}
	if ((w & 0xbf000000) == 0x18000000 || (w & 0xff000000) == 0x98000000 ||
	    (w & 0xff000000) == 0xd8000000) { /* ldr, ldrsw, prfm literal */
		*target = pc + sext(field(w, 5, 19), 19) * 4;
		return w >> 30 == 3 ? OP_NOP : OP_LDR_LITERAL;
	}
	/* br, blr, ret: registers hold the target */
	if ((w & 0xff9ffc1f) == 0xd61f0000 && field(w, 21, 2) != 3)
		return OP_BR;
	return -1;
}

/* What must stay where it is: exceptions and returns from them, vector loads
 * of literals, branches with authentication.
 */
static int is_bound(__u32 w)
{
	return (w & 0xff000000) == 0xd4000000 || /* brk, svc, hlt … */
	       (w & 0xfe000000) == 0xd6000000 || /* other branches, eret */
	       (w & 0x3f000000) == 0x1c000000;	 /* ldr literal, vector */
}

#define CLREX 0xd503305fU /* with four bits that do not matter */

/* Bytes on each side that show whether an instruction is in a sequence. */
#define SEQUENCE_MAX 128

/* DDI 0487, B2.9.5: what comes between the load and the store may clear the
 * monitor, and an exception does: the store fails, each time.
 */
static int in_sequence(const __u8 *code, __sz at, __sz len)
{
	__u32 w = 0;

	for (__sz i = at; i >= 4 && !arm64_insn_is_exclusive(w); i -= 4) {
		memcpy(&w, code + i - 4, 4);
		if ((w & ~0xf00U) == CLREX)
			return 0;
	}
	if (!arm64_insn_is_load_exclusive(w))
		return 0;
	for (w = 0; at + 4 <= len && !arm64_insn_is_exclusive(w); at += 4)
		memcpy(&w, code + at, 4);
	return arm64_insn_is_exclusive(w) && !arm64_insn_is_load_exclusive(w);
}

int break_arch_in_sequence(__vaddr_t addr)
{
	__u8 code[2 * SEQUENCE_MAX];
	__vaddr_t from = addr - SEQUENCE_MAX;
	__sz len;

	if (uk_nofault_memcpy((char *)code, (const char *)from, SEQUENCE_MAX,
			      0) != SEQUENCE_MAX)
		memset(code, 0, SEQUENCE_MAX);
	len = SEQUENCE_MAX + uk_nofault_memcpy((char *)code + SEQUENCE_MAX,
					       (const char *)addr, SEQUENCE_MAX,
					       0);
	uk_break_hide(from, code, len);
	return in_sequence(code, SEQUENCE_MAX, len);
}

static int __nobreak guards_branches(void)
{
#ifdef CONFIG_BRANCH_PROTECTION
	return UKARCH_SYSREG_READ(id_aa64pfr1_el1) & 15; /* BT */
#else
	return 0;
#endif
}

/* --- the code of a slot ---------------------------------------------------*/

struct code {
	__u8 *out;
	__vaddr_t at; /* where `out` will stand */
	unsigned int n;
	_Bool bad; /* a branch does not reach its target */
};

static void put(struct code *c, __u32 w)
{
	memcpy(c->out + c->n, &w, sizeof(w));
	c->n += sizeof(w);
}

static void put_branch(struct code *c, __vaddr_t to)
{
	__s64 words = (__s64)(to - c->at - c->n) / 4;

	c->bad |= words != sext(words & 0x3ffffff, 26);
	put(c, 0x14000000 | ((__u32)words & 0x3ffffff));
}

/* movz, and movk for each other 16 bits that are not 0 */
static void put_address(struct code *c, unsigned int r, __u64 value)
{
	put(c, 0xd2800000 | (__u32)(value & 0xffff) << 5 | r);
	for (unsigned int i = 1; i < 4; i++)
		if (value >> 16 * i & 0xffff)
			put(c, 0xf2800000 | i << 21 |
				       (__u32)(value >> 16 * i & 0xffff) << 5 |
				       r);
}

/* With the target in a field of so many bits: the third instruction. */
static void put_conditional(struct code *c, __u32 w, unsigned int bits,
			    __vaddr_t next, __vaddr_t target)
{
	put(c, (w & ~(((1U << bits) - 1) << 5)) | 2 << 5);
	put_branch(c, next);
	put_branch(c, target);
}

/* The register itself holds the address meanwhile. */
static void put_load(struct code *c, __u32 w, __vaddr_t target)
{
	static const __u32 loads[] = { 0xb9400000, 0xf9400000, 0xb9800000 };
	unsigned int r = w & 31;

	c->bad |= !uk_image_contains(target); /* it might fault */
	put_address(c, r, target);
	put(c, loads[w >> 30] | r << 5 | r);
}

/* A call is a jump here, which a target that is guarded refuses. */
static void put_indirect(struct code *c, __u32 w, __vaddr_t next)
{
	unsigned int r = field(w, 5, 5);

	if (field(w, 21, 2) != 1) {
		put(c, w);
		return;
	}
	c->bad |= r == 30 || guards_branches();
	put_address(c, 30, next);
	put(c, 0xd61f0000 | r << 5);
}

/* What is emulated in a trap, as code. @return its bytes, without the branch
 * back; 0: none does it
 */
static unsigned int put_op(struct code *c, const struct uk_break_ool *ool,
			   __vaddr_t pc)
{
	__u32 w = ool->insn;
	unsigned int len;

	switch (ool->op) {
	case OP_BL:
		put_address(c, 30, pc + 4);
		/* fall through */
	case OP_B:
		put_branch(c, ool->target);
		return c->bad ? 0 : c->n;
	case OP_B_COND:
	case OP_CB:
		put_conditional(c, w, 19, pc + 4, ool->target);
		return c->bad ? 0 : c->n;
	case OP_TB:
		put_conditional(c, w, 14, pc + 4, ool->target);
		return c->bad ? 0 : c->n;
	case OP_BR:
		put_indirect(c, w, pc + 4);
		return c->bad ? 0 : c->n;
	case OP_ADR:
		put_address(c, w & 31, ool->target);
		break;
	case OP_LDR_LITERAL:
		put_load(c, w, ool->target);
		break;
	default: /* a prefetch */
		put(c, 0xd503201f);
	}
	len = c->n;
	put_branch(c, pc + 4);
	return c->bad || (ool->op != OP_NOP && (w & 31) == 31) ? 0 : len;
}

void break_arch_ool(const __u8 *insn, __sz avail, __vaddr_t pc, __vaddr_t slot,
		    __u8 *code, struct uk_break_ool *ool)
{
	struct code c = { .out = code, .at = slot };
	__u32 w;
	int op;

	memset(ool, 0, sizeof(*ool));
	ool->kind = UK_BREAK_OOL_STEP;
	ool->len = 4;
	if (avail < 4)
		return;
	memcpy(&w, insn, 4);
	op = place_op(w, pc, &ool->target);
	if (op >= 0) {
		ool->kind = UK_BREAK_OOL_EMULATE;
		ool->op = op;
		ool->insn = w;
		ool->slot_len = (__u8)put_op(&c, ool, pc);
		return;
	}
	put(&c, w);
	put_branch(&c, pc + 4);
	if (is_bound(w) || c.bad)
		return;
	ool->slot_len = 4;
	ool->kind = UK_BREAK_OOL_SLOT;
}

/* C1.2.4: the conditions, each with its negation but for the last. */
static int __nobreak condition(unsigned int cond, __u64 p)
{
	int n = !!(p & PSTATE_N), z = !!(p & PSTATE_Z), c = !!(p & PSTATE_C),
	    v = !!(p & PSTATE_V);
	const int holds[8] = { z, c, n, v, c && !z, n == v, n == v && !z, 1 };

	return holds[cond >> 1] ^ (cond & 1 && cond != 15);
}

/* Register 31 reads as zero and swallows what is written. */
static __u64 __nobreak reg_get(const struct __regs *regs, unsigned int n)
{
	return n < 30 ? regs->x[n] : n == 30 ? regs->lr : 0;
}

static void __nobreak reg_set(struct __regs *regs, unsigned int n, __u64 v)
{
	if (n < 30)
		regs->x[n] = v;
	else if (n == 30)
		regs->lr = v;
}

static int __nobreak load_literal(const struct uk_break_ool *ool,
				  struct __regs *regs)
{
	unsigned int size = ool->insn >> 30; /* 0 ldr w, 1 ldr x, 2 ldrsw */
	__u64 v = 0;
	__sz len = size == 1 ? 8 : 4;

	if (uk_nofault_memcpy((char *)&v, (const char *)ool->target, len, 0) !=
	    len)
		return -EFAULT;
	reg_set(regs, ool->insn & 31, size == 2 ? (__u64)sext(v, 32) : v);
	return 0;
}

/* What an indirect branch asks of its target (DDI 0487, D4.4.1, BTYPE): a jump
 * through x16 or x17 may go where a call may.
 */
static __u64 __nobreak branch_type(int op, __u32 w)
{
	unsigned int kind = field(w, 21, 2), reg = field(w, 5, 5);

	if (op != OP_BR || kind == 2 || !guards_branches())
		return 0;
	return (kind == 1		 ? 2UL
		: reg == 16 || reg == 17 ? 1UL
					 : 3UL)
	       << ARM64_PSTATE_BTYPE_SHIFT;
}

int __nobreak break_arch_emulate(const struct uk_break_ool *ool, __vaddr_t pc,
				 struct __regs *regs)
{
	__u32 w = ool->insn;
	__u64 value = reg_get(regs, w & 31);
	__vaddr_t to = ool->target;
	int taken = 0;

	switch (ool->op) {
	case OP_BL:
		regs->lr = pc + 4;
		taken = 1;
		break;
	case OP_B:
		taken = 1;
		break;
	case OP_B_COND:
		taken = condition(w & 15, regs->pstate);
		break;
	case OP_CB:
		if (!(w >> 31))
			value = (__u32)value;
		taken = !value ^ (w >> 24 & 1);
		break;
	case OP_TB:
		value >>= (w >> 31) << 5 | field(w, 19, 5);
		taken = !(value & 1) ^ (w >> 24 & 1);
		break;
	case OP_ADR:
		reg_set(regs, w & 31, to);
		break;
	case OP_LDR_LITERAL:
		if (load_literal(ool, regs))
			return -EFAULT;
		break;
	case OP_BR:
		to = reg_get(regs, field(w, 5, 5));
		if (field(w, 21, 2) == 1)
			regs->lr = pc + 4;
		taken = 1;
		break;
	default: /* a prefetch */
		break;
	}
	regs->pstate = (regs->pstate & ~ARM64_PSTATE_BTYPE) |
		       branch_type(ool->op, w);
	regs->pc = taken ? to : pc + 4;
	return 0;
}

/* brk (DDI 0487, C6.2.42), with any number */
int __nobreak uk_break_is_insn(const __u8 *insn)
{
	__u32 w = insn[0] | (__u32)insn[1] << 8 | (__u32)insn[2] << 16 |
		  (__u32)insn[3] << 24;

	return (w & 0xffe0001f) == 0xd4200000;
}

int __nobreak uk_break_is_own(const __u8 *insn)
{
	return uk_break_is_insn(insn);
}

void __nobreak break_arch_undo(struct __regs *regs __unused)
{
}

int __nobreak uk_break_is_nmi(const struct ukarch_trap_ctx *ctx)
{
	return ctx->trapnr % 4 == 2; /* FIQ */
}
