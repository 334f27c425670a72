/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What an instruction does to memory: the operand of ModRM and SIB (SDM volume
 * 2, 2.1.5), whether it is written, and the alignment that it needs. The
 * tables list what differs from the rule: an operand is read, at any address.
 */
#include <string.h>
#include <arch/insn.h>

/* Encodings, prefixes, and values of the ModRM field reg, as bits. */
#define LEGACY 1
#define VEX 2
#define EVEX 4
#define VECTOR (VEX | EVEX)
#define ANY (LEGACY | VECTOR)

#define NP 1
#define P66 2
#define PF3 4
#define PF2 8
#define PX 15

#define REG(n) (1 << (n))
#define REGS 0xff

struct opcodes {
	__u8 map, first, last; /* X86_MAP_*, opcodes */
	__u8 encodings, prefixes, regs;
};

/* Computed only: lea; invlpg, prefetches, checks of bounds, nop */
static const struct opcodes untouched[] = {
	{ X86_MAP_1, 0x8d, 0x8d, ANY, PX, REGS },
	{ X86_MAP_0F, 0x01, 0x01, LEGACY, PX, REG(7) },
	{ X86_MAP_0F, 0x0d, 0x0d, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0x18, 0x19, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0x1a, 0x1b, LEGACY, PF3 | PF2, REGS },
	{ X86_MAP_0F, 0x1c, 0x1f, LEGACY, PX, REGS },
};

