/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Machine code of x86_64 (Intel SDM volume 2). rdi has the registers' address,
 * rsi the result's; values are in registers that a function need not keep.
 */
#include <string.h>
#include "../../emit.h"

#define RAX 0
#define RDX 2
#define RSI 6
#define RDI 7

/* Of none the low three bits are rsp's or rbp's, whose memory operands are
 * encoded in another way.
 */
static const __u8 registers[EMIT_VALUES + 1] = { 1, 8, 9, 10, 11, RDX };

#define REX_W 0x48
#define REX_R 4
#define REX_B 1

/* opcodes of "op r/m64, r64" */
#define OP_ADD 0x01
#define OP_OR 0x09
#define OP_AND 0x21
#define OP_SUB 0x29
#define OP_XOR 0x31
#define OP_CMP 0x39
#define OP_TEST 0x85
#define OP_MOV 0x89

static void bytes(struct emit *e, const void *p, unsigned int n)
{
	if (e->at + n <= e->size)
		memcpy(e->out + e->at, p, n);
	e->at += n;
}

static void byte(struct emit *e, unsigned int b)
{
	__u8 v = (__u8)b;

	bytes(e, &v, 1);
}

static void word(struct emit *e, __u32 v)
{
	bytes(e, &v, sizeof(v));
}

/* rex, opcode, modrm with two registers: r/m is the destination of most. */
static void rr(struct emit *e, unsigned int op, unsigned int rm,
	       unsigned int reg)
{
	byte(e, REX_W | (reg > 7 ? REX_R : 0) | (rm > 7 ? REX_B : 0));
	byte(e, op);
	byte(e, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

static void load_const(struct emit *e, unsigned int r, __u64 value)
{
	int wide = value >> 32 != 0;

	/* mov r32, imm32 clears the rest */
	if (wide || r > 7)
		byte(e, (wide ? REX_W : 0x40) | (r > 7 ? REX_B : 0));
	byte(e, 0xb8 | (r & 7));
	bytes(e, &value, wide ? 8 : 4);
}

void emit_begin(struct emit *e __unused)
{
}

void emit_reg(struct emit *e, unsigned int to, unsigned int offset)
{
	unsigned int r = registers[to];

	byte(e, REX_W | (r > 7 ? REX_R : 0));
	byte(e, 0x8b);
	byte(e, 0x80 | (r & 7) << 3 | RDI);
	word(e, offset);
}

void emit_const(struct emit *e, unsigned int to, __u64 value)
{
	load_const(e, registers[to], value);
}

void emit_move(struct emit *e, unsigned int to, unsigned int from)
{
	rr(e, OP_MOV, registers[to], registers[from]);
}

void emit_alu(struct emit *e, enum emit_alu op, unsigned int a, unsigned int b)
{
	static const __u8 ops[EMIT_ALUS] = {
		[EMIT_ADD] = OP_ADD, [EMIT_SUB] = OP_SUB, [EMIT_AND] = OP_AND,
		[EMIT_OR] = OP_OR,   [EMIT_XOR] = OP_XOR,
	};
	unsigned int ra = registers[a], rb = registers[b];

	if (op != EMIT_MUL) {
		rr(e, ops[op], ra, rb);
		return;
	}
	/* imul r64, r/m64 */
	byte(e, REX_W | (ra > 7 ? REX_R : 0) | (rb > 7 ? REX_B : 0));
	byte(e, 0x0f);
	byte(e, 0xaf);
	byte(e, 0xc0 | (ra & 7) << 3 | (rb & 7));
}

/* setCC al; movzx eax, al; mov a, rax */
static void set(struct emit *e, unsigned int cc, unsigned int a)
{
	byte(e, 0x0f);
	byte(e, 0x90 | cc);
	byte(e, 0xc0 | RAX);
	byte(e, 0x0f);
	byte(e, 0xb6);
	byte(e, 0xc0 | RAX);
	rr(e, OP_MOV, registers[a], RAX);
}

void emit_compare(struct emit *e, enum emit_compare op, unsigned int a,
		  unsigned int b)
{
	/* SDM volume 1, appendix B: e, l, b */
	static const __u8 conditions[EMIT_COMPARES] = { [EMIT_EQUAL] = 4,
							[EMIT_LESS_SIGNED] = 12,
							[EMIT_LESS_UNSIGNED] =
								2 };

	rr(e, OP_CMP, registers[a], registers[b]);
	set(e, conditions[op], a);
}

void emit_not(struct emit *e, unsigned int a)
{
	rr(e, 0xf7, registers[a], 2); /* F7 /2 */
}

void emit_is_zero(struct emit *e, unsigned int a)
{
	rr(e, OP_TEST, registers[a], registers[a]);
	set(e, 4, a);
}

/* C1 /digit ib: shl 4, shr 5, sar 7 */
static void shift(struct emit *e, unsigned int digit, unsigned int a,
		  unsigned int by)
{
	rr(e, 0xc1, registers[a], digit);
	byte(e, by);
}

void emit_extend(struct emit *e, unsigned int a, unsigned int bits,
		 int is_signed)
{
	if (bits == 64)
		return;
	shift(e, 4, a, 64 - bits);
	shift(e, is_signed ? 7 : 5, a, 64 - bits);
}

/* jbe past the rest: mov eax, 1; ret */
static const __u8 unless_past[] = { 0x76, 0x06, 0xb8, 1, 0, 0, 0, 0xc3 };

void emit_load(struct emit *e, unsigned int a, unsigned int n)
{
	unsigned int r = registers[a];

	/* rax = the address's distance from the first that is allowed */
	rr(e, OP_MOV, RAX, r);
	load_const(e, RDX, e->env->mem_start);
	rr(e, OP_SUB, RAX, RDX);
	load_const(e, RDX, e->env->mem_end - e->env->mem_start - n);
	rr(e, OP_CMP, RAX, RDX);
	bytes(e, unless_past, sizeof(unless_past));
	/* movzx r32, or mov r32, or mov r64 */
	byte(e, (n == 8 ? REX_W : 0x40) | (r > 7 ? REX_R | REX_B : 0));
	if (n < 4)
		byte(e, 0x0f);
	byte(e, n == 1 ? 0xb6 : n == 2 ? 0xb7 : 0x8b);
	byte(e, (r & 7) << 3 | (r & 7));
}

void emit_jump(struct emit *e)
{
	byte(e, 0xe9);
	word(e, 0);
}

void emit_jump_if(struct emit *e, unsigned int a)
{
	rr(e, OP_TEST, registers[a], registers[a]);
	byte(e, 0x0f);
	byte(e, 0x85);
	word(e, 0);
}

void emit_patch(struct emit *e, unsigned int at, unsigned int to)
{
	__s32 rel = (__s32)(to - at);

	if (at <= e->size)
		memcpy(e->out + at - sizeof(rel), &rel, sizeof(rel));
}

static const __u8 return_0[] = { 0x31, 0xc0, 0xc3 };

void emit_end(struct emit *e, unsigned int a)
{
	unsigned int r = registers[a];

	byte(e, REX_W | (r > 7 ? REX_R : 0));
	byte(e, OP_MOV);
	byte(e, (r & 7) << 3 | RSI);
	bytes(e, return_0, sizeof(return_0));
}

void emit_end_empty(struct emit *e)
{
	/* mov qword [rsi], 0 */
	static const __u8 store_0[] = { 0x48, 0xc7, 0x06, 0, 0, 0, 0 };

	bytes(e, store_0, sizeof(store_0));
	bytes(e, return_0, sizeof(return_0));
}
