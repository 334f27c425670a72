/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Table SYMBOLS: sizes and names; where the next symbol starts follows from
 * the end of the last one and the alignment of sections, nearly always.
 */
#include "encode.h"

static uint64_t align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) & ~(to - 1);
}

void names_of_symbols(struct encoder *e)
{
	size_t i;

	for (i = 0; i < e->m->nsymbols; i++)
		dictionary_add(&e->names, e->m->symbols[i].name);
}

static void put_record(struct encoder *e, struct buf *b, size_t i)
{
	const struct symbol *s = &e->m->symbols[i];
	uint64_t end = s->start + s->size - e->origin, next = end;
	unsigned int gap = SYMTAB_GAP_EXPLICIT;

	if (i + 1 < e->m->nsymbols)
		next = s[1].start - e->origin;
	if (next == align_up(end, 16))
		gap = SYMTAB_GAP_ALIGN16;
	else if (next == end)
		gap = SYMTAB_GAP_NONE;
	else if (next == align_up(end, 8))
		gap = SYMTAB_GAP_ALIGN8;
	buf_varint(b, s->size << 2 | gap);
	if (gap == SYMTAB_GAP_EXPLICIT)
		buf_zigzag(b, (int64_t)(next - end));
	dictionary_put(&e->names, b);
}

void encode_symbols(struct encoder *e, struct table *t)
{
	struct groups g = { .origin = e->origin };
	const struct symbol *s = e->m->symbols;
	uint64_t covered = 0;
	size_t i, n = 0;

	for (i = 0; i < e->m->nsymbols; i++, n++) {
		/* What overlaps stays in one group */
		if (n == 0 ||
		    (n >= SYMTAB_SYMBOL_GROUP && s[i].start >= covered)) {
			groups_begin(&g, s[i].start);
			n = 0;
		}
		if (n >= SYMTAB_SYMBOL_GROUP_MAX)
			fatal("%s: more than %d symbols inside another one, "
			      "before %s",
			      e->m->image.path, SYMTAB_SYMBOL_GROUP_MAX,
			      s[i].name);
		if (s[i].start + s[i].size > covered)
			covered = s[i].start + s[i].size;
		put_record(e, &g.data, i);
	}
	groups_finish(&g, t);
	t->records = e->m->nsymbols;
}
