/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Inlined calls from the tree of DIEs. Each DW_TAG_inlined_subroutine is a
 * node and paints its ranges; deeper ones paint over their parents, so that
 * each address ends up with the innermost call. One function is painted at a
 * time, as functions do not overlap.
 */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* A range of a node; later ones win. node 0: the function itself. */
struct paint {
	struct range r;
	uint32_t node;
};

/* The out-of-line function being read. */
struct canvas {
	struct model *m;
	const char *folder;
	Dwarf_Files *files;
	size_t nfiles;
	struct paint *v;
	size_t len;
	size_t cap;
	unsigned int depth;
};

/* Rows of all functions, with the nodes' numbers before renumbering. */
static void put_row(struct model *m, uint64_t pc, uint32_t node)
{
	m->inlines = grow(m->inlines, m->ninlines, &m->inlines_cap,
			  sizeof(*m->inlines));
	m->inlines[m->ninlines++] = (struct inline_row){ pc, node };
}

/* Returns whether any of the DIE's code is in the image. */
static int paint_ranges(struct canvas *c, Dwarf_Die *die, uint32_t node)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t off = 0;
	int any = 0;

	while ((off = dwarf_ranges(die, off, &base, &start, &end)) > 0) {
		if (start >= end || !image_is_text(&c->m->image, start))
			continue;
		c->v = grow(c->v, c->len, &c->cap, sizeof(*c->v));
		c->v[c->len++] = (struct paint){ { start, end }, node };
		any = 1;
	}
	return any;
}

static uint64_t attribute(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Word value = 0;

	if (dwarf_attr(die, name, &attr))
		dwarf_formudata(&attr, &value);
	return value;
}

static const char *function_name(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name;

	name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));
	return name ? name : "?";
}

/* Adds the node of an inlined call. Its number + 1. */
static uint32_t add_node(struct canvas *c, Dwarf_Die *die, uint32_t parent)
{
	uint64_t file = attribute(die, DW_AT_call_file);
	struct model *m = c->m;
	const char *src = NULL;
	struct inline_node n;

	if (c->files && file < c->nfiles)
		src = dwarf_filesrc(c->files, file, NULL, NULL);
	n.parent = parent;
	n.function = strings_intern(&m->functions, function_name(die));
	n.path = path_intern(&m->paths, c->folder, src);
	n.line = (uint32_t)attribute(die, DW_AT_call_line);
	m->nodes = grow(m->nodes, m->nnodes, &m->nodes_cap, sizeof(n));
	m->nodes[m->nnodes++] = n;
	return (uint32_t)m->nnodes;
}

static void visit_children(struct canvas *c, Dwarf_Die *die, uint32_t node);

static void visit_inlined(struct canvas *c, Dwarf_Die *die, uint32_t parent)
{
	size_t painted = c->len;
	uint32_t node;

	if (c->depth >= SYMTAB_INLINE_DEPTH_MAX || !paint_ranges(c, die, 0))
		return;
	node = add_node(c, die, parent);
	for (; painted < c->len; painted++)
		c->v[painted].node = node;
	c->depth++;
	visit_children(c, die, node);
	c->depth--;
}

static void visit_children(struct canvas *c, Dwarf_Die *die, uint32_t node)
{
	Dwarf_Die child;

	if (dwarf_child(die, &child))
		return;
	do {
		switch (dwarf_tag(&child)) {
		case DW_TAG_inlined_subroutine:
			visit_inlined(c, &child, node);
			break;
		case DW_TAG_lexical_block:
			visit_children(c, &child, node);
			break;
		default:
			break;
		}
	} while (dwarf_siblingof(&child, &child) == 0);
}

