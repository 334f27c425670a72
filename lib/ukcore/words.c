/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The distance of two words (Wagner, Fischer 1974; with swaps: optimal string
 * alignment), of whose table three rows are kept.
 */
#include <string.h>
#include <uk/essentials.h>
#include <uk/words.h>

#define MAX_LEN UK_WORD_DISTANCE_MAX

unsigned int uk_word_distance(const char *a, const char *b)
{
	unsigned char rows[3][MAX_LEN + 1];
	unsigned char *now = rows[0], *last = rows[1], *before = rows[2];
	__sz alen = strlen(a), blen = strlen(b);

	if (alen > MAX_LEN || blen > MAX_LEN)
		return MAX_LEN;
	for (__sz j = 0; j <= blen; j++)
		now[j] = (unsigned char)j;
	for (__sz i = 1; i <= alen; i++) {
		unsigned char *reuse = before;

		before = last;
		last = now;
		now = reuse;
		now[0] = (unsigned char)i;
		for (__sz j = 1; j <= blen; j++) {
			int edit = MIN(last[j], now[j - 1]) + 1;
			int change = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				edit = MIN(edit, before[j - 2] + 1);
			now[j] = (unsigned char)MIN(change, edit);
		}
	}
	return now[blen];
}
