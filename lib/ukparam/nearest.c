/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which parameter a misspelt name meant: the one at the smallest
 * distance, unless more than a third of the name would have to change.
 */
#include <string.h>
#include <uk/words.h>
#include "param_internal.h"

const struct uk_param *nearest_param(const char *name)
{
	unsigned int best = (unsigned int)strlen(name) / 3 + 1;
	const struct uk_param *found = __NULL;

	uk_table_foreach (param, p) {
		unsigned int d = uk_word_distance(name, p->name);

		if (d < best) {
			best = d;
			found = p;
		}
	}
	return found;
}
