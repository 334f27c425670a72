/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * On a line that does not report its clients, the beginning of a request whose
 * client disconnected may come before the next request:
 *
 *	GET /store HTTP/1.1\r\nHost: 127.0.GET /metrics HTTP/1.1\r\n…
 *
 * The last request line is the one to answer. A field whose value ends like
 * one is taken for it; so this is done only where it may be needed.
 */
#include "http_internal.h"

static const char *const names[] = { "GET",    "HEAD",	"PUT",	  "POST",
				     "DELETE", "PATCH", "OPTIONS" };

static __sz method_in_front(const char *line, __sz len)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		__sz n = strlen(names[i]);

		if (len >= n && !strncmp(line + len - n, names[i], n))
			return n;
	}
	return 0;
}

/* Where in a line, without its end, "METHOD target HTTP/1.x" begins; len if it
 * does nowhere.
 */
static __sz in_line(const char *line, __sz len)
{
	__sz at = len, n = sizeof(" HTTP/1.1") - 1;

	if (at < n || strncmp(line + at - n, " HTTP/1.", n - 1) != 0)
		return len;
	at -= n;
	while (at && line[at - 1] != ' ')
		at--;
	if (!at)
		return len;
	n = method_in_front(line, --at);
	return n ? at - n : len;
}

__sz http_resync(const char *head, __sz len)
{
	__sz found = 0;

	for (__sz at = 0; at < len;) {
		const char *lf = memchr(head + at, '\n', len - at);
		__sz end = lf ? (__sz)(lf - head) : len;
		__sz n = end - at - (end > at && head[end - 1] == '\r');
		__sz begin = in_line(head + at, n);

		if (begin < n)
			found = at + begin;
		at = end + 1;
	}
	return found;
}
