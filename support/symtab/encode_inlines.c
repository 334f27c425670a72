/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tables NODES and INLINES. Nodes are numbered by their first appearance, so
 * that most rows go to the next new node, one back, or out.
 */
#include "encode.h"

static void put_node(struct buf *b, const struct inline_node *n, size_t id,
		     uint32_t *path, uint32_t *line)
{
	uint64_t up = n->parent ? id - n->parent : 0;
	int64_t dline = (int64_t)n->line - *line;
	unsigned int head;

	head = up < SYMTAB_NODE_PARENT_ANY ? (unsigned int)up
					   : SYMTAB_NODE_PARENT_ANY;
	if (n->path != *path)
		head |= SYMTAB_NODE_PATH;
	if (zigzag(dline) < SYMTAB_NODE_LINE_ANY)
		head |= (unsigned int)zigzag(dline) << SYMTAB_NODE_LINE_SHIFT;
	else
		head |= SYMTAB_NODE_LINE_ANY << SYMTAB_NODE_LINE_SHIFT;
	buf_u8(b, head);
	if (up >= SYMTAB_NODE_PARENT_ANY)
		buf_varint(b, up);
	if (n->path != *path)
		buf_varint(b, n->path);
	if (zigzag(dline) >= SYMTAB_NODE_LINE_ANY)
		buf_zigzag(b, dline);
	buf_varint(b, n->function);
	*path = n->path;
	*line = n->line;
}

void encode_nodes(struct encoder *e, struct table *t)
{
	struct buf index = { 0 }, data = { 0 };
	uint32_t path = 0, line = 0;
	size_t i;

	for (i = 0; i < e->m->nnodes; i++) {
		if (i % SYMTAB_NODE_GROUP == 0) {
			buf_u32(&index, data.len);
			path = line = 0;
		}
		put_node(&data, &e->m->nodes[i], i + 1, &path, &line);
	}
	buf_append(&t->bytes, &index);
	buf_append(&t->bytes, &data);
	t->count = t->records = e->m->nnodes;
}

/* The decoder's state */
struct state {
	uint64_t pc;
	uint64_t current;
	uint64_t highest;
};

static unsigned int row_kind(const struct state *s, uint64_t node)
{
	if (node == 0)
		return SYMTAB_INL_OUT;
	if (node == s->highest + 1)
		return SYMTAB_INL_NEW1;
	if (node == s->highest + 2)
		return SYMTAB_INL_NEW2;
	if (node + 1 == s->current)
		return SYMTAB_INL_PREV;
	if (node == s->current + 1)
		return SYMTAB_INL_NEXT;
	return SYMTAB_INL_ANY;
}

static void put_row(struct buf *b, struct state *s, uint64_t dpc, uint64_t node)
{
	unsigned int kind = row_kind(s, node), head = kind;

	if (dpc <= SYMTAB_INL_DPC_MAX)
		head |= (unsigned int)dpc << SYMTAB_INL_DPC_SHIFT;
	buf_u8(b, head);
	if (dpc > SYMTAB_INL_DPC_MAX)
		buf_varint(b, dpc);
	if (kind == SYMTAB_INL_ANY)
		buf_zigzag(b, (int64_t)(node - s->highest));
	if (node) {
		s->current = node;
		if (node > s->highest)
			s->highest = node;
	}
}

void encode_inlines(struct encoder *e, struct table *t)
{
	struct groups g = { .origin = e->origin };
	const struct inline_row *r = e->m->inlines;
	struct state s = { 0 };
	size_t i;

	for (i = 0; i < e->m->ninlines; i++) {
		if (i % SYMTAB_INLINE_GROUP == 0) {
			groups_begin(&g, r[i].pc);
			buf_varint(&g.data, r[i].node);
			s.current = s.highest = r[i].node;
		} else {
			put_row(&g.data, &s,
				(r[i].pc - r[i - 1].pc) >> e->m->image.pc_shift,
				r[i].node);
		}
	}
	groups_finish(&g, t);
	t->records = e->m->ninlines;
}
