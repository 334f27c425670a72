/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Table UNWIND. A prologue is always the same two or three rows at the same
 * distances: such sequences become one code, the most frequent codes get the
 * short form.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"

/* A code: rules, and the distances between them (dpc[0] is not part of it). */
struct sequence {
	uint8_t n;
	uint8_t rule[SYMTAB_UNW_STEPS];
	uint8_t dpc[SYMTAB_UNW_STEPS];
	uint32_t uses;
	uint32_t first; /* row of its first use, for a fixed order */
};

struct sequences {
	struct sequence *v;
	size_t len;
	size_t cap;
};

static uint64_t distance(const struct model *m, size_t row)
{
	return (m->unwind[row].pc - m->unwind[row - 1].pc) >> m->image.pc_shift;
}

/* The n rows from `row` on as a sequence. Returns whether they can be one. */
static int sequence_at(const struct model *m, size_t row, size_t n,
		       struct sequence *s)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	if (row + n > m->nunwind)
		return 0;
	s->n = (uint8_t)n;
	for (i = 0; i < n; i++) {
		s->rule[i] = (uint8_t)m->unwind[row + i].rule;
		if (i == 0)
			continue;
		if (distance(m, row + i) > UINT8_MAX)
			return 0;
		s->dpc[i] = (uint8_t)distance(m, row + i);
	}
	return 1;
}

static int same(const struct sequence *a, const struct sequence *b)
{
	return a->n == b->n && !memcmp(a->rule, b->rule, sizeof(a->rule)) &&
	       !memcmp(a->dpc, b->dpc, sizeof(a->dpc));
}

static struct sequence *find(const struct sequences *all,
			     const struct sequence *s)
{
	size_t i;

	for (i = 0; i < all->len; i++)
		if (same(&all->v[i], s))
			return &all->v[i];
	return NULL;
}

static void count(struct sequences *all, const struct sequence *s, size_t row)
{
	struct sequence *known = find(all, s);

	if (!known) {
		all->v = grow(all->v, all->len, &all->cap, sizeof(*all->v));
		known = &all->v[all->len++];
		*known = *s;
		known->uses = 0;
		known->first = (uint32_t)row;
	}
	known->uses++;
}

static int by_use(const void *a, const void *b)
{
	const struct sequence *x = a, *y = b;

	if (x->uses != y->uses)
		return x->uses > y->uses ? -1 : 1;
	if (x->n != y->n)
		return y->n - x->n;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* All sequences of several rows that occur often enough to pay for their
 * code, which costs two bytes a row and saves at least one a row and use.
 */
static void frequent(const struct model *m, struct sequences *codes)
{
	size_t room = SYMTAB_UNW_CODES - (m->nrules + 1), row, n, i;
	struct sequences all = { 0 };
	struct sequence s;

	for (row = 0; row < m->nunwind; row++)
		for (n = 2; n <= SYMTAB_UNW_STEPS; n++)
			if (sequence_at(m, row, n, &s))
				count(&all, &s, row);
	if (all.len)
		qsort(all.v, all.len, sizeof(*all.v), by_use);
	for (i = 0; i < all.len && all.v[i].uses > 4 && i < room; i++)
		count(codes, &all.v[i], all.v[i].first);
	free(all.v);
}

/* The longest code that the rows from `row` on begin with, NULL: none. */
static struct sequence *longest(const struct model *m,
				const struct sequences *codes, size_t row)
{
	struct sequence s, *code;
	size_t n;

	for (n = SYMTAB_UNW_STEPS; n > 0; n--)
		if (sequence_at(m, row, n, &s) && (code = find(codes, &s)))
			return code;
	return NULL;
}

/* The codes that are used when the longest one is taken each time, sorted by
 * use, and one for each rule alone.
 */
static void make_codes(const struct model *m, struct sequences *codes)
{
	struct sequences tried = { 0 };
	const struct sequence *code;
	struct sequence s;
	size_t row;

	frequent(m, &tried);
	for (row = 0; row < m->nunwind; row++) {
		sequence_at(m, row, 1, &s);
		count(&tried, &s, row);
		if (!find(codes, &s))
			count(codes, &s, row);
	}
	for (row = 0; row < m->nunwind; row += code->n) {
		code = longest(m, &tried, row);
		count(codes, code, row);
	}
	qsort(codes->v, codes->len, sizeof(*codes->v), by_use);
	free(tried.v);
}

static void put_rule(struct buf *b, const struct unwind_rule *rule)
{
	uint64_t packed = rule->flags |
			  (uint64_t)(rule->cfa / SYMTAB_RULE_UNIT)
				  << SYMTAB_RULE_CFA_SHIFT |
			  (uint64_t)(rule->ra / SYMTAB_RULE_UNIT)
				  << SYMTAB_RULE_RA_SHIFT |
			  (uint64_t)(rule->fp / SYMTAB_RULE_UNIT)
				  << SYMTAB_RULE_FP_SHIFT;

	buf_u32(b, (uint32_t)packed);
	buf_u32(b, (uint32_t)(packed >> 32));
}

static void put_dictionaries(const struct model *m,
			     const struct sequences *codes, struct buf *b)
{
	const struct sequence *c;
	size_t i;

	if (codes->len > SYMTAB_UNW_CODES)
		fatal("internal error: %zu codes", codes->len);
	buf_u8(b, (unsigned int)m->nrules);
	buf_u8(b, (unsigned int)codes->len);
	for (i = 0; i < m->nrules; i++)
		put_rule(b, &m->rules[i]);
	for (c = codes->v; c < codes->v + codes->len; c++)
		for (i = 0; i < SYMTAB_UNW_STEPS; i++) {
			if (i > 0)
				buf_u8(b, c->dpc[i]);
			buf_u8(b, c->rule[i]);
		}
}

static void put_code(struct buf *b, size_t code, uint64_t dpc)
{
	unsigned int head = code < SYMTAB_UNW_CODE_ANY ? (unsigned int)code
						       : SYMTAB_UNW_CODE_ANY;

	if (dpc < SYMTAB_UNW_DPC_ANY)
		head |= (unsigned int)dpc << SYMTAB_UNW_DPC_SHIFT;
	else
		head |= SYMTAB_UNW_DPC_ANY << SYMTAB_UNW_DPC_SHIFT;
	buf_u8(b, head);
	if (code >= SYMTAB_UNW_CODE_ANY)
		buf_u8(b, (unsigned int)code);
	if (dpc >= SYMTAB_UNW_DPC_ANY)
		buf_varint(b, dpc - SYMTAB_UNW_DPC_ANY);
}

void encode_unwind(struct encoder *e, struct table *t)
{
	struct groups g = { .origin = e->origin };
	const struct model *m = e->m;
	struct sequences codes = { 0 };
	const struct sequence *code;
	size_t row, n = 0;

	make_codes(m, &codes);
	put_dictionaries(m, &codes, &t->bytes);
	t->dictionary = t->bytes.len;
	for (row = 0; row < m->nunwind; n++) {
		if (n % SYMTAB_UNWIND_GROUP == 0) {
			groups_begin(&g, m->unwind[row].pc);
			buf_u8(&g.data, m->unwind[row++].rule);
			continue;
		}
		code = longest(m, &codes, row);
		put_code(&g.data, (size_t)(code - codes.v), distance(m, row));
		row += code->n;
	}
	groups_finish(&g, t);
	t->records = m->nunwind;
	free(codes.v);
}
