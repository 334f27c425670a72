/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Rules for the PCs where the standard frame is not (or no longer) there:
 * first and last instructions of functions, assembly. A row says from which PC
 * on which rule holds; the usual sequences of rows (a prologue) are one code.
 */
#include "symtab_internal.h"

/* State of the decoder in a group. */
struct unwind_state {
	struct symtab_cursor c;
	struct symtab_cursor rules, codes; /* the dictionaries */
	unsigned int pc_shift;
	__u64 pc;
	unsigned int rule; /* 0: standard */
};

struct uk_symtab_known uk_symtab_known[UK_SYMTAB_KNOWN];

/* Decodes a row up to and with pc. 1: the row goes beyond, 0, -EINVAL. */
static int row_next(struct unwind_state *s, __u64 pc)
{
	struct symtab_cursor steps = s->codes;
	__u8 head = symtab_u8(&s->c);
	unsigned int code = head & SYMTAB_UNW_CODE;
	__u64 dpc = head >> SYMTAB_UNW_DPC_SHIFT, next;

	if (code == SYMTAB_UNW_CODE_ANY)
		code = symtab_u8(&s->c);
	if (dpc == SYMTAB_UNW_DPC_ANY)
		dpc += symtab_varint(&s->c);
	symtab_skip(&steps, code * SYMTAB_UNW_SIZE);
	for (unsigned int n = 1; n == 1 || dpc; n++) {
		next = s->pc + (dpc << s->pc_shift);
		if (steps.bad || s->c.bad)
			return -EINVAL;
		if (next > pc)
			return 1;
		s->pc = next;
		s->rule = symtab_u8(&steps);
		dpc = n < SYMTAB_UNW_STEPS ? symtab_u8(&steps) : 0;
	}
	return steps.bad ? -EINVAL : 0;
}

/* A rule of the dictionary; 1 is its first. 0, -EINVAL. */
static int rule_find(const struct unwind_state *s, __u64 *rule)
{
	struct symtab_cursor c = s->rules;

	*rule = 0;
	if (!s->rule)
		return 0;
	symtab_skip(&c, (s->rule - 1) * SYMTAB_RULE_SIZE);
	*rule = symtab_u32(&c);
	*rule |= (__u64)symtab_u32(&c) << 32;
	return c.bad ? -EINVAL : 0;
}

/* Cuts the next bytes off, as a cursor of their own. */
static struct symtab_cursor part(struct symtab_cursor *c, __u32 size)
{
	struct symtab_cursor first = *c;

	symtab_skip(c, size);
	first.end = c->p;
	return first;
}

/* Opens the table at the group of pc. */
static int unwind_open(const struct symtab_view *v, __u64 pc,
		       struct unwind_state *s, const __u8 **group_end)
{
	unsigned int rules, codes;
	struct symtab_cursor c;
	struct symtab_groups g;
	__u32 count, i;
	__u64 next_pc;
	int rc;

	rc = symtab_table(v, SYMTAB_UNWIND, &c, &count);
	if (rc)
		return rc;
	s->pc_shift = v->pc_shift;
	rules = symtab_u8(&c);
	codes = symtab_u8(&c);
	s->rules = part(&c, rules * SYMTAB_RULE_SIZE);
	s->codes = part(&c, codes * SYMTAB_UNW_SIZE);
	rc = c.bad ? -EINVAL : symtab_groups(&c, count, &g);
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

/* The rule of a PC as the table has it. 0, -ENOENT, -EINVAL. */
static __noinline int search(unsigned long pc, __u64 *rule)
{
	struct unwind_state s;
	struct symtab_view v;
	const __u8 *end;
	unsigned int n;
	__u64 at;
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
	return rc < 0 ? rc : rule_find(&s, rule);
}

static __u32 offset(__u64 packed, unsigned int shift)
{
	return (packed >> shift & SYMTAB_RULE_OFFSET) * SYMTAB_RULE_UNIT;
}

static void unpack(__u64 packed, struct uk_unwind_rule *rule)
{
	rule->cfa_from_fp = !!(packed & SYMTAB_RULE_CFA_FP);
	rule->cfa_offset = offset(packed, SYMTAB_RULE_CFA_SHIFT);
	rule->ra = packed & SYMTAB_RULE_RA_END	 ? UK_UNWIND_RA_END
		   : packed & SYMTAB_RULE_RA_REG ? UK_UNWIND_RA_REG
						 : UK_UNWIND_RA_CFA;
	rule->ra_offset = offset(packed, SYMTAB_RULE_RA_SHIFT);
	rule->fp_saved = !!(packed & SYMTAB_RULE_FP_SAVED);
	rule->fp_offset = offset(packed, SYMTAB_RULE_FP_SHIFT);
}

static int is_known(const struct uk_symtab_known *k, unsigned long pc,
		    __u64 *rule)
{
	*rule = UK_READ_ONCE(k->rule);
	return UK_READ_ONCE(k->key) == (pc ^ uk_symtab_mix(*rule));
}

static void keep(struct uk_symtab_known *k, __u64 key, __u64 rule)
{
	UK_WRITE_ONCE(k->rule, rule);
	UK_WRITE_ONCE(k->key, key);
}

int uk_symtab_unwind_rule(unsigned long pc, struct uk_unwind_rule *rule)
{
	struct uk_symtab_known *k = &uk_symtab_known[uk_symtab_known_index(pc)];
	unsigned int i = 0;
	__u64 packed;
	int rc;

	while (i < UK_SYMTAB_WAYS && !is_known(&k[i], pc, &packed))
		i++;
	if (i == UK_SYMTAB_WAYS) {
		rc = search(pc, &packed);
		if (rc)
			return rc;
		while (--i)
			keep(&k[i], UK_READ_ONCE(k[i - 1].key),
			     UK_READ_ONCE(k[i - 1].rule));
		keep(&k[0], pc ^ uk_symtab_mix(packed), packed);
	}
	if (!packed)
		return -ENOENT;
	unpack(packed, rule);
	return 0;
}
