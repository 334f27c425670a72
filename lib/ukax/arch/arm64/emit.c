/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Machine code of arm64 (Arm ARM, DDI 0487, C6.2). x0 has the registers'
 * address, x1 the result's; values are in registers that a function need not
 * keep.
 */
#include <string.h>
#include "../../emit.h"

#define X0 0U
#define X1 1U
#define FIRST 3U /* of the values */
#define X11 11U
#define X12 12U
#define ZR 31U

#define RD(r) (r)
#define RN(r) ((r) << 5)
#define RM(r) ((r) << 16)

/* Conditions: C1.2.4 */
#define EQ 0U
#define LO 3U
#define LS 9U
#define LT 11U

static void put(struct emit *e, __u32 insn)
{
	if (e->at + sizeof(insn) <= e->size)
		memcpy(e->out + e->at, &insn, sizeof(insn));
	e->at += sizeof(insn);
}

static unsigned int reg(unsigned int value)
{
	return FIRST + value;
}

/* movz, and movk for each other 16 bits that are not 0 */
static void load_const(struct emit *e, unsigned int r, __u64 value)
{
	put(e, 0xd2800000 | (__u32)(value & 0xffff) << 5 | RD(r));
	for (unsigned int i = 1; i < 4; i++)
		if (value >> 16 * i & 0xffff)
			put(e, 0xf2800000 | i << 21 |
				       (__u32)(value >> 16 * i & 0xffff) << 5 |
				       RD(r));
}

/* A landing pad of indirect calls. */
void emit_begin(struct emit *e)
{
	put(e, 0xd503245f); /* bti c */
}

void emit_reg(struct emit *e, unsigned int to, unsigned int offset)
{
	put(e, 0xf9400000 | offset / 8 << 10 | RN(X0) | RD(reg(to)));
}

void emit_const(struct emit *e, unsigned int to, __u64 value)
{
	load_const(e, reg(to), value);
}

void emit_move(struct emit *e, unsigned int to, unsigned int from)
{
	put(e, 0xaa0003e0 | RM(reg(from)) | RD(reg(to)));
}

void emit_alu(struct emit *e, enum emit_alu op, unsigned int a, unsigned int b)
{
	static const __u32 ops[EMIT_ALUS] = {
		[EMIT_ADD] = 0x8b000000, [EMIT_SUB] = 0xcb000000,
		[EMIT_MUL] = 0x9b007c00, [EMIT_AND] = 0x8a000000,
		[EMIT_OR] = 0xaa000000,	 [EMIT_XOR] = 0xca000000,
	};

	put(e, ops[op] | RM(reg(b)) | RN(reg(a)) | RD(reg(a)));
}

/* cset: csinc of zero, with the other condition */
static void set(struct emit *e, unsigned int condition, unsigned int a)
{
	put(e, 0x9a9f07e0 | (condition ^ 1) << 12 | RD(reg(a)));
}

static void compare(struct emit *e, unsigned int rn, unsigned int rm)
{
	put(e, 0xeb00001f | RM(rm) | RN(rn));
}

void emit_compare(struct emit *e, enum emit_compare op, unsigned int a,
		  unsigned int b)
{
	static const __u8 conditions[EMIT_COMPARES] = { [EMIT_EQUAL] = EQ,
							[EMIT_LESS_SIGNED] = LT,
							[EMIT_LESS_UNSIGNED] =
								LO };

	compare(e, reg(a), reg(b));
	set(e, conditions[op], a);
}

void emit_not(struct emit *e, unsigned int a)
{
	put(e, 0xaa2003e0 | RM(reg(a)) | RD(reg(a)));
}

void emit_is_zero(struct emit *e, unsigned int a)
{
	compare(e, reg(a), ZR);
	set(e, EQ, a);
}

/* sbfm, ubfm */
void emit_extend(struct emit *e, unsigned int a, unsigned int bits,
		 int is_signed)
{
	put(e, (is_signed ? 0x93400000 : 0xd3400000) | (bits - 1) << 10 |
		       RN(reg(a)) | RD(reg(a)));
}

static void return_with(struct emit *e, unsigned int result)
{
	load_const(e, X0, result);
	put(e, 0xd65f03c0); /* ret */
}

void emit_load(struct emit *e, unsigned int a, unsigned int n)
{
	__u32 op = n == 1   ? 0x39400000
		   : n == 2 ? 0x79400000
		   : n == 4 ? 0xb9400000
			    : 0xf9400000;

	/* x11 = the address's distance from the first that is allowed */
	load_const(e, X11, e->env->mem_start);
	put(e, 0xcb000000 | RM(X11) | RN(reg(a)) | RD(X11));
	load_const(e, X12, e->env->mem_end - e->env->mem_start - n);
	compare(e, X11, X12);
	put(e, 0x54000000 | 3 << 5 | LS); /* b.ls past the return */
	return_with(e, 1);
	put(e, op | RN(reg(a)) | RD(reg(a)));
}

void emit_jump(struct emit *e)
{
	put(e, 0x14000000);
}

void emit_jump_if(struct emit *e, unsigned int a)
{
	put(e, 0xb5000000 | RD(reg(a))); /* cbnz */
}

void emit_patch(struct emit *e, unsigned int at, unsigned int to)
{
	__u32 insn, words = (to - (at - 4)) / 4;

	if (at > e->size)
		return;
	memcpy(&insn, e->out + at - 4, sizeof(insn));
	insn |= insn >> 31 ? words << 5 : words;
	memcpy(e->out + at - 4, &insn, sizeof(insn));
}

static void end(struct emit *e, unsigned int r)
{
	put(e, 0xf9000000 | RN(X1) | RD(r));
	return_with(e, 0);
}

void emit_end(struct emit *e, unsigned int a)
{
	end(e, reg(a));
}

void emit_end_empty(struct emit *e)
{
	end(e, ZR);
}
