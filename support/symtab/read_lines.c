/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Line tables, reduced to the rows that change
 * the file or the line, in one order over all compilation units. Code that the
 * linker dropped leaves rows at addresses outside the text: they are removed.
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Up to this many bytes between two functions are padding, not other code */
#define PADDING_MAX 64

/* A row with what its order depends on. */
struct raw {
	struct line_row row;
	size_t number; /* of equal addresses the last row counts */
	int end;       /* the first address after a sequence */
};

struct raws {
	struct raw *v;
	size_t len;
	size_t cap;
};

/* Interning a path is costly and neighbouring rows share theirs. */
struct path_cache {
	const char *src; /* libdw's string: compared by address */
	uint32_t id;
};

static uint32_t cached_path(struct model *m, struct path_cache *cache,
			    const char *folder, const char *src)
{
	if (cache->src != src) {
		cache->src = src;
		cache->id = path_intern(&m->paths, folder, src);
	} else {
		m->paths.uses[cache->id]++;
	}
	return cache->id;
}

static void add_row(struct model *m, struct raws *r, Dwarf_Line *line,
		    const char *folder, struct path_cache *cache)
{
	struct raw raw = { .number = r->len };
	const char *src;
	Dwarf_Addr pc;
	bool end;
	int number;

	if (dwarf_lineaddr(line, &pc) || dwarf_lineendsequence(line, &end) ||
	    dwarf_lineno(line, &number))
		return;
	raw.end = end;
	raw.row.pc = pc;
	if (!image_is_text(&m->image, end ? pc - 1 : pc))
		return;
	src = end ? NULL : dwarf_linesrc(line, NULL, NULL);
	if (src) {
		raw.row.path = cached_path(m, cache, folder, src) + 1;
		raw.row.line = (uint32_t)number;
	}
	r->v = grow(r->v, r->len, &r->cap, sizeof(*r->v));
	r->v[r->len++] = raw;
}

static void read_unit(struct model *m, struct raws *r, Dwarf_Die *unit)
{
	struct path_cache cache = { 0 };
	Dwarf_Attribute attr;
	const char *folder;
	Dwarf_Lines *lines;
	size_t n, i;

	folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attr));
	if (dwarf_getsrclines(unit, &lines, &n))
		return;
	for (i = 0; i < n; i++)
		add_row(m, r, dwarf_onesrcline(lines, i), folder, &cache);
}

/* An end comes before a row of the same address: that begins a sequence. */
static int compare(const void *a, const void *b)
{
	const struct raw *x = a, *y = b;

	if (x->row.pc != y->row.pc)
		return x->row.pc < y->row.pc ? -1 : 1;
	if (x->end != y->end)
		return y->end - x->end;
	return x->number < y->number ? -1 : 1;
}

/* Does code begin in [from, to)? Then that is not padding. */
static int symbol_between(const struct model *m, uint64_t from, uint64_t to)
{
	size_t lo = 0, hi = m->nsymbols, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (m->symbols[mid].start < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->nsymbols && m->symbols[lo].start < to;
}

static int is_padding(const struct model *m, const struct raws *r, size_t end)
{
	uint64_t from = r->v[end].row.pc, to;

	if (end + 1 >= r->len)
		return 0;
	to = r->v[end + 1].row.pc;
	return to - from <= PADDING_MAX && !symbol_between(m, from, to);
}

static void put_row(struct model *m, struct line_row row)
{
	const struct line_row *last;

	if (m->nlines > 0) {
		last = &m->lines[m->nlines - 1];
		if (last->path == row.path && last->line == row.line)
			return;
	}
	m->lines = grow(m->lines, m->nlines, &m->lines_cap, sizeof(row));
	m->lines[m->nlines++] = row;
}

void read_lines(struct model *m)
{
	struct raws r = { 0 };
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	size_t i;

	if (!m->image.dwarf)
		return;
	while (dwarf_get_units(m->image.dwarf, unit, &unit, NULL, NULL, &die,
			       NULL) == 0)
		read_unit(m, &r, &die);
	if (r.len)
		qsort(r.v, r.len, sizeof(*r.v), compare);
	for (i = 0; i < r.len; i++) {
		if (i + 1 < r.len && r.v[i + 1].row.pc == r.v[i].row.pc)
			continue;
		if (r.v[i].end && is_padding(m, &r, i))
			continue;
		put_row(m, r.v[i].row);
	}
	free(r.v);
}
