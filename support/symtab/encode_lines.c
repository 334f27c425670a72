/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Table LINES. Two passes over the rows: the first turns each into a step
 * (bytes, place in the list of recent files, lines), the second writes them
 * with the codes that the first one found to be the most useful.
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"

enum step_kind {
	STEP_FIRST, /* of a group */
	STEP_SLOT,  /* in a recent file */
	STEP_FILE,  /* in another file */
	STEP_NONE,  /* no line known */
};

struct step {
	enum step_kind kind;
	uint64_t dpc;
	unsigned int slot;
	int64_t dline;
};

/* A code that could be; wildcards as in the format. */
struct entry {
	uint8_t dpc;
	uint8_t slot;
	int8_t dline;
	uint32_t uses;
};

/* The decoder's list of recent files. */
struct recent {
	uint32_t path[SYMTAB_LINE_SLOTS];
	uint32_t line[SYMTAB_LINE_SLOTS];
};

static void recent_use(struct recent *r, unsigned int slot,
		       const struct line_row *row)
{
	for (; slot > 0; slot--) {
		r->path[slot] = r->path[slot - 1];
		r->line[slot] = r->line[slot - 1];
	}
	r->path[0] = row->path;
	r->line[0] = row->line;
}

/* The step to a row; the rows before it are in r. */
static struct step make_step(struct recent *r, const struct line_row *row,
			     uint64_t dpc)
{
	struct step s = { .kind = STEP_NONE, .dpc = dpc };

	if (!row->path)
		return s;
	s.kind = STEP_SLOT;
	for (s.slot = 0; s.slot < SYMTAB_LINE_SLOTS; s.slot++)
		if (r->path[s.slot] == row->path)
			break;
	if (s.slot == SYMTAB_LINE_SLOTS) {
		s.kind = STEP_FILE;
		recent_use(r, SYMTAB_LINE_SLOTS - 1, row);
		return s;
	}
	s.dline = (int64_t)row->line - r->line[s.slot];
	recent_use(r, s.slot, row);
	return s;
}

static struct step *make_steps(const struct model *m)
{
	struct step *steps = xcalloc(m->nlines, sizeof(*steps));
	struct recent r;
	uint64_t dpc;
	size_t i;

	for (i = 0; i < m->nlines; i++) {
		if (i % SYMTAB_LINE_GROUP == 0) {
			memset(&r, 0, sizeof(r));
			r.path[0] = m->lines[i].path;
			r.line[0] = m->lines[i].line;
			steps[i].kind = STEP_FIRST;
			continue;
		}
		dpc = (m->lines[i].pc - m->lines[i - 1].pc) >>
		      m->image.pc_shift;
		steps[i] = make_step(&r, &m->lines[i], dpc);
	}
	return steps;
}

static int exact_dpc(const struct step *s)
{
	return s->dpc > 0 && s->dpc <= UINT8_MAX;
}

static int exact_dline(const struct step *s)
{
	return s->dline > INT8_MIN && s->dline <= INT8_MAX;
}

/* Does the code fit the step? */
static int fits(const struct entry *e, const struct step *s)
{
	return e->slot == s->slot &&
	       (e->dpc == SYMTAB_LINE_DPC_ANY || e->dpc == s->dpc) &&
	       (e->dline == SYMTAB_LINE_DLINE_ANY || e->dline == s->dline);
}

static int by_use(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->uses != y->uses)
		return x->uses > y->uses ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot - y->slot;
	if (x->dpc != y->dpc)
		return x->dpc - y->dpc;
	return x->dline - y->dline;
}

/* What a wildcard entry leaves to be spelt out is what `kind` says. */
enum entry_kind { ENTRY_EXACT, ENTRY_ANY_DPC, ENTRY_ANY_DLINE, ENTRY_KINDS };

struct codes {
	struct entry v[SYMTAB_LINE_CODES];
	size_t len;
};

static const struct entry *find_code(const struct codes *c,
				     const struct step *s)
{
	const struct entry *best = NULL, *e;
	unsigned int cost, best_cost = 0;

	for (e = c->v; e < c->v + c->len; e++) {
		if (!fits(e, s))
			continue;
		cost = 0;
		if (e->dpc == SYMTAB_LINE_DPC_ANY)
			cost += varint_size(s->dpc);
		if (e->dline == SYMTAB_LINE_DLINE_ANY)
			cost += varint_size(zigzag(s->dline));
		if (!best || cost < best_cost) {
			best = e;
			best_cost = cost;
		}
	}
	return best;
}

