/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tables PATHS and FUNCS: lists of names that others refer to by number.
 */
#include <string.h>

#include "encode.h"

/* Paths cut into folder and name. Folders are numbered from 1. */
struct split {
	struct strings folders;
	uint32_t *folder; /* of each path, 0: none */
	const char **name;
};

static void split_paths(const struct strings *paths, struct split *s)
{
	char *copy, *slash;
	size_t i;

	memset(s, 0, sizeof(*s));
	s->folder = xcalloc(paths->len, sizeof(*s->folder));
	s->name = xcalloc(paths->len, sizeof(*s->name));
	for (i = 0; i < paths->len; i++) {
		copy = xstrdup(paths->str[i]);
		s->name[i] = copy;
		slash = strrchr(copy, '/');
		if (!slash || slash == copy)
			continue;
		*slash = '\0';
		s->name[i] = slash + 1;
		s->folder[i] = strings_intern(&s->folders, copy) + 1;
	}
}

void names_of_paths(struct encoder *e)
{
	struct split s;
	size_t i;

	split_paths(&e->m->paths, &s);
	for (i = 0; i < e->m->paths.len; i++)
		dictionary_add(&e->names, s.name[i]);
	for (i = s.folders.len; i-- > 0;)
		dictionary_add(&e->names, s.folders.str[i]);
}

/* Puts the offsets of groups of records, then the records. */
static void put_indexed(const struct buf *index, const struct buf *data,
			size_t records, struct table *t)
{
	buf_append(&t->bytes, index);
	buf_append(&t->bytes, data);
	t->count = t->records = records;
}

void encode_paths(struct encoder *e, struct table *t)
{
	size_t files = e->m->paths.len, i, n;
	struct buf index = { 0 }, data = { 0 };
	struct split s;

	split_paths(&e->m->paths, &s);
	n = files + s.folders.len;
	for (i = 0; i < n; i++) {
		if (i % SYMTAB_PATH_GROUP == 0)
			buf_u32(&index, data.len);
		buf_varint(&data, i < files ? s.folder[i] : 0);
		dictionary_put(&e->names, &data);
	}
	put_indexed(&index, &data, n, t);
}

void names_of_functions(struct encoder *e)
{
	size_t i;

	for (i = 0; i < e->m->functions.len; i++)
		dictionary_add(&e->names, e->m->functions.str[i]);
}

void encode_functions(struct encoder *e, struct table *t)
{
	struct buf index = { 0 }, data = { 0 };
	size_t i;

	for (i = 0; i < e->m->functions.len; i++) {
		if (i % SYMTAB_FUNC_GROUP == 0)
			buf_u32(&index, data.len);
		dictionary_put(&e->names, &data);
	}
	put_indexed(&index, &data, e->m->functions.len, t);
}
