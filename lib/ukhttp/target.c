/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Request targets (RFC 9112, 3.2): origin-form, absolute-form (whose authority
 * is ignored: there is one host here) and, for OPTIONS, the asterisk.
 */
#include "http_internal.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place: what is decoded is never longer. */
static int percent_decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '%') {
			int high = hex(s[1]);
			int low = high < 0 ? -1 : hex(s[2]);

			if (low < 0 || !(high | low))
				return 400;
			*to++ = (char)(high << 4 | low);
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
	return 0;
}

/* The path of "http://host/path"; NULL if it is none. An empty one is "/". */
static char *absolute_path(char *target)
{
	__sz n = http_same(target, "http://", 7)    ? 7
		 : http_same(target, "https://", 8) ? 8
						    : 0;
	char *path = target + n + strcspn(target + n, "/?");

	if (!n || path == target + n)
		return __NULL;
	if (*path != '/')
		*--path = '/'; /* over the authority, which is not empty */
	return path;
}

int http_target(struct http_parser *p, char *target)
{
	char *query;

	for (const char *c = target; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '#')
			return 400;
	if (!strcmp(target, "*")) {
		p->req.path = target;
		return p->req.method == UK_HTTP_OPTIONS ? 0 : 400;
	}
	if (*target != '/')
		target = absolute_path(target);
	if (!target)
		return 400;
	query = strchr(target, '?');
	if (query) {
		*query = '\0';
		p->req.query = query + 1;
	}
	p->req.path = target;
	return percent_decode(target);
}

int uk_http_query(const struct uk_http_request *req, const char *name,
		  char *buf, __sz size)
{
	__sz len, n = strlen(name);

	for (const char *at = req->query; *at; at += len + (at[len] == '&')) {
		len = strcspn(at, "&");
		if (len <= n || memcmp(at, name, n) || at[n] != '=')
			continue;
		len -= n + 1;
		if (len >= size)
			return -ENOSPC;
		memcpy(buf, at + n + 1, len);
		buf[len] = '\0';
		return percent_decode(buf) ? -EINVAL : (int)strlen(buf);
	}
	return -ENOENT;
}
