/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From bytes to requests (RFC 9112), within a buffer that never grows. Nothing
 * is looked at before a header is complete; then it is taken apart in place.
 */
#include "http_internal.h"

static const struct {
	const char *name;
	unsigned long bit;
} methods[] = {
	{ "GET", UK_HTTP_GET },		{ "HEAD", UK_HTTP_HEAD },
	{ "PUT", UK_HTTP_PUT },		{ "POST", UK_HTTP_POST },
	{ "DELETE", UK_HTTP_DELETE },	{ "PATCH", UK_HTTP_PATCH },
	{ "OPTIONS", UK_HTTP_OPTIONS },
};

int http_is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

void http_parser_init(struct http_parser *p, char *buf, __sz size)
{
	memset(p, 0, sizeof(*p));
	p->buf = buf;
	p->size = size;
}

static void drop(struct http_parser *p, __sz len)
{
	memmove(p->buf, p->buf + len, p->used - len);
	p->used -= len;
	p->looked = p->head = p->need = 0;
	p->status = 0;
}

void http_reset(struct http_parser *p)
{
	drop(p, p->used);
	p->skip = p->taken = 0;
}

void http_skip(struct http_parser *p)
{
	int line = p->skip == HTTP_SKIP_FIELDS ||
		   memchr(p->buf, '\n', p->used / 2);

	drop(p, p->used / 2);
	p->skip = line ? HTTP_SKIP_FIELDS : HTTP_SKIP_LINE;
}

void http_rescue(struct http_parser *p)
{
	drop(p, p->head);
}

void http_take(struct http_parser *p)
{
	p->behind = p->buf[p->need];
	p->buf[p->need] = '\0';
	p->taken = 1;
	p->req.body = p->buf + p->head;
	p->req.body_len = p->need - p->head;
}

__sz http_length(const struct http_parser *p)
{
	return p->need ? p->need : p->head ? p->head : p->used;
}

int http_more(const struct http_parser *p)
{
	for (__sz at = http_length(p); at < p->used; at++) {
		char c = p->taken && at == p->need ? p->behind : p->buf[at];

		if (c != '\r' && c != '\n')
			return 1;
	}
	return 0;
}

/* Of an error in an unfinished header the rest is still to come. */
void http_next(struct http_parser *p)
{
	if (p->taken)
		p->buf[p->need] = p->behind;
	p->taken = 0;
	p->skip = p->head ? 0 : HTTP_SKIP_LINE;
	drop(p, http_length(p));
}

/* Where the empty line ends, 0 if there is none yet. */
static __sz header_end(struct http_parser *p)
{
	while (p->looked < p->used) {
		char *lf =
			memchr(p->buf + p->looked, '\n', p->used - p->looked);
		__sz at, left;

		if (!lf) {
			p->looked = p->used;
			return 0;
		}
		at = (__sz)(lf - p->buf) + 1;
		left = p->used - at;
		if (left && p->buf[at] == '\n')
			return at + 1;
		if (left > 1 && p->buf[at] == '\r' && p->buf[at + 1] == '\n')
			return at + 2;
		p->looked = at - 1;
		if (!left || (left == 1 && p->buf[at] == '\r'))
			return 0;
		p->looked = at;
	}
	return 0;
}

/* Empty lines in front are ignored (RFC 9112, 2.2). */
static void drop_empty_lines(struct http_parser *p)
{
	__sz n = 0;

	while (n < p->used &&
	       (p->buf[n] == '\n' || (p->buf[n] == '\r' && n + 1 < p->used &&
				      p->buf[n + 1] == '\n')))
		n += p->buf[n] == '\n' ? 1 : 2;
	if (n)
		drop(p, n);
}

/* Terminates a line at its end and returns the next; NULL if a CR or a NUL is
 * where none may be.
 */
static char *cut_line(char *line, char *end)
{
	char *lf = memchr(line, '\n', (__sz)(end - line));
	char *stop = lf > line && lf[-1] == '\r' ? lf - 1 : lf;

	*stop = '\0';
	if (strlen(line) != (__sz)(stop - line) || strchr(line, '\r'))
		return __NULL;
	return lf + 1;
}

static int parse_method(struct http_parser *p, const char *name)
{
	for (const char *c = name; *c; c++)
		if (!http_is_token(*c))
			return 400;
	p->req.method = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(methods); i++)
		if (!strcmp(name, methods[i].name))
			p->req.method = methods[i].bit;
	p->head_method = p->req.method == UK_HTTP_HEAD;
	if (p->head_method)
		p->req.method = UK_HTTP_GET;
	return *name ? 0 : 400;
}

static int parse_version(struct http_parser *p, const char *v)
{
	if (strlen(v) != sizeof("HTTP/1.1") - 1 || strncmp(v, "HTTP/", 5) ||
	    v[5] < '0' || v[5] > '9' || v[6] != '.' || v[7] < '0' || v[7] > '9')
		return 400;
	p->minor = v[7] - '0';
	return v[5] == '1' ? 0 : 505;
}

/* method SP target SP version */
static int parse_line(struct http_parser *p, char *line)
{
	char *target = strchr(line, ' ');
	char *version = target ? strchr(target + 1, ' ') : __NULL;
	int ret;

	if (!version)
		return 400;
	*target++ = '\0';
	*version++ = '\0';
	ret = parse_method(p, line);
	if (!ret)
		ret = parse_version(p, version);
	if (!ret && !p->req.method)
		ret = 501;
	return ret ? ret : http_target(p, target);
}

static int parse_head(struct http_parser *p)
{
	char *end = p->buf + p->head;
	char *fields = cut_line(p->buf, end);
	__sz body_len = 0;
	int ret;

	p->req.body = "";
	p->req.body_len = 0;
	p->req.rest = p->req.query = "";
	p->req.field_count = 0;
	p->close = 1;
	p->expects = p->minor = p->head_method = 0;
	if (!fields)
		return 400;
	ret = parse_line(p, p->buf);
	if (!ret)
		ret = http_fields(p, fields, end);
	if (!ret)
		ret = http_framing(p, &body_len);
	if (!ret && body_len > p->size - p->head)
		ret = 413;
	if (!ret)
		p->need = p->head + body_len;
	return ret;
}

/* The header is complete, or cannot become so; 0 if it still may. */
static int take_head(struct http_parser *p)
{
	__sz begin;

	drop_empty_lines(p);
	p->head = header_end(p);
	if (!p->head && p->used == p->size && p->skip) {
		http_skip(p);
		return HTTP_MORE;
	}
	if (!p->head)
		return p->used < p->size	       ? HTTP_MORE
		       : memchr(p->buf, '\n', p->used) ? 431
						       : 414;
	begin = p->resync || p->skip ? http_resync(p->buf, p->head) : 0;
	if (begin) {
		__sz head = p->head - begin;

		drop(p, begin);
		p->head = head;
	} else if (p->skip) {
		drop(p, p->head);
		p->skip = 0;
		return take_head(p);
	}
	p->skip = 0;
	p->status = parse_head(p);
	return p->status ? p->status : HTTP_READY;
}

int http_parse(struct http_parser *p)
{
	if (!p->head) {
		int ret = take_head(p);

		if (ret != HTTP_READY)
			return ret;
	}
	if (p->status)
		return p->status;
	return p->used < p->need ? HTTP_MORE : HTTP_READY;
}
