/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a command line to words, in place: a word never grows, so that it is
 * written over its own quotes and escapes.
 */
#include <errno.h>
#include "param_internal.h"

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int words_next(struct words *w, struct word *word)
{
	char *in = w->next, *out;
	int open = 0;

	while (is_blank(*in))
		in++;
	w->next = in;
	if (!*in)
		return 0;

	word->text = out = in;
	word->quoted = 0;
	for (; *in && (open || !is_blank(*in)); in++) {
		if (*in == '"') {
			open = !open;
			word->quoted = 1;
			continue;
		}
		if (open && *in == '\\' && (in[1] == '"' || in[1] == '\\'))
			in++;
		*out++ = *in;
	}
	w->next = *in ? in + 1 : in;
	*out = '\0';
	return open ? -EINVAL : 1;
}
