/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Inlined functions. Rows map each PC to the innermost inlined call that its
 * code belongs to (a node, or none); a node names its function, the place of
 * the call and the node that the call itself is in. Parents have lower numbers
 * than their children, so a walk upwards ends.
 */
#include <string.h>

#include "symtab_internal.h"

/* One inlined call. */
struct node {
	__u32 parent; /* 0: called by the out-of-line function */
	__u32 function;
	__u32 path; /* of the call */
	__u32 line;
};

/* State of the decoder in a group of rows. */
struct inline_state {
	struct symtab_cursor c;
	unsigned int pc_shift;
	__u64 pc;
	__u64 node;    /* at pc; 0: none */
	__u64 current; /* the last one that was not 0 */
	__u64 highest;
};

static void row_next(struct inline_state *s)
{
	__u8 head = symtab_u8(&s->c);
	__u64 dpc = head >> SYMTAB_INL_DPC_SHIFT;

	if (dpc == 0)
		dpc = symtab_varint(&s->c);
	s->pc += dpc << s->pc_shift;
	switch (head & SYMTAB_INL_KIND) {
	case SYMTAB_INL_OUT:
		s->node = 0;
		return;
	case SYMTAB_INL_PREV:
		s->node = s->current - 1;
		break;
	case SYMTAB_INL_NEXT:
		s->node = s->current + 1;
		break;
	case SYMTAB_INL_NEW1:
		s->node = s->highest + 1;
		break;
	case SYMTAB_INL_NEW2:
		s->node = s->highest + 2;
		break;
	default:
		s->node = s->highest + (__u64)symtab_zigzag(&s->c);
		break;
	}
	s->current = s->node;
	if (s->node > s->highest)
		s->highest = s->node;
}

/* The innermost node at a PC. 0 with *node (0: nothing inlined), -ENOENT:
 * there is no table, or the PC is before it; -EINVAL.
 */
static int node_at(const struct symtab_view *v, __u64 pc, __u64 *node)
{
	struct inline_state s, next;
	struct symtab_cursor c;
	struct symtab_groups g;
	__u32 count, i, n;
	int rc;

	rc = symtab_table(v, SYMTAB_INLINES, &c, &count);
	if (!rc)
		rc = symtab_groups(&c, count, &g);
	if (!rc)
		rc = symtab_group_find(&g, pc, &i);
	if (rc)
		return rc;
	memset(&s, 0, sizeof(s));
	s.pc_shift = v->pc_shift;
	if (i + 1 < g.count) {
		symtab_group(&g, i + 1, &s.c, &s.pc);
		g.end = s.c.p;
	}
	symtab_group(&g, i, &s.c, &s.pc);
	s.node = s.current = s.highest = symtab_varint(&s.c);
	for (n = 1; n < SYMTAB_INLINE_GROUP && s.c.p < g.end; n++) {
		next = s;
		row_next(&next);
		if (next.pc > pc || next.c.bad)
			break;
		s = next;
	}
	*node = s.node;
	return 0;
}

/* Decodes one record; the path and line of the one before are in n. */
static void node_record(struct symtab_cursor *c, __u32 id, struct node *n)
{
	__u8 head = symtab_u8(c);
	__u64 up = head & SYMTAB_NODE_PARENT;
	__s64 dline = head >> SYMTAB_NODE_LINE_SHIFT;

	if (up == SYMTAB_NODE_PARENT_ANY)
		up = symtab_varint(c);
	if (head & SYMTAB_NODE_PATH)
		n->path = (__u32)symtab_varint(c);
	if (dline == SYMTAB_NODE_LINE_ANY)
		dline = symtab_zigzag(c);
	else
		dline = dline >> 1 ^ -(dline & 1);
	n->line += (__u32)dline;
	n->function = (__u32)symtab_varint(c);
	n->parent = up == 0 || up > id ? 0 : id - (__u32)up;
}

/* id counts from 1. 0, -EINVAL. */
static int node_read(const struct symtab_view *v, __u64 id, struct node *n)
{
	struct symtab_cursor table, c;
	__u32 count, i;

	if (symtab_table(v, SYMTAB_NODES, &table, &count) || id == 0 ||
	    id > count ||
	    symtab_record_group(&table, count, SYMTAB_NODE_GROUP, (__u32)id - 1,
				&c))
		return -EINVAL;
	memset(n, 0, sizeof(*n));
	i = ((__u32)id - 1) / SYMTAB_NODE_GROUP * SYMTAB_NODE_GROUP + 1;
	for (; i <= id; i++)
		node_record(&c, i, n);
	return c.bad ? -EINVAL : 0;
}

static int function_name(const struct symtab_view *v, __u32 id, char *out)
{
	struct symtab_names names;
	struct symtab_cursor table, c;
	__u32 count, i;

	if (symtab_names(v, &names) ||
	    symtab_table(v, SYMTAB_FUNCS, &table, &count) ||
	    symtab_record_group(&table, count, SYMTAB_FUNC_GROUP, id, &c))
		return -EINVAL;
	for (i = 0; i < id % SYMTAB_FUNC_GROUP; i++)
		symtab_name_skip(&names, &c);
	return symtab_name_expand(&names, &c, out, UK_SYMBOL_NAME_MAX) < 0
		       ? -EINVAL
		       : 0;
}

static int outermost(unsigned long addr, struct uk_inline_frame *f)
{
	struct uk_symbol sym;
	int rc = uk_resolve_symbol(addr, &sym);

	if (rc)
		return rc;
	memcpy(f->function, sym.name, sizeof(f->function));
	f->start = sym.start;
	f->inlined = 0;
	return 0;
}

/* Fills in the place of the frame: that of the call `below`, or of addr. */
static int frame_place(const struct symtab_view *v, unsigned long addr,
		       const struct node *below, struct uk_inline_frame *f)
{
	int rc;

	if (below) {
		f->loc.line = below->line;
		return symtab_path(v, below->path, f->loc.file);
	}
	rc = uk_resolve_line(addr, &f->loc);
	if (rc == -ENOENT) {
		f->loc.file[0] = '\0';
		f->loc.line = 0;
		rc = 0;
	}
	return rc;
}

int uk_resolve_inline(unsigned long addr, unsigned int depth,
		      struct uk_inline_frame *f)
{
	struct node n, below = { 0 };
	struct symtab_view v;
	unsigned int level;
	__u64 pc, id = 0;
	int rc;

	rc = symtab_view_image(&v);
	if (!rc)
		rc = symtab_pc(&v, addr, &pc);
	if (rc)
		return rc;
	rc = node_at(&v, pc, &id);
	if (rc && rc != -ENOENT)
		return rc;
	for (level = 0; level < depth; level++) {
		if (id == 0)
			return -ENOENT;
		rc = node_read(&v, id, &below);
		if (rc)
			return rc;
		id = below.parent;
	}
	if (id == 0) {
		rc = outermost(addr, f);
	} else {
		f->inlined = 1;
		f->start = 0;
		rc = node_read(&v, id, &n);
		if (!rc)
			rc = function_name(&v, n.function, f->function);
	}
	return rc ? rc : frame_place(&v, addr, depth ? &below : 0, f);
}
