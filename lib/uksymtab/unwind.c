/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Rules for the PCs where the standard frame is not (or no longer) there:
 * first and last instructions of functions, assembly. A row says from which PC
 * on which rule holds; the usual sequences of rows (a prologue) are one code.
 */
#include <string.h>

#include "symtab_internal.h"

/* State of the decoder in a group. */
struct unwind_state {
	struct symtab_cursor c;
	const __u8 *rules;
	unsigned int nrules;
	const __u8 *codes; /* the bytes of the codes, of varying length */
	const __u8 *codes_end;
	unsigned int pc_shift;
	__u64 pc;
	unsigned int rule; /* 0: standard */
};

/* Cursor at the steps of a code. */
static void code_find(const struct unwind_state *s, unsigned int code,
		      struct symtab_cursor *steps)
{
	steps->p = s->codes;
	steps->end = s->codes_end;
	steps->bad = 0;
	while (code-- > 0 && !steps->bad)
		symtab_skip(steps, 2 * symtab_u8(steps) - 1U);
}

/* Decodes a row up to and with pc. 1: the row goes beyond, 0, -EINVAL. */
static int row_next(struct unwind_state *s, __u64 pc)
{
	struct symtab_cursor steps;
	__u8 head = symtab_u8(&s->c);
	unsigned int code = head & SYMTAB_UNW_CODE, n;
	__u64 dpc = head >> SYMTAB_UNW_DPC_SHIFT, next;

	if (code == SYMTAB_UNW_CODE_ANY)
		code = symtab_u8(&s->c);
	if (dpc == SYMTAB_UNW_DPC_ANY)
		dpc += symtab_varint(&s->c);
	code_find(s, code, &steps);
	for (n = symtab_u8(&steps); n > 0; n--) {
		next = s->pc + (dpc << s->pc_shift);
		if (steps.bad || s->c.bad)
			return -EINVAL;
		if (next > pc)
			return 1;
		s->pc = next;
		s->rule = symtab_u8(&steps);
		dpc = n > 1 ? symtab_u8(&steps) : 0;
	}
	return steps.bad ? -EINVAL : 0;
}

static void rule_decode(struct symtab_cursor *c, struct uk_unwind_rule *rule)
{
	__u8 flags = symtab_u8(c);

	rule->cfa_from_fp = !!(flags & SYMTAB_RULE_CFA_FP);
	rule->cfa_offset = (__u32)symtab_varint(c) * SYMTAB_RULE_UNIT;
	rule->ra = flags & SYMTAB_RULE_RA_END	? UK_UNWIND_RA_END
		   : flags & SYMTAB_RULE_RA_REG ? UK_UNWIND_RA_REG
						: UK_UNWIND_RA_CFA;
	rule->ra_offset = (__u32)symtab_varint(c) * SYMTAB_RULE_UNIT;
	rule->fp_saved = !!(flags & SYMTAB_RULE_FP_SAVED);
	rule->fp_offset = (__u32)symtab_varint(c) * SYMTAB_RULE_UNIT;
}

/* Decodes a rule of the dictionary; 1 is its first. 0, -EINVAL. */
static int rule_find(const struct unwind_state *s, unsigned int number,
		     struct uk_unwind_rule *rule)
{
	struct symtab_cursor c = { s->rules, s->codes, 0 };

	if (number > s->nrules)
		return -EINVAL;
	while (number-- > 0)
		rule_decode(&c, rule);
	return c.bad ? -EINVAL : 0;
}

/* Reads the dictionaries at the start of the table. */
static int dictionaries(struct symtab_cursor *c, struct unwind_state *s)
{
	struct uk_unwind_rule rule;
	struct symtab_cursor steps;
	unsigned int ncodes, i;

	s->nrules = symtab_u8(c);
	ncodes = symtab_u8(c);
	s->rules = c->p;
	for (i = 0; i < s->nrules; i++)
		rule_decode(c, &rule);
	s->codes = c->p;
	s->codes_end = c->end;
	code_find(s, ncodes, &steps);
	if (c->bad || steps.bad)
		return -EINVAL;
	s->codes_end = c->p = steps.p;
	return 0;
}

/* Opens the table at the group of pc. */
static int unwind_open(const struct symtab_view *v, __u64 pc,
		       struct unwind_state *s, const __u8 **group_end)
{
	struct symtab_cursor c;
	struct symtab_groups g;
	__u32 count, i;
	__u64 next_pc;
	int rc;

	rc = symtab_table(v, SYMTAB_UNWIND, &c, &count);
	if (rc)
		return rc;
	memset(s, 0, sizeof(*s));
	s->pc_shift = v->pc_shift;
	rc = dictionaries(&c, s);
	if (!rc)
		rc = symtab_groups(&c, count, &g);
	if (!rc)
		rc = symtab_group_find(&g, pc, &i);
	if (rc)
		return rc;
	*group_end = g.end;
	if (i + 1 < g.count) {
		symtab_group(&g, i + 1, &s->c, &next_pc);
		*group_end = s->c.p;
	}
	symtab_group(&g, i, &s->c, &s->pc);
	s->rule = symtab_u8(&s->c);
	return s->c.bad ? -EINVAL : 0;
}

int uk_symtab_unwind_rule(unsigned long pc, struct uk_unwind_rule *rule)
{
	struct unwind_state s;
	struct symtab_view v;
	const __u8 *end;
	__u64 at;
	unsigned int n;
	int rc;

	rc = symtab_view_image(&v);
	if (!rc)
		rc = symtab_pc(&v, pc, &at);
	if (!rc)
		rc = unwind_open(&v, at, &s, &end);
	if (rc)
		return rc;
	for (n = 1; !rc && n < SYMTAB_UNWIND_GROUP && s.c.p < end; n++)
		rc = row_next(&s, at);
	if (rc < 0)
		return rc;
	return s.rule == 0 ? -ENOENT : rule_find(&s, s.rule, rule);
}