static const struct opcodes stores[] = {
	/* add, or, adc, sbb, and, sub, xor */
	{ X86_MAP_1, 0x00, 0x01, ANY, PX, REGS },
	{ X86_MAP_1, 0x08, 0x09, ANY, PX, REGS },
	{ X86_MAP_1, 0x10, 0x11, ANY, PX, REGS },
	{ X86_MAP_1, 0x18, 0x19, ANY, PX, REGS },
	{ X86_MAP_1, 0x20, 0x21, ANY, PX, REGS },
	{ X86_MAP_1, 0x28, 0x29, ANY, PX, REGS },
	{ X86_MAP_1, 0x30, 0x31, ANY, PX, REGS },
	{ X86_MAP_1, 0x80, 0x83, ANY, PX, REGS & ~REG(7) },
	/* xchg, mov; from a segment register; pop */
	{ X86_MAP_1, 0x86, 0x89, ANY, PX, REGS },
	{ X86_MAP_1, 0x8c, 0x8c, ANY, PX, REGS },
	{ X86_MAP_1, 0x8f, 0x8f, ANY, PX, REGS },
	{ X86_MAP_1, 0xa2, 0xa3, ANY, PX, REGS },
	/* shifts, mov */
	{ X86_MAP_1, 0xc0, 0xc1, ANY, PX, REGS },
	{ X86_MAP_1, 0xc6, 0xc7, ANY, PX, REGS },
	{ X86_MAP_1, 0xd0, 0xd3, ANY, PX, REGS },
	/* x87: fst, fnstenv, fnstcw; fist, fbstp, fnsave, fnstsw */
	{ X86_MAP_1, 0xd9, 0xd9, ANY, PX, REG(2) | REG(3) | REG(6) | REG(7) },
	{ X86_MAP_1, 0xdb, 0xdb, ANY, PX, REG(1) | REG(2) | REG(3) | REG(7) },
	{ X86_MAP_1, 0xdd, 0xdd, ANY, PX,
	  REG(1) | REG(2) | REG(3) | REG(6) | REG(7) },
	{ X86_MAP_1, 0xdf, 0xdf, ANY, PX,
	  REG(1) | REG(2) | REG(3) | REG(6) | REG(7) },
	/* not, neg; inc, dec */
	{ X86_MAP_1, 0xf6, 0xf7, ANY, PX, REG(2) | REG(3) },
	{ X86_MAP_1, 0xfe, 0xff, ANY, PX, REG(0) | REG(1) },

	/* sldt, str; sgdt, sidt, smsw; rstorssp */
	{ X86_MAP_0F, 0x00, 0x00, LEGACY, PX, REG(0) | REG(1) },
	{ X86_MAP_0F, 0x01, 0x01, LEGACY, PX, REG(0) | REG(1) | REG(4) },
	{ X86_MAP_0F, 0x01, 0x01, LEGACY, PF3, REG(5) },
	/* bndstx, bndmov; moves of vectors */
	{ X86_MAP_0F, 0x1b, 0x1b, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0x11, 0x11, ANY, PX, REGS },
	{ X86_MAP_0F, 0x13, 0x13, ANY, PX, REGS },
	{ X86_MAP_0F, 0x17, 0x17, ANY, PX, REGS },
	{ X86_MAP_0F, 0x29, 0x29, ANY, PX, REGS },
	{ X86_MAP_0F, 0x2b, 0x2b, ANY, PX, REGS },
	{ X86_MAP_0F, 0x78, 0x78, LEGACY, NP, REGS }, /* vmread */
	{ X86_MAP_0F, 0x7e, 0x7e, ANY, NP | P66, REGS },
	{ X86_MAP_0F, 0x7f, 0x7f, ANY, PX, REGS },
	{ X86_MAP_0F, 0x91, 0x91, VEX, PX, REGS }, /* kmov */
	{ X86_MAP_0F, 0xd6, 0xd6, ANY, PX, REGS },
	{ X86_MAP_0F, 0xe7, 0xe7, ANY, PX, REGS },
	/* setcc; shld, bts, shrd, cmpxchg, btr, btc, xadd */
	{ X86_MAP_0F, 0x90, 0x9f, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0xa4, 0xa5, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0xab, 0xad, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0xb0, 0xb1, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0xb3, 0xb3, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0xba, 0xba, LEGACY, PX, REG(5) | REG(6) | REG(7) },
	{ X86_MAP_0F, 0xbb, 0xbb, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0xc0, 0xc1, LEGACY, PX, REGS },
	/* fxsave, stmxcsr, xsave, xsaveopt, clrssbsy; movnti; cmpxchg8b and
	 * 16b, xsavec, xsaves, vmptrst
	 */
	{ X86_MAP_0F, 0xae, 0xae, ANY, PX, REG(0) | REG(3) },
	{ X86_MAP_0F, 0xae, 0xae, ANY, NP, REG(4) | REG(6) },
	{ X86_MAP_0F, 0xae, 0xae, LEGACY, PF3, REG(6) },
	{ X86_MAP_0F, 0xc3, 0xc3, LEGACY, NP, REGS },
	{ X86_MAP_0F, 0xc7, 0xc7, LEGACY, PX,
	  REG(1) | REG(4) | REG(5) | REG(7) },

	/* movbe, wrss, movdiri, aadd; vmaskmov, vpmaskmov */
	{ X86_MAP_0F38, 0xf1, 0xf1, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F38, 0xf5, 0xf5, LEGACY, P66, REGS },
	{ X86_MAP_0F38, 0xf6, 0xf6, LEGACY, NP, REGS },
	{ X86_MAP_0F38, 0xf9, 0xf9, LEGACY, NP, REGS },
	{ X86_MAP_0F38, 0xfc, 0xfc, LEGACY, PX, REGS },
	{ X86_MAP_0F38, 0x2e, 0x2f, VEX, P66, REGS },
	{ X86_MAP_0F38, 0x8e, 0x8e, VEX, P66, REGS },
	{ X86_MAP_0F38, 0xe0, 0xef, VEX, P66, REGS }, /* cmpccxadd */
	{ X86_MAP_0F38, 0x49, 0x49, VEX, P66, REGS }, /* sttilecfg */
	/* vpmov with fewer bits, vpcompress, vcompress */
	{ X86_MAP_0F38, 0x10, 0x15, EVEX, PF3, REGS },
	{ X86_MAP_0F38, 0x20, 0x25, EVEX, PF3, REGS },
	{ X86_MAP_0F38, 0x30, 0x35, EVEX, PF3, REGS },
	{ X86_MAP_0F38, 0x63, 0x63, EVEX, P66, REGS },
	{ X86_MAP_0F38, 0x8a, 0x8b, EVEX, P66, REGS },

	/* pextr, extractps; vextract, vcvtps2ph */
	{ X86_MAP_0F3A, 0x14, 0x17, ANY, P66, REGS },
	{ X86_MAP_0F3A, 0x19, 0x19, VECTOR, P66, REGS },
	{ X86_MAP_0F3A, 0x1b, 0x1b, VECTOR, P66, REGS },
	{ X86_MAP_0F3A, 0x1d, 0x1d, VECTOR, P66, REGS },
	{ X86_MAP_0F3A, 0x39, 0x39, VECTOR, P66, REGS },
	{ X86_MAP_0F3A, 0x3b, 0x3b, VECTOR, P66, REGS },
};

