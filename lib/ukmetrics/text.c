/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Texts of labels and comments, as both formats want them.
 */
#include <string.h>
#include "metrics_internal.h"

static const char *escaped(char c, int quote)
{
	return c == '\n'	   ? "\\n"
	       : c == '\\'	   ? "\\\\"
	       : c == '"' && quote ? "\\\""
				   : __NULL;
}

/* Bytes that stand for themselves. */
static __sz plain(const char *s, int quote)
{
	__sz n = 0;

	while ((__u8)s[n] < 0x80 && s[n] && !escaped(s[n], quote))
		n++;
	return n;
}

void metrics_text(struct uk_http_response *res, const char *s, int quote)
{
	for (;;) {
		__sz n = plain(s, quote);

		uk_http_write(res, s, n);
		s += n;
		if (!*s)
			return;
		n = uk_http_utf8(s, strnlen(s, 4));
		if (!n)
			uk_http_puts(res, "\xef\xbf\xbd");
		else if (n == 1)
			uk_http_puts(res, escaped(*s, quote));
		else
			uk_http_write(res, s, n);
		s += n ? n : 1;
	}
}