/* Adds the `room` most useful codes of a kind for the steps that no exact or
 * half exact code of c fits yet.
 */
static void add_codes(struct codes *c, enum entry_kind kind, size_t room,
		      const struct step *steps, size_t nsteps)
{
	size_t dims = kind == ENTRY_EXACT ? 256 * 256 : 256, i, n = 0;
	struct entry *e = xcalloc(dims * SYMTAB_LINE_SLOTS, sizeof(*e)), *x;
	const struct entry *have;
	const struct step *s;

	for (s = steps; s < steps + nsteps; s++) {
		if (s->kind != STEP_SLOT ||
		    (kind != ENTRY_ANY_DPC && !exact_dpc(s)) ||
		    (kind != ENTRY_ANY_DLINE && !exact_dline(s)))
			continue;
		have = kind == ENTRY_EXACT ? NULL : find_code(c, s);
		if (have && (have->dpc != SYMTAB_LINE_DPC_ANY ||
			     have->dline != SYMTAB_LINE_DLINE_ANY))
			continue;
		i = s->slot * dims;
		if (kind == ENTRY_EXACT)
			i += s->dpc << 8 | (uint8_t)s->dline;
		else
			i += kind == ENTRY_ANY_DPC ? (uint8_t)s->dline : s->dpc;
		x = &e[i];
		x->slot = (uint8_t)s->slot;
		x->dpc = kind == ENTRY_ANY_DPC ? 0 : (uint8_t)s->dpc;
		x->dline = kind == ENTRY_ANY_DLINE ? INT8_MIN
						   : (int8_t)s->dline;
		x->uses++;
	}
	qsort(e, dims * SYMTAB_LINE_SLOTS, sizeof(*e), by_use);
	/* A code costs three bytes of table and saves one or two a use */
	for (; n < room && e[n].uses > 3 && c->len < SYMTAB_LINE_CODES; n++)
		c->v[c->len++] = e[n];
	free(e);
}

static void make_codes(struct codes *c, const struct step *steps, size_t n)
{
	unsigned int slot;

	c->len = 0;
	for (slot = 0; slot < SYMTAB_LINE_SLOTS; slot++)
		c->v[c->len++] = (struct entry){ SYMTAB_LINE_DPC_ANY,
						 (uint8_t)slot,
						 SYMTAB_LINE_DLINE_ANY, 0 };
	add_codes(c, ENTRY_EXACT, 150, steps, n);
	add_codes(c, ENTRY_ANY_DPC, 50, steps, n);
	add_codes(c, ENTRY_ANY_DLINE, 50, steps, n);
}

static void put_slot(struct buf *b, const struct codes *c, const struct step *s)
{
	const struct entry *e = find_code(c, s);

	buf_u8(b, (unsigned int)(e - c->v));
	if (e->dpc == SYMTAB_LINE_DPC_ANY)
		buf_varint(b, s->dpc);
	if (e->dline == SYMTAB_LINE_DLINE_ANY)
		buf_zigzag(b, s->dline);
}

static void put_row(struct groups *g, const struct codes *c,
		    const struct step *s, const struct line_row *row)
{
	struct buf *b = &g->data;

	switch (s->kind) {
	case STEP_FIRST:
		groups_begin(g, row->pc);
		buf_varint(b, row->path);
		buf_varint(b, row->line);
		break;
	case STEP_SLOT:
		put_slot(b, c, s);
		break;
	case STEP_FILE:
		buf_u8(b, SYMTAB_LINE_FILE);
		buf_varint(b, s->dpc);
		buf_varint(b, row->path - 1);
		buf_varint(b, row->line);
		break;
	case STEP_NONE:
		buf_u8(b, SYMTAB_LINE_NONE);
		buf_varint(b, s->dpc);
		break;
	}
}

void encode_lines(struct encoder *e, struct table *t)
{
	struct step *steps = make_steps(e->m);
	struct groups g = { .origin = e->origin };
	struct codes codes;
	size_t i;

	make_codes(&codes, steps, e->m->nlines);
	buf_u8(&t->bytes, (unsigned int)codes.len);
	for (i = 0; i < codes.len; i++) {
		buf_u8(&t->bytes, codes.v[i].dpc);
		buf_u8(&t->bytes, codes.v[i].slot);
		buf_u8(&t->bytes, (uint8_t)codes.v[i].dline);
	}
	t->dictionary = t->bytes.len;
	for (i = 0; i < e->m->nlines; i++)
		put_row(&g, &codes, &steps[i], &e->m->lines[i]);
	groups_finish(&g, t);
	t->records = e->m->nlines;
	free(steps);
}