/* Without VEX every operand of 16 bytes is aligned, but for movups, movdqu,
 * lddqu and the comparisons of strings.
 */
static const struct opcodes aligned_16[] = {
	{ X86_MAP_0F, 0x12, 0x12, LEGACY, PF3, REGS },
	{ X86_MAP_0F, 0x14, 0x15, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0x16, 0x16, LEGACY, PF3, REGS },
	{ X86_MAP_0F, 0x28, 0x29, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0x2b, 0x2b, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0x2c, 0x2d, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0x51, 0x59, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0x5a, 0x5a, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0x5b, 0x5b, LEGACY, PX, REGS },
	{ X86_MAP_0F, 0x5c, 0x5f, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0x60, 0x6d, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0x6f, 0x6f, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0x70, 0x70, LEGACY, P66 | PF3 | PF2, REGS },
	{ X86_MAP_0F, 0x74, 0x76, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0x7c, 0x7d, LEGACY, P66 | PF2, REGS },
	{ X86_MAP_0F, 0x7f, 0x7f, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0xae, 0xae, LEGACY, PX, REG(0) | REG(1) },
	{ X86_MAP_0F, 0xc2, 0xc2, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0xc6, 0xc6, LEGACY, NP | P66, REGS },
	{ X86_MAP_0F, 0xd0, 0xd0, LEGACY, P66 | PF2, REGS },
	{ X86_MAP_0F, 0xd1, 0xd5, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0xd8, 0xe5, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0xe6, 0xe6, LEGACY, P66 | PF2, REGS },
	{ X86_MAP_0F, 0xe7, 0xef, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0xf1, 0xf6, LEGACY, P66, REGS },
	{ X86_MAP_0F, 0xf8, 0xfe, LEGACY, P66, REGS },
	{ X86_MAP_0F38, 0x00, 0x1e, LEGACY, P66, REGS },
	{ X86_MAP_0F38, 0x28, 0x2b, LEGACY, P66, REGS },
	{ X86_MAP_0F38, 0x37, 0x41, LEGACY, P66, REGS },
	{ X86_MAP_0F38, 0xc8, 0xcd, LEGACY, NP, REGS }, /* sha */
	{ X86_MAP_0F38, 0xcf, 0xdf, LEGACY, P66, REGS },
	{ X86_MAP_0F3A, 0x08, 0x09, LEGACY, P66, REGS },
	{ X86_MAP_0F3A, 0x0c, 0x0f, LEGACY, P66, REGS },
	{ X86_MAP_0F3A, 0x40, 0x44, LEGACY, P66, REGS },
	{ X86_MAP_0F3A, 0xcc, 0xcc, LEGACY, NP, REGS }, /* sha */
	{ X86_MAP_0F3A, 0xce, 0xdf, LEGACY, P66, REGS },
};

/* With VEX and EVEX only these, to the length of the vector: vmovaps,
 * vmovntps, vmovdqa, vmovntdq, vmovntdqa.
 */
static const struct opcodes aligned_vector[] = {
	{ X86_MAP_0F, 0x28, 0x29, VECTOR, NP | P66, REGS },
	{ X86_MAP_0F, 0x2b, 0x2b, VECTOR, NP | P66, REGS },
	{ X86_MAP_0F, 0x6f, 0x6f, VECTOR, P66, REGS },
	{ X86_MAP_0F, 0x7f, 0x7f, VECTOR, P66, REGS },
	{ X86_MAP_0F, 0xe7, 0xe7, VECTOR, P66, REGS },
	{ X86_MAP_0F38, 0x2a, 0x2a, VECTOR, P66, REGS },
};

