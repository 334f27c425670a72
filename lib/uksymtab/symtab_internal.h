/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of uksymtab share: the view of the blob, the tables in it and
 * a bounded cursor.
 *
 * The blob is not trusted: a cursor never leaves its table, a read past its
 * end gives 0 and marks the cursor bad, and every loop is bounded by a count
 * that was checked, or stops at a bad cursor. So a damaged blob costs a bounded
 * time and ends in -EINVAL, -ENOENT or a wrong answer, never in a wild access.
 */
#ifndef __UKSYMTAB_INTERNAL_H__
#define __UKSYMTAB_INTERNAL_H__

#include <uk/symtab.h>

#include "symtab_format.h"

/* The blob, its header checked. */
struct symtab_view {
	const __u8 *base;
	__u32 size;
	__u64 origin; /* address that PCs count from */
	unsigned int pc_shift;
};

/* Reads forward in one table. */
struct symtab_cursor {
	const __u8 *p;
	const __u8 *end;
	int bad; /* sticky: something was read past the end */
};

/* A table with an index of groups. */
struct symtab_groups {
	const __u8 *index; /* {u32 pc, u32 offset} each */
	__u32 count;
	const __u8 *data;
	const __u8 *end;
};

/* Pastes the blob of this image. 0, -ENOENT: there is none, -EINVAL.
 * (image.c in the guest; host tests bring their own.)
 */
int symtab_view_image(struct symtab_view *v);

/* Checks the header of a blob. 0, -ENOENT: empty, -EINVAL. */
int symtab_view_init(struct symtab_view *v, const __u8 *base, __sz size);

/* Bounds of a table and its count. 0, -ENOENT: not in the blob, -EINVAL. */
int symtab_table(const struct symtab_view *v, enum symtab_table t,
		 struct symtab_cursor *c, __u32 *count);

/* Splits a cursor at the table's (remaining) start into index and records. */
int symtab_groups(const struct symtab_cursor *c, __u32 count,
		  struct symtab_groups *g);

/* Cursor at the record of group i, and the PC where it begins. */
void symtab_group(const struct symtab_groups *g, __u32 i,
		  struct symtab_cursor *c, __u64 *pc);

/* The last group that begins at or before pc: -ENOENT if none does. */
int symtab_group_find(const struct symtab_groups *g, __u64 pc, __u32 *i);

/* Cursor at the group of `per` records that holds record id, of a table whose
 * index has offsets only. 0, -EINVAL.
 */
int symtab_record_group(const struct symtab_cursor *table, __u32 count,
			__u32 per, __u32 id, struct symtab_cursor *c);

/* An address as an offset from the blob's origin. 0, -ENOENT: out of range. */
int symtab_pc(const struct symtab_view *v, unsigned long addr, __u64 *pc);

__u8 symtab_u8(struct symtab_cursor *c);
__u32 symtab_u32(struct symtab_cursor *c);
__u64 symtab_varint(struct symtab_cursor *c);
__s64 symtab_zigzag(struct symtab_cursor *c);
void symtab_skip(struct symtab_cursor *c, __u32 n);

/* names.c: the dictionary of codes */
struct symtab_names {
	const __u8 *literals;
	const __u8 *pairs;
	unsigned int nliterals;
	unsigned int npairs;
	unsigned int first_end;
};

/* 0, -EINVAL. */
int symtab_names(const struct symtab_view *v, struct symtab_names *n);

/* Steps over a name. */
void symtab_name_skip(const struct symtab_names *n, struct symtab_cursor *c);

/* Expands a name to at most max - 1 bytes and a NUL; a longer one ends in
 * "...". The cursor is left behind the name only if it was not cut.
 * Returns its length, -EINVAL.
 */
int symtab_name_expand(const struct symtab_names *n, struct symtab_cursor *c,
		       char *out, __sz max);

_Static_assert(SYMTAB_PATH_MAX == UK_SOURCE_PATH_MAX,
	       "the generator must cut paths to what the guest keeps");

/* paths.c: writes path id to out (UK_SOURCE_PATH_MAX). 0, -EINVAL. */
int symtab_path(const struct symtab_view *v, __u32 id, char *out);

#endif /* __UKSYMTAB_INTERNAL_H__ */
