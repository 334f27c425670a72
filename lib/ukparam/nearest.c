/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which parameter a misspelt name meant: the one at the smallest edit
 * distance (Levenshtein: characters put in, left out or changed), unless more
 * than a third of the name would have to change.
 */
#include <string.h>
#include "param_internal.h"

#define NAME_MAX_LEN 63

static unsigned int distance(const char *a, const char *b)
{
	unsigned char row[NAME_MAX_LEN + 1];
	__sz alen = strlen(a), blen = strlen(b);

	if (alen > NAME_MAX_LEN || blen > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (__sz j = 0; j <= blen; j++)
		row[j] = (unsigned char)j;
	for (__sz i = 1; i <= alen; i++) {
		unsigned char diagonal = row[0];

		row[0] = (unsigned char)i;
		for (__sz j = 1; j <= blen; j++) {
			int change = diagonal + (a[i - 1] != b[j - 1]);
			int edit = MIN(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = (unsigned char)MIN(change, edit);
		}
	}
	return row[blen];
}

const struct uk_param *nearest_param(const char *name)
{
	unsigned int best = (unsigned int)strlen(name) / 3 + 1;
	const struct uk_param *found = __NULL;

	uk_table_foreach (param, p) {
		unsigned int d = distance(name, p->name);

		if (d < best) {
			best = d;
			found = p;
		}
	}
	return found;
}
