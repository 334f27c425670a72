/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Symbols by address, by name, and all of them. Records are decoded from the
 * first one of their group, which the index gives; symbols that overlap are in
 * one group, so the last one that contains an address is the innermost.
 */
#include <string.h>

#include "symtab_internal.h"

/* One symbol as it is in the table; its name is at the cursor `name`. */
struct record {
	__u64 start; /* from the blob's origin */
	__u64 size;
	struct symtab_cursor name;
};

/* A walk through the records of a group. */
struct walk {
	struct symtab_view view;
	struct symtab_names names;
	struct symtab_groups groups;
	struct symtab_cursor c;
	const __u8 *group_end;
	__u64 next; /* start of the next record */
};

static int walk_init(struct walk *w)
{
	__u32 count;
	int rc;

	rc = symtab_view_image(&w->view);
	if (rc)
		return rc;
	rc = symtab_table(&w->view, SYMTAB_SYMBOLS, &w->c, &count);
	if (rc)
		return rc;
	rc = symtab_groups(&w->c, count, &w->groups);
	if (rc)
		return rc;
	return symtab_names(&w->view, &w->names);
}

static void walk_group(struct walk *w, __u32 group)
{
	struct symtab_cursor next;
	__u64 pc;

	w->group_end = w->groups.end;
	if (group + 1 < w->groups.count) {
		symtab_group(&w->groups, group + 1, &next, &pc);
		w->group_end = next.p;
	}
	symtab_group(&w->groups, group, &w->c, &w->next);
}

static __u64 align_up(__u64 value, __u64 to)
{
	return (value + to - 1) & ~(to - 1);
}

/* Decodes the next record. 1, 0: the group has no more, -EINVAL. */
static int walk_next(struct walk *w, struct record *r)
{
	__u64 head, end;

	if (w->c.bad)
		return -EINVAL;
	if (w->c.p >= w->group_end)
		return 0;
	head = symtab_varint(&w->c);
	r->start = w->next;
	r->size = head >> 2;
	end = r->start + r->size;
	switch (head & 3) {
	case SYMTAB_GAP_ALIGN16:
		w->next = align_up(end, 16);
		break;
	case SYMTAB_GAP_NONE:
		w->next = end;
		break;
	case SYMTAB_GAP_ALIGN8:
		w->next = align_up(end, 8);
		break;
	default:
		w->next = end + (__u64)symtab_zigzag(&w->c);
		break;
	}
	r->name = w->c;
	symtab_name_skip(&w->names, &w->c);
	return w->c.bad ? -EINVAL : 1;
}

static int record_symbol(const struct walk *w, const struct record *r,
			 struct uk_symbol *sym)
{
	struct symtab_cursor name = r->name;
	int rc;

	sym->start = w->view.origin + r->start;
	sym->size = r->size;
	rc = symtab_name_expand(&w->names, &name, sym->name, sizeof(sym->name));
	return rc < 0 ? rc : 0;
}

int uk_resolve_symbol(unsigned long addr, struct uk_symbol *sym)
{
	struct walk w;
	struct record r, found = { 0 };
	unsigned int n;
	__u32 group;
	__u64 pc;
	int rc;

	rc = walk_init(&w);
	if (rc)
		return rc;
	rc = symtab_pc(&w.view, addr, &pc);
	if (rc)
		return rc;
	rc = symtab_group_find(&w.groups, pc, &group);
	if (rc)
		return rc;
	walk_group(&w, group);
	for (n = 0; n < SYMTAB_SYMBOL_GROUP_MAX; n++) {
		rc = walk_next(&w, &r);
		if (rc < 0)
			return rc;
		if (rc == 0 || r.start > pc)
			break;
		if (pc - r.start < r.size)
			found = r;
	}
	if (found.size == 0)
		return -ENOENT;
	return record_symbol(&w, &found, sym);
}

int uk_symtab_foreach(uk_symbol_visit_t visit, void *arg)
{
	struct uk_symbol sym;
	struct walk w;
	struct record r;
	unsigned int n;
	__u32 group;
	int rc;

	rc = walk_init(&w);
	if (rc)
		return rc;
	for (group = 0; group < w.groups.count; group++) {
		walk_group(&w, group);
		for (n = 0; n < SYMTAB_SYMBOL_GROUP_MAX; n++) {
			rc = walk_next(&w, &r);
			if (rc < 0)
				return rc;
			if (rc == 0)
				break;
			rc = record_symbol(&w, &r, &sym);
			if (!rc)
				rc = visit(&sym, arg);
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* What uk_symbol_lookup() looks for, and where it goes. */
struct lookup {
	const char *name;
	__sz len;
	struct uk_symbol *sym;
};

static int lookup_visit(const struct uk_symbol *sym, void *arg)
{
	const struct lookup *l = arg;
	__sz len = strlen(sym->name);

	if (l->len < UK_SYMBOL_NAME_MAX) {
		if (len != l->len || memcmp(sym->name, l->name, len))
			return 0;
	} else if (len != UK_SYMBOL_NAME_MAX - 1 ||
		   memcmp(sym->name, l->name, UK_SYMBOL_NAME_MAX - 4) ||
		   memcmp(sym->name + UK_SYMBOL_NAME_MAX - 4, "...", 3)) {
		return 0;
	}
	*l->sym = *sym;
	return 1;
}

int uk_symbol_lookup(const char *name, struct uk_symbol *sym)
{
	struct lookup l = { name, strlen(name), sym };
	int rc = uk_symtab_foreach(lookup_visit, &l);

	if (rc == 0)
		return -ENOENT;
	return rc < 0 ? rc : 0;
}
