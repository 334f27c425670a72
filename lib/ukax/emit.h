/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture must provide for uk_ax_compile(): instructions on
 * values, which are in registers by their place on the expression's stack.
 */
#ifndef __AX_EMIT_H__
#define __AX_EMIT_H__

#include <uk/ax_compile.h>

/* Values of a stack; the one after them is a place to keep one meanwhile. */
#define EMIT_VALUES 5
#define EMIT_SPARE EMIT_VALUES

struct emit {
	const struct uk_ax_env *env;
	__u8 *out;
	unsigned int at, size; /* at > size: it does not fit */
};

enum emit_alu {
	EMIT_ADD,
	EMIT_SUB,
	EMIT_MUL,
	EMIT_AND,
	EMIT_OR,
	EMIT_XOR,
	EMIT_ALUS,
};

enum emit_compare {
	EMIT_EQUAL,
	EMIT_LESS_SIGNED,
	EMIT_LESS_UNSIGNED,
	EMIT_COMPARES,
};

/** What a function begins with. */
void emit_begin(struct emit *e);

void emit_reg(struct emit *e, unsigned int to, unsigned int offset);
void emit_const(struct emit *e, unsigned int to, __u64 value);
void emit_move(struct emit *e, unsigned int to, unsigned int from);

/** a = a OP b */
void emit_alu(struct emit *e, enum emit_alu op, unsigned int a, unsigned int b);
void emit_compare(struct emit *e, enum emit_compare op, unsigned int a,
		  unsigned int b);

void emit_not(struct emit *e, unsigned int a);
void emit_is_zero(struct emit *e, unsigned int a);

/** The low bits, 1 to 64, with their sign or zeros. */
void emit_extend(struct emit *e, unsigned int a, unsigned int bits,
		 int is_signed);

/** a = the 1, 2, 4 or 8 bytes there; returns 1 for other memory. */
void emit_load(struct emit *e, unsigned int a, unsigned int bytes);

/** A jump that emit_patch() leads somewhere, always or if a value is not 0. */
void emit_jump(struct emit *e);
void emit_jump_if(struct emit *e, unsigned int a);

/** @param at e->at after the jump; `to`: an e->at after that */
void emit_patch(struct emit *e, unsigned int at, unsigned int to);

/** Returns 0 with a value, or with 0 where there is none. */
void emit_end(struct emit *e, unsigned int a);
void emit_end_empty(struct emit *e);

#endif /* __AX_EMIT_H__ */
