/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Names are strings of one-byte codes, each of which stands for a character or
 * for two further codes. The end of a name is a character of its own, so that
 * frequent endings share a code with it; the codes that hold it are the
 * highest ones, which makes stepping over a name one comparison a byte.
 */
#include "symtab_internal.h"

/* Deeper nesting of pairs than the generator makes */
#define EXPAND_DEPTH 32

int symtab_names(const struct symtab_view *v, struct symtab_names *n)
{
	struct symtab_cursor c;
	__u32 count;

	if (symtab_table(v, SYMTAB_NAMES, &c, &count))
		return -EINVAL;
	n->nliterals = symtab_u8(&c);
	n->npairs = symtab_u8(&c);
	n->first_end = symtab_u8(&c);
	n->literals = c.p;
	symtab_skip(&c, n->nliterals);
	n->pairs = c.p;
	symtab_skip(&c, n->npairs * 2);
	return c.bad ? -EINVAL : 0;
}

void symtab_name_skip(const struct symtab_names *n, struct symtab_cursor *c)
{
	while (!c->bad && symtab_u8(c) < n->first_end)
		;
}

/* State of the expansion of one name. */
struct expansion {
	const struct symtab_names *names;
	char *out;
	__sz max;
	__sz len;
	int ended;
};

/* Appends the expansion of one code. 0, -EINVAL. It ends: every step either
 * puts out a character, of which max are accepted, or deepens the stack.
 */
static int expand_code(struct expansion *e, unsigned int code)
{
	const struct symtab_names *n = e->names;
	__u8 stack[EXPAND_DEPTH] = { 0 };
	unsigned int depth = 0;

	for (;;) {
		if (code < n->nliterals) {
			if (e->len == e->max)
				return 0;
			e->out[e->len++] = (char)n->literals[code];
		} else if (code < n->nliterals + n->npairs) {
			const __u8 *pair = n->pairs + 2 * (code - n->nliterals);

			if (depth == EXPAND_DEPTH)
				return -EINVAL;
			stack[depth++] = pair[1];
			code = pair[0];
			continue;
		} else {
			e->ended = 1;
			return 0;
		}
		if (depth == 0)
			return 0;
		code = stack[--depth];
	}
}

int symtab_name_expand(const struct symtab_names *n, struct symtab_cursor *c,
		       char *out, __sz max)
{
	struct expansion e = { n, out, max, 0, 0 };
	int rc;

	while (!e.ended && e.len < max) {
		rc = expand_code(&e, symtab_u8(c));
		if (rc || c->bad)
			return -EINVAL;
	}
	if (e.len == max) {
		e.len = max - 1;
		out[max - 2] = out[max - 3] = out[max - 4] = '.';
	}
	out[e.len] = '\0';
	return (int)e.len;
}
