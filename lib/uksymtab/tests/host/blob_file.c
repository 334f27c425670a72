/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The blob of the host tests; see blob_file.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob_file.h"

static unsigned char *blob;
static size_t blob_size;

unsigned char *blob_read(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data;
	long end;

	if (!f || fseek(f, 0, SEEK_END) || (end = ftell(f)) < 0) {
		perror(path);
		exit(2);
	}
	rewind(f);
	data = malloc((size_t)end + 1);
	*size = fread(data, 1, (size_t)end, f);
	fclose(f);
	return data;
}

void blob_use(const unsigned char *data, size_t size)
{
	free(blob);
	blob = malloc(size ? size : 1);
	memcpy(blob, data, size);
	blob_size = size;
	memset(uk_symtab_known, 0,
	       sizeof(uk_symtab_known)); /* of the last one */
}

int symtab_view_image(struct symtab_view *v)
{
	return symtab_view_init(v, blob, blob_size);
}
