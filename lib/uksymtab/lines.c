/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Source lines. A group of rows begins with its place in full; each further
 * row is a code for the usual steps (a few bytes further, a few lines up or
 * down, in this file or in one that was used a moment ago, as inlined code
 * makes it) or spells its step out.
 */
#include <string.h>

#include "symtab_internal.h"

/* A place; path 0: none, else id + 1. */
struct place {
	__u32 path;
	__u32 line;
};

/* State of the decoder in a group. */
struct line_state {
	struct symtab_cursor c;
	const __u8 *codes;
	unsigned int ncodes;
	unsigned int pc_shift;
	__u64 pc;
	int none; /* no line known from pc on */
	/* Most recent first; [0] is the current place */
	struct place recent[SYMTAB_LINE_SLOTS];
};

static void recent_use(struct line_state *s, unsigned int slot)
{
	struct place used = s->recent[slot];

	for (; slot > 0; slot--)
		s->recent[slot] = s->recent[slot - 1];
	s->recent[0] = used;
}

static void row_code(struct line_state *s, unsigned int code)
{
	const __u8 *fields = s->codes + code * 3;
	__s64 dline = (signed char)fields[2];
	__u64 dpc = fields[0];

	if (dpc == SYMTAB_LINE_DPC_ANY)
		dpc = symtab_varint(&s->c);
	if (dline == SYMTAB_LINE_DLINE_ANY)
		dline = symtab_zigzag(&s->c);
	recent_use(s, fields[1] % SYMTAB_LINE_SLOTS);
	s->recent[0].line += (__u32)dline;
	s->pc += dpc << s->pc_shift;
	s->none = 0;
}

static void row_next(struct line_state *s)
{
	unsigned int code = symtab_u8(&s->c);

	if (code < s->ncodes) {
		row_code(s, code);
		return;
	}
	s->pc += symtab_varint(&s->c) << s->pc_shift;
	s->none = code != SYMTAB_LINE_FILE;
	if (s->none)
		return;
	recent_use(s, SYMTAB_LINE_SLOTS - 1);
	s->recent[0].path = (__u32)symtab_varint(&s->c) + 1;
	s->recent[0].line = (__u32)symtab_varint(&s->c);
}

/* Opens the table at the group of pc. */
static int lines_open(const struct symtab_view *v, __u64 pc,
		      struct line_state *s, const __u8 **group_end)
{
	struct symtab_cursor c;
	struct symtab_groups g;
	__u32 count, i;
	__u64 next_pc;
	int rc;

	rc = symtab_table(v, SYMTAB_LINES, &c, &count);
	if (rc)
		return rc;
	memset(s, 0, sizeof(*s));
	s->pc_shift = v->pc_shift;
	s->ncodes = symtab_u8(&c);
	s->codes = c.p;
	symtab_skip(&c, s->ncodes * 3);
	if (c.bad || s->ncodes > SYMTAB_LINE_CODES)
		return -EINVAL;
	rc = symtab_groups(&c, count, &g);
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
	s->recent[0].path = (__u32)symtab_varint(&s->c);
	s->recent[0].line = (__u32)symtab_varint(&s->c);
	s->none = s->recent[0].path == 0;
	return 0;
}

int uk_resolve_line(unsigned long addr, struct uk_source_loc *loc)
{
	struct line_state s, next;
	struct symtab_view v;
	const __u8 *end;
	unsigned int n;
	__u64 pc;
	int rc;

	rc = symtab_view_image(&v);
	if (!rc)
		rc = symtab_pc(&v, addr, &pc);
	if (!rc)
		rc = lines_open(&v, pc, &s, &end);
	if (rc)
		return rc;
	for (n = 1; n < SYMTAB_LINE_GROUP && !s.c.bad && s.c.p < end; n++) {
		next = s;
		row_next(&next);
		if (next.pc > pc)
			break;
		s = next;
	}
	if (s.c.bad)
		return -EINVAL;
	if (s.none || s.recent[0].path == 0)
		return -ENOENT;
	loc->line = s.recent[0].line;
	return symtab_path(&v, s.recent[0].path - 1, loc->file);
}
