/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The lines stand one after the other, the oldest first.
 */
#include <string.h>
#include "history.h"

const char *shell_history_get(const struct shell_history *h, unsigned int back)
{
	__sz at = h->used;

	for (; back && at; back--) {
		at--; /* the end of the line before */
		while (at && h->text[at - 1])
			at--;
	}
	return back || at == h->used ? __NULL : &h->text[at];
}

void shell_history_add(struct shell_history *h, const char *line, __sz len)
{
	const char *last = shell_history_get(h, 1);
	__sz oldest;

	if (!len || len + 1 > sizeof(h->text) - 1 ||
	    (last && strlen(last) == len && !memcmp(last, line, len)))
		return;
	while (h->used + len + 1 > sizeof(h->text) - 1) {
		oldest = strlen(h->text) + 1;
		h->used -= oldest;
		memmove(h->text, h->text + oldest, h->used);
	}
	memcpy(h->text + h->used, line, len);
	h->used += len;
	h->text[h->used++] = '\0';
}
