/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * All tables of an image put together: header, directory, tables. No table
 * needs alignment, so none is padded.
 */
#include "encode.h"

static const char *const names[SYMTAB_NTABLES] = {
	[SYMTAB_NAMES] = "names",     [SYMTAB_SYMBOLS] = "symbols",
	[SYMTAB_PATHS] = "paths",     [SYMTAB_LINES] = "lines",
	[SYMTAB_FUNCS] = "functions", [SYMTAB_NODES] = "inlined calls",
	[SYMTAB_INLINES] = "inlines", [SYMTAB_UNWIND] = "unwind",
};

const char *table_name(enum symtab_table t)
{
	return names[t];
}

void groups_begin(struct groups *g, uint64_t pc)
{
	buf_u32(&g->index, pc - g->origin);
	buf_u32(&g->index, g->data.len);
	g->count++;
}

void groups_finish(struct groups *g, struct table *t)
{
	buf_append(&t->bytes, &g->index);
	buf_append(&t->bytes, &g->data);
	t->count = g->count;
	buf_free(&g->index);
	buf_free(&g->data);
}

static void assemble(struct model *m, struct blob *b, uint64_t origin)
{
	uint64_t offset = SYMTAB_HEADER_SIZE, size = offset;
	const struct table *t;
	size_t i;

	for (i = 0; i < SYMTAB_NTABLES; i++)
		size += b->tables[i].bytes.len;
	buf_u32(&b->bytes, SYMTAB_MAGIC);
	buf_u32(&b->bytes, size);
	buf_u32(&b->bytes, origin & 0xffffffff);
	buf_u32(&b->bytes, origin >> 32);
	buf_u32(&b->bytes, m->image.pc_shift);
	for (i = 0; i < SYMTAB_NTABLES; i++) {
		t = &b->tables[i];
		buf_u32(&b->bytes, t->bytes.len ? offset : 0);
		buf_u32(&b->bytes, t->bytes.len);
		buf_u32(&b->bytes, t->count);
		offset += t->bytes.len;
	}
	for (i = 0; i < SYMTAB_NTABLES; i++)
		buf_append(&b->bytes, &b->tables[i].bytes);
}

void blob_make(struct model *m, const struct selection *what, struct blob *b)
{
	struct encoder e = { .m = m, .origin = m->symbols[0].start };
	struct table *t = b->tables;

	/* Code before the first symbol may have lines, too */
	if (m->image.text[0].start < e.origin)
		e.origin = m->image.text[0].start;
	names_of_symbols(&e);
	names_of_paths(&e);
	names_of_functions(&e);
	dictionary_train(&e.names);
	encode_names(&e.names, &t[SYMTAB_NAMES]);
	encode_symbols(&e, &t[SYMTAB_SYMBOLS]);
	if (m->paths.len)
		encode_paths(&e, &t[SYMTAB_PATHS]);
	if (what->lines && m->nlines)
		encode_lines(&e, &t[SYMTAB_LINES]);
	if (what->inlines && m->nnodes) {
		encode_functions(&e, &t[SYMTAB_FUNCS]);
		encode_nodes(&e, &t[SYMTAB_NODES]);
		encode_inlines(&e, &t[SYMTAB_INLINES]);
	}
	if (what->unwind && m->nunwind)
		encode_unwind(&e, &t[SYMTAB_UNWIND]);
	assemble(m, b, e.origin);
}