static int by_address(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The node that the last paint over an address gave it. */
static uint32_t colour(const struct canvas *c, uint64_t pc)
{
	size_t i;

	for (i = c->len; i-- > 0;)
		if (pc >= c->v[i].r.start && pc < c->v[i].r.end)
			return c->v[i].node;
	return 0;
}

/* Turns the paint of a function into rows. */
static void flatten(struct canvas *c)
{
	uint64_t *edges = xcalloc(2 * c->len, sizeof(*edges));
	uint32_t node, last = 0;
	size_t i;

	for (i = 0; i < c->len; i++) {
		edges[2 * i] = c->v[i].r.start;
		edges[2 * i + 1] = c->v[i].r.end;
	}
	qsort(edges, 2 * c->len, sizeof(*edges), by_address);
	for (i = 0; i < 2 * c->len; i++) {
		if (i + 1 < 2 * c->len && edges[i + 1] == edges[i])
			continue;
		node = colour(c, edges[i]);
		if (node != last)
			put_row(c->m, edges[i], node);
		last = node;
	}
	free(edges);
}

/* Functions may be anywhere in the tree (nested ones of GNU C). */
static void visit_functions(struct canvas *c, Dwarf_Die *die)
{
	Dwarf_Die child;
	int tag;

	if (dwarf_child(die, &child))
		return;
	do {
		tag = dwarf_tag(&child);
		if (tag == DW_TAG_subprogram) {
			c->len = 0;
			visit_children(c, &child, 0);
			if (c->len)
				flatten(c);
		}
		if (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block)
			visit_functions(c, &child);
	} while (dwarf_siblingof(&child, &child) == 0);
}

static int by_pc(const void *a, const void *b)
{
	const struct inline_row *x = a, *y = b;

	if (x->pc != y->pc)
		return x->pc < y->pc ? -1 : 1;
	/* The end of one function at the first byte of the next */
	return (x->node != 0) - (y->node != 0);
}

/* Sorts the rows; of those at one address the last stays. */
static void sort_rows(struct model *m)
{
	struct inline_row *r = m->inlines;
	uint32_t last = 0;
	size_t i, n = 0;

	if (m->ninlines)
		qsort(r, m->ninlines, sizeof(*r), by_pc);
	for (i = 0; i < m->ninlines; i++) {
		if (i + 1 < m->ninlines && r[i + 1].pc == r[i].pc)
			continue;
		if (r[i].node == last)
			continue;
		last = r[i].node;
		r[n++] = r[i];
	}
	m->ninlines = n;
}

/* Gives a node and its parents, outermost first, the next free numbers. */
static void number_node(struct model *m, const struct inline_node *old,
			uint32_t *map, uint32_t node)
{
	struct inline_node n;

	if (node == 0 || map[node])
		return;
	n = old[node - 1];
	number_node(m, old, map, n.parent);
	n.parent = map[n.parent];
	m->nodes[m->nnodes++] = n;
	map[node] = (uint32_t)m->nnodes;
}

/* Numbers nodes by first appearance in the rows; drops those painted over. */
static void renumber_nodes(struct model *m)
{
	uint32_t *map = xcalloc(m->nnodes + 1, sizeof(*map));
	struct inline_node *old = m->nodes;
	size_t i;

	m->nodes = xcalloc(m->nnodes, sizeof(*m->nodes));
	m->nnodes = 0;
	for (i = 0; i < m->ninlines; i++) {
		number_node(m, old, map, m->inlines[i].node);
		m->inlines[i].node = map[m->inlines[i].node];
	}
	free(old);
	free(map);
}

void read_inlines(struct model *m)
{
	struct canvas c = { .m = m };
	Dwarf_CU *unit = NULL;
	Dwarf_Attribute attr;
	uint32_t *map;
	Dwarf_Die die;
	size_t i;

	if (!m->image.dwarf)
		return;
	while (dwarf_get_units(m->image.dwarf, unit, &unit, NULL, NULL, &die,
			       NULL) == 0) {
		c.folder = dwarf_formstring(
			dwarf_attr(&die, DW_AT_comp_dir, &attr));
		if (dwarf_getsrcfiles(&die, &c.files, &c.nfiles))
			c.files = NULL;
		visit_functions(&c, &die);
	}
	free(c.v);
	sort_rows(m);
	renumber_nodes(m);
	map = strings_sort(&m->functions);
	for (i = 0; i < m->nnodes; i++)
		m->nodes[i].function = map[m->nodes[i].function];
	free(map);
}
