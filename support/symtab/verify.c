/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Is the blob that is in an image the one that describes it? The second link
 * must have moved nothing, or every answer of the running image is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "encode.h"

static void complain(const struct model *m, const char *what)
{
	fprintf(stderr,
		"mksymtab: %s: the symbol table in the image does not "
		"describe it: %s\n",
		m->image.path, what);
}

static uint32_t get_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/* Bytes of a table in the image */
static uint32_t table_size(const uint8_t *have, size_t table)
{
	return get_u32(have + SYMTAB_H_DIR + table * SYMTAB_DIR_ENTRY + 4);
}

/* A table of another size is the cause of what differs after it; the names
 * follow from all the others. Returns whether there is one.
 */
static int name_size_difference(const struct model *m, const struct blob *b,
				const uint8_t *have)
{
	char text[160];
	size_t i, want;

	for (i = SYMTAB_NTABLES; i-- > 0;) {
		want = b->tables[i].bytes.len;
		if (table_size(have, i) == want)
			continue;
		snprintf(text, sizeof(text),
			 "table \"%s\" has %u bytes, "
			 "should have %zu%s",
			 table_name(i), table_size(have, i), want,
			 table_size(have, i) && want
				 ? ""
				 : " (made with other options?)");
		complain(m, text);
		return 1;
	}
	return 0;
}

/* Says which part of the header or which table differs at `offset`. */
static void name_difference(const struct model *m, const struct blob *b,
			    const uint8_t *have, size_t offset)
{
	size_t start = SYMTAB_HEADER_SIZE, i;
	char text[160];

	if (offset < SYMTAB_H_DIR) {
		complain(m, "header differs (made for another image?)");
		return;
	}
	if (name_size_difference(m, b, have))
		return;
	for (i = 0; i < SYMTAB_NTABLES - 1; i++) {
		if (offset < start + b->tables[i].bytes.len)
			break;
		start += b->tables[i].bytes.len;
	}
	snprintf(text, sizeof(text),
		 "table \"%s\" differs from byte %zu of "
		 "%zu on (an address, a name or a line changed between the "
		 "links)",
		 table_name(i), offset - start, b->tables[i].bytes.len);
	complain(m, text);
}

int blob_verify(const struct model *m, const struct blob *b)
{
	const uint8_t *have;
	size_t size = 0, i;

	have = image_blob(&m->image, &size);
	if (!have || size == 0) {
		complain(m, "section .uk_symtab is missing or empty");
		return 0;
	}
	if (size < SYMTAB_HEADER_SIZE || get_u32(have) != SYMTAB_MAGIC) {
		complain(m, "section .uk_symtab holds something else");
		return 0;
	}
	for (i = 0; i < size && i < b->bytes.len; i++) {
		if (have[i] == b->bytes.data[i] ||
		    (i >= SYMTAB_H_SIZE && i < SYMTAB_H_SIZE + 4))
			continue;
		name_difference(m, b, have, i);
		return 0;
	}
	/* Linkers may pad the section with zeros */
	if (size < b->bytes.len ||
	    get_u32(have + SYMTAB_H_SIZE) != b->bytes.len) {
		complain(m, "it is cut off");
		return 0;
	}
	return 1;
}
