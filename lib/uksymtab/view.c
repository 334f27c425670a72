/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The blob as bounded tables: header, directory, group index, and the cursor
 * that every decoder reads with. Nothing here knows what a record means.
 */
#include "symtab_internal.h"

__u8 symtab_u8(struct symtab_cursor *c)
{
	if (c->p >= c->end) {
		c->bad = 1;
		return 0;
	}
	return *c->p++;
}

__u32 symtab_u32(struct symtab_cursor *c)
{
	const __u8 *p = c->p;

	symtab_skip(c, 4);
	if (c->bad)
		return 0;
	return p[0] | (__u32)p[1] << 8 | (__u32)p[2] << 16 | (__u32)p[3] << 24;
}

__u64 symtab_varint(struct symtab_cursor *c)
{
	__u64 value = 0;
	unsigned int shift;
	__u8 byte;

	for (shift = 0; shift < 64; shift += 7) {
		byte = symtab_u8(c);
		value |= (__u64)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	c->bad = 1;
	return 0;
}

__s64 symtab_zigzag(struct symtab_cursor *c)
{
	__u64 value = symtab_varint(c);

	return (__s64)(value >> 1 ^ (0 - (value & 1)));
}

void symtab_skip(struct symtab_cursor *c, __u32 n)
{
	if ((__sz)(c->end - c->p) < n) {
		c->bad = 1;
		c->p = c->end;
	} else {
		c->p += n;
	}
}

int symtab_view_init(struct symtab_view *v, const __u8 *base, __sz size)
{
	struct symtab_cursor c = { base, base + size, 0 };
	__u32 lo;

	if (size == 0)
		return -ENOENT;
	if (size < SYMTAB_HEADER_SIZE || symtab_u32(&c) != SYMTAB_MAGIC)
		return -EINVAL;
	v->base = base;
	v->size = symtab_u32(&c);
	lo = symtab_u32(&c);
	v->origin = lo | (__u64)symtab_u32(&c) << 32;
	v->pc_shift = symtab_u8(&c);
	/* The section may be longer than the blob: linkers align */
	if (v->size < SYMTAB_HEADER_SIZE || v->size > size || v->pc_shift > 4)
		return -EINVAL;
	return 0;
}

int symtab_table(const struct symtab_view *v, enum symtab_table t,
		 struct symtab_cursor *c, __u32 *count)
{
	struct symtab_cursor dir = { v->base + SYMTAB_H_DIR +
					     (__u32)t * SYMTAB_DIR_ENTRY,
				     v->base + SYMTAB_HEADER_SIZE, 0 };
	__u32 offset = symtab_u32(&dir);
	__u32 size = symtab_u32(&dir);

	*count = symtab_u32(&dir);
	if (size == 0)
		return -ENOENT;
	if (offset > v->size || size > v->size - offset)
		return -EINVAL;
	c->p = v->base + offset;
	c->end = c->p + size;
	c->bad = 0;
	return 0;
}

int symtab_groups(const struct symtab_cursor *c, __u32 count,
		  struct symtab_groups *g)
{
	if (count == 0 || count > (__sz)(c->end - c->p) / 8)
		return -EINVAL;
	g->index = c->p;
	g->count = count;
	g->data = c->p + (__sz)count * 8;
	g->end = c->end;
	return 0;
}

/* Cursor at entry i of the index, which has that many. */
static struct symtab_cursor group_entry(const struct symtab_groups *g, __u32 i)
{
	const __u8 *p = g->index + (__sz)i * 8;

	return (struct symtab_cursor){ p, p + 8, 0 };
}

void symtab_group(const struct symtab_groups *g, __u32 i,
		  struct symtab_cursor *c, __u64 *pc)
{
	struct symtab_cursor entry = group_entry(g, i);

	*pc = symtab_u32(&entry);
	c->p = g->data;
	c->end = g->end;
	c->bad = 0;
	symtab_skip(c, symtab_u32(&entry));
}

int symtab_group_find(const struct symtab_groups *g, __u64 pc, __u32 *i)
{
	__u32 lo = 0, hi = g->count, mid;
	struct symtab_cursor entry;

	/* The group searched is in [lo - 1, hi - 1] */
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		entry = group_entry(g, mid);
		if (symtab_u32(&entry) <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return -ENOENT;
	*i = lo - 1;
	return 0;
}

int symtab_record_group(const struct symtab_cursor *table, __u32 count,
			__u32 per, __u32 id, struct symtab_cursor *c)
{
	__u32 groups = count / per + (count % per != 0);
	struct symtab_cursor entry = *table;

	if (id >= count || groups > (__sz)(table->end - table->p) / 4)
		return -EINVAL;
	symtab_skip(&entry, id / per * 4);
	*c = *table;
	symtab_skip(c, groups * 4);
	symtab_skip(c, symtab_u32(&entry));
	return c->bad ? -EINVAL : 0;
}

int symtab_pc(const struct symtab_view *v, unsigned long addr, __u64 *pc)
{
	if (addr < v->origin)
		return -ENOENT;
	*pc = addr - v->origin;
	return *pc >> 32 ? -ENOENT : 0;
}