/* xsave, xrstor, xsaveopt; xrstors, xsavec, xsaves */
static const struct opcodes aligned_64[] = {
	{ X86_MAP_0F, 0xae, 0xae, LEGACY, NP, REG(4) | REG(5) | REG(6) },
	{ X86_MAP_0F, 0xc7, 0xc7, LEGACY, PX, REG(3) | REG(4) | REG(5) },
};

static int listed(const struct opcodes *row, __sz rows,
		  const struct x86_insn *in)
{
	unsigned int encoding = in->vector == X86_EVEX	? EVEX
				: in->vector == X86_VEX ? VEX
							: LEGACY;
	unsigned int prefix = in->rep == 0xf2	? PF2
			      : in->rep == 0xf3 ? PF3
			      : in->opsize	? P66
						: NP;

	for (; rows--; row++)
		if (row->map == in->map && in->opcode >= row->first &&
		    in->opcode <= row->last && (row->encodings & encoding) &&
		    (row->prefixes & prefix) &&
		    (row->regs & REG(in->modrm >> 3 & 7)))
			return 1;
	return 0;
}

#define LISTED(rows, in) listed(rows, ARRAY_SIZE(rows), in)

static unsigned int align_of(const struct x86_insn *in)
{
	if (LISTED(aligned_16, in))
		return 16;
	if (LISTED(aligned_vector, in))
		return in->vector_len;
	if (LISTED(aligned_64, in))
		return 64;
	if (in->map == X86_MAP_0F && in->opcode == 0xc7 && !in->vector &&
	    (in->modrm >> 3 & 7) == 1 && (in->rex & X86_REX_W))
		return 16; /* cmpxchg16b */
	return 1;
}

/* Gather and scatter: the index is a register of addresses. */
static int index_is_vector(const struct x86_insn *in)
{
	return in->map == X86_MAP_0F38 && in->vector &&
	       ((in->opcode >= 0x90 && in->opcode <= 0x93) ||
		(in->opcode >= 0xa0 && in->opcode <= 0xa3) ||
		(in->opcode >= 0xc6 && in->opcode <= 0xc7));
}

static __s64 number(const __u8 *p, unsigned int bytes)
{
	__s64 v = 0;

	memcpy(&v, p, bytes);
	return bytes == 1 ? (__s8)v : bytes == 4 ? (__s32)v : v;
}

/* ModRM, SIB and displacement. */
static int address(const __u8 *p, const struct x86_insn *in,
		   struct x86_operand *op)
{
	unsigned int mod = in->modrm >> 6, rm = in->modrm & 7;
	unsigned int len = in->imm_at - in->disp_at;

	if (mod == 3 || !in->disp_at || index_is_vector(in))
		return 0;
	if (len)
		op->disp = number(p + in->disp_at, len);
	if (in->vector == X86_EVEX && mod == 1) {
		if (op->disp && !LISTED(aligned_vector, in))
			return 0;
		op->disp *= in->vector_len;
	}
	if (rm == 4) {
		__u8 sib = p[in->modrm_at + 1];
		unsigned int index = (sib >> 3 & 7) | (in->rex & X86_REX_X)
							      << 2;

		if (index != 4)
			op->index = index;
		op->shift = sib >> 6;
		rm = sib & 7;
		if (rm == 5 && !mod)
			return 1; /* a displacement alone */
	}
	op->base = in->rip_rel ? X86_RIP : rm | (in->rex & X86_REX_B) << 3;
	return 1;
}

int x86_insn_operand(const __u8 *p, const struct x86_insn *in,
		     struct x86_operand *op)
{
	*op = (struct x86_operand){ .base = X86_NO_REG, .index = X86_NO_REG };
	if (in->map == X86_MAP_1 && !in->vector && (in->opcode & 0xfc) == 0xa0)
		op->disp = number(p + in->imm_at, in->len - in->imm_at);
	else if (!in->has_modrm || !address(p, in, op))
		return 0;
	op->access = LISTED(untouched, in) ? UKARCH_ACCESS_NONE
		     : LISTED(stores, in)  ? UKARCH_ACCESS_WRITE
					   : UKARCH_ACCESS_READ;
	op->align = align_of(in);
	return 1;
}
