/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Paths of source files: a folder and a name. Folders are the last records of
 * the table, and have no folder of their own. The generator cuts paths that are
 * longer than UK_SOURCE_PATH_MAX.
 */
#include <string.h>

#include "symtab_internal.h"

/* The table of paths, opened. */
struct paths {
	struct symtab_names names;
	struct symtab_cursor table;
	__u32 count;
};

/* Finds record id: its folder's number and a cursor at its name. */
static int path_record(const struct paths *t, __u32 id, __u64 *folder,
		       struct symtab_cursor *name)
{
	__u32 i;

	if (symtab_record_group(&t->table, t->count, SYMTAB_PATH_GROUP, id,
				name))
		return -EINVAL;
	for (i = 0; i < id % SYMTAB_PATH_GROUP; i++) {
		symtab_varint(name);
		symtab_name_skip(&t->names, name);
	}
	*folder = symtab_varint(name);
	return name->bad ? -EINVAL : 0;
}

int symtab_path(const struct symtab_view *v, __u32 id, char *out)
{
	char name[UK_SOURCE_PATH_MAX];
	struct symtab_cursor c;
	__u64 number, none;
	struct paths t;
	int len, flen;

	if (symtab_names(v, &t.names) ||
	    symtab_table(v, SYMTAB_PATHS, &t.table, &t.count) ||
	    path_record(&t, id, &number, &c))
		return -EINVAL;
	len = symtab_name_expand(&t.names, &c, name, sizeof(name));
	if (len < 0 || number > t.count)
		return -EINVAL;
	if (number == 0) {
		memcpy(out, name, (__sz)len + 1);
		return 0;
	}
	if (path_record(&t, t.count - (__u32)number, &none, &c))
		return -EINVAL;
	flen = symtab_name_expand(&t.names, &c, out, UK_SOURCE_PATH_MAX);
	if (flen < 0 || flen + 1 + len >= UK_SOURCE_PATH_MAX)
		return -EINVAL;
	out[flen] = '/';
	memcpy(out + flen + 1, name, (__sz)len + 1);
	return 0;
}
