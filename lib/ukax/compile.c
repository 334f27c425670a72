/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Agent expressions to machine code. The depth of the stack is known at each
 * operation, as there are jumps forward only: so each value has a register.
 * Where two ways meet with different depths, the expression is not compiled.
 *
 * A jump is patched at the operation that it leads to; the operation must be
 * met in order, or the expression is none that is compiled.
 */
#include "emit.h"
#include "op.h"

#define JUMPS 16

struct compiler {
	struct emit e;
	const __u8 *code;
	unsigned int pc, len;
	unsigned int depth;
	_Bool dead; /* no way leads here but jumps */
	struct {
		unsigned int at; /* in the machine code */
		unsigned int to; /* in the expression */
		unsigned int depth;
	} jumps[JUMPS];
	unsigned int n_jumps;
};

/* Ways that come here by jumps; 0: not all with one depth. */
static int meet(struct compiler *c)
{
	for (unsigned int i = 0; i < c->n_jumps; i++) {
		if (c->jumps[i].to != c->pc)
			continue;
		if (!c->dead && c->jumps[i].depth != c->depth)
			return 0;
		c->depth = c->jumps[i].depth;
		c->dead = 0;
		emit_patch(&c->e, c->jumps[i].at, c->e.at);
		c->jumps[i] = c->jumps[--c->n_jumps];
		i--;
	}
	return 1;
}

static int jump(struct compiler *c, unsigned int to)
{
	if (to < c->pc || c->n_jumps == JUMPS)
		return 0;
	c->jumps[c->n_jumps].at = c->e.at;
	c->jumps[c->n_jumps].to = to;
	c->jumps[c->n_jumps++].depth = c->depth;
	return 1;
}

static __u64 operand(struct compiler *c, unsigned int n)
{
	__u64 v = 0;

	while (n-- && c->pc < c->len)
		v = v << 8 | c->code[c->pc++];
	return v;
}

static int push_reg(struct compiler *c)
{
	int offset = c->e.env->reg_offset((unsigned int)operand(c, 2));

	if (offset < 0)
		return 0;
	emit_reg(&c->e, c->depth++, (unsigned int)offset);
	return 1;
}

static int pick(struct compiler *c)
{
	unsigned int n = (unsigned int)operand(c, 1);

	if (n >= c->depth)
		return 0;
	emit_move(&c->e, c->depth, c->depth - 1 - n);
	c->depth++;
	return 1;
}

static int extend(struct compiler *c, unsigned int a, int is_signed)
{
	unsigned int bits = (unsigned int)operand(c, 1);

	if (bits - 1 > 63)
		return 0;
	emit_extend(&c->e, a, bits, is_signed);
	return 1;
}

/* a b becomes one value. */
static int binary(struct compiler *c, enum op op)
{
	static const __u8 alus[OP_COUNT] = {
		[OP_ADD] = 1 + EMIT_ADD,   [OP_SUB] = 1 + EMIT_SUB,
		[OP_MUL] = 1 + EMIT_MUL,   [OP_BIT_AND] = 1 + EMIT_AND,
		[OP_BIT_OR] = 1 + EMIT_OR, [OP_BIT_XOR] = 1 + EMIT_XOR,
	};
	unsigned int b = --c->depth, a = b - 1;

	if (alus[op])
		emit_alu(&c->e, (enum emit_alu)(alus[op] - 1), a, b);
	else
		emit_compare(&c->e,
			     op == OP_EQUAL	    ? EMIT_EQUAL
			     : op == OP_LESS_SIGNED ? EMIT_LESS_SIGNED
						    : EMIT_LESS_UNSIGNED,
			     a, b);
	return 1;
}

static void swap(struct compiler *c, unsigned int a, unsigned int b)
{
	emit_move(&c->e, EMIT_SPARE, a);
	emit_move(&c->e, a, b);
	emit_move(&c->e, b, EMIT_SPARE);
}

/* Values that an operation takes from the stack. */
static unsigned int takes(enum op op)
{
	switch (op) {
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_BIT_AND:
	case OP_BIT_OR:
	case OP_BIT_XOR:
	case OP_EQUAL:
	case OP_LESS_SIGNED:
	case OP_LESS_UNSIGNED:
	case OP_SWAP:
		return 2;
	case OP_ROT:
		return 3;
	case OP_GOTO:
	case OP_CONST8:
	case OP_CONST16:
	case OP_CONST32:
	case OP_CONST64:
	case OP_REG:
	case OP_PICK:
	case OP_END:
		return 0;
	default:
		return 1;
	}
}

/* One operation, of which c->pc is past. @return 0: it is not compiled */
static int one(struct compiler *c, enum op op)
{
	struct emit *e = &c->e;
	unsigned int a = c->depth - 1;

	switch (op) {
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_BIT_AND:
	case OP_BIT_OR:
	case OP_BIT_XOR:
	case OP_EQUAL:
	case OP_LESS_SIGNED:
	case OP_LESS_UNSIGNED:
		return binary(c, op);
	case OP_LOG_NOT:
		emit_is_zero(e, a);
		return 1;
	case OP_BIT_NOT:
		emit_not(e, a);
		return 1;
	case OP_EXT:
	case OP_ZERO_EXT:
		return extend(c, a, op == OP_EXT);
	case OP_REF8:
	case OP_REF16:
	case OP_REF32:
	case OP_REF64:
		emit_load(e, a, 1U << (op - OP_REF8));
		return 1;
	case OP_IF_GOTO:
		c->depth--;
		emit_jump_if(e, a);
		return jump(c, (unsigned int)operand(c, 2));
	case OP_GOTO:
		emit_jump(e);
		c->dead = 1;
		return jump(c, (unsigned int)operand(c, 2));
	case OP_CONST8:
	case OP_CONST16:
	case OP_CONST32:
	case OP_CONST64:
		emit_const(e, c->depth++, operand(c, 1U << (op - OP_CONST8)));
		return 1;
	case OP_REG:
		return push_reg(c);
	case OP_DUP:
		emit_move(e, c->depth++, a);
		return 1;
	case OP_POP:
		c->depth--;
		return 1;
	case OP_SWAP:
		swap(c, a, a - 1);
		return 1;
	case OP_PICK:
		return pick(c);
	case OP_ROT: /* a b c => c a b */
		swap(c, a, a - 1);
		swap(c, a - 1, a - 2);
		return 1;
	case OP_END:
		c->dead = 1;
		if (c->depth)
			emit_end(e, a);
		else
			emit_end_empty(e);
		return 1;
	default:
		return 0;
	}
}

unsigned int uk_ax_compile(const struct uk_ax_env *env, const __u8 *code,
			   unsigned int len, __u8 *out, unsigned int size)
{
	struct compiler c = { .e = { env, out, 0, size },
			      .code = code,
			      .len = len };

	emit_begin(&c.e);
	while (c.pc < len) {
		enum op op;

		if (!meet(&c))
			return 0;
		/* nothing leads here: it ends where the last way does */
		if (c.dead)
			break;
		op = (enum op)code[c.pc++];
		if (c.depth < takes(op) || !one(&c, op) ||
		    c.depth > EMIT_VALUES)
			return 0;
	}
	/* a way that does not end, one into an operation's middle, or one whose
	 * operands are cut off
	 */
	if (!c.dead || c.n_jumps)
		return 0;
	return c.e.at <= size ? c.e.at : 0;
}
