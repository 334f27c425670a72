/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Header fields (RFC 9112, 5): taking them apart, finding them, and what those
 * mean that the server itself acts on.
 */
#include "http_internal.h"

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

int http_same(const char *a, const char *b, __sz len)
{
	for (__sz i = 0; i < len; i++) {
		if (lower(a[i]) != lower(b[i]))
			return 0;
		if (!a[i])
			break;
	}
	return 1;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One line without its end: 0 or a status. Blanks around the value go. */
static int take_field(struct http_parser *p, char *line, char *end)
{
	struct uk_http_field *f = &p->req.fields[p->req.field_count];
	char *c = line;

	if (p->req.field_count == UK_HTTP_FIELDS)
		return 431;
	while (c < end && http_is_token(*c))
		c++;
	if (c == line || c == end || *c != ':')
		return 400;
	*c++ = '\0';
	while (c < end && is_blank(*c))
		c++;
	while (end > c && is_blank(end[-1]))
		end--;
	*end = '\0';
	f->name = line;
	f->value = c;
	for (; c < end; c++)
		if (((__u8)*c < ' ' && *c != '\t') || *c == 0x7f)
			return 400;
	p->req.field_count++;
	return 0;
}

int http_fields(struct http_parser *p, char *at, char *end)
{
	for (;;) {
		char *lf = memchr(at, '\n', (__sz)(end - at));
		char *stop = lf > at && lf[-1] == '\r' ? lf - 1 : lf;
		int ret;

		if (stop == at)
			return 0;
		ret = take_field(p, at, stop);
		if (ret)
			return ret;
		at = lf + 1;
	}
}

const char *uk_http_header(const struct uk_http_request *req, const char *name,
			   unsigned int nth)
{
	for (__sz i = 0; i < req->field_count; i++)
		if (http_same(req->fields[i].name, name, strlen(name) + 1) &&
		    !nth--)
			return req->fields[i].value;
	return __NULL;
}

/* The next element of a list, without blanks around; NULL after the last. */
static const char *element(const char **at, __sz *len)
{
	const char *s = *at, *end;

	while (is_blank(*s) || *s == ',')
		s++;
	if (!*s)
		return __NULL;
	end = s;
	for (int quoted = 0; *end && (quoted || *end != ','); end++) {
		if (*end == '\\' && quoted && end[1])
			end++;
		else if (*end == '"')
			quoted = !quoted;
	}
	*at = end;
	while (is_blank(end[-1]))
		end--;
	*len = (__sz)(end - s);
	return s;
}

static int wants_close(const struct uk_http_request *req)
{
	const char *value, *e;
	__sz len;

	for (unsigned int i = 0; (value = uk_http_header(req, "connection", i));
	     i++)
		while ((e = element(&value, &len)))
			if (len == 5 && http_same(e, "close", 5))
				return 1;
	return 0;
}

static int content_length(const char *s, __sz *len)
{
	__sz n = 0;

	if (!*s)
		return 400;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return 400;
		if (n > (__sz)-1 / 20)
			return 413;
		n = 10 * n + (__sz)(*s - '0');
	}
	*len = n;
	return 0;
}

/* A host and a port, as far as that no proxy could take it for another. */
static int is_host(const char *s)
{
	return strcspn(s, " \t/?#@\\") == strlen(s);
}

/*
 * A message whose length is not sure is refused (RFC 9112, 6.3), as is one in
 * pieces: a server may ask for its length (RFC 9110, 15.5.12).
 */
static int framing_of_body(const struct uk_http_request *req, int minor,
			   __sz *body_len)
{
	const char *length = uk_http_header(req, "content-length", 0);
	const char *coding = uk_http_header(req, "transfer-encoding", 0);
	int ret = length ? content_length(length, body_len) : 0;

	if (uk_http_header(req, "content-length", 1) ||
	    (coding && (length || !minor)))
		return 400;
	if (coding)
		return http_same(coding, "chunked", 8) ? 411 : 501;
	return ret;
}

int http_framing(struct http_parser *p, __sz *body_len)
{
	const struct uk_http_request *req = &p->req;
	const char *host = uk_http_header(req, "host", 0);
	const char *expect = uk_http_header(req, "expect", 0);
	int ret = framing_of_body(req, p->minor, body_len);

	if (ret)
		return ret;
	if ((p->minor && !host) || uk_http_header(req, "host", 1) ||
	    (host && !is_host(host)))
		return 400;
	if (expect && p->minor && !http_same(expect, "100-continue", 13))
		return 417;
	p->expects = expect && p->minor && *body_len;
	p->close = !p->minor || wants_close(req);
	return 0;
}

/* --- Accept --------------------------------------------------------------- */

/* "0.5" in thousandths. */
static unsigned int qvalue(const char *s, __sz len)
{
	unsigned int q, unit = 100;

	if (!len || *s < '0' || *s > '1')
		return 0;
	q = *s == '1' ? 1000 : 0;
	for (__sz i = 2; i < len && i < 5 && s[i] >= '0' && s[i] <= '9'; i++) {
		q += unit * (unsigned int)(s[i] - '0');
		unit /= 10;
	}
	return MIN(q, 1000U);
}

/* The next parameter of a range, after its ';'. */
static const char *parameter(const char **at, const char *end, __sz *name_len,
			     const char **value, __sz *value_len)
{
	const char *s = *at, *stop;

	while (s < end && (is_blank(*s) || *s == ';'))
		s++;
	if (s == end)
		return __NULL;
	for (stop = s; stop < end && *stop != ';'; stop++)
		;
	*at = stop;
	while (is_blank(stop[-1]))
		stop--;
	*value = memchr(s, '=', (__sz)(stop - s));
	*name_len = *value ? (__sz)(*value - s) : (__sz)(stop - s);
	*value = *value ? *value + 1 : stop;
	*value_len = (__sz)(stop - *value);
	if (*value_len > 1 && **value == '"' && stop[-1] == '"') {
		++*value;
		*value_len -= 2;
	}
	return s;
}

/* How specific a range is that fits, 0 if it does not. */
static unsigned int fits(const char *range, __sz len, const char *type,
			 const char *version, unsigned int *q)
{
	const char *end = range + len, *at, *name, *value;
	__sz type_len = strlen(type), name_len, value_len;
	__sz major_len = strcspn(type, "/") + 1;
	unsigned int rank = 0;

	at = memchr(range, ';', len);
	at = at ? at : end;
	len = (__sz)(at - range);
	while (len && is_blank(range[len - 1]))
		len--;
	if (len == type_len && http_same(range, type, len))
		rank = 3;
	else if (len == major_len + 1 && range[major_len] == '*' &&
		 http_same(range, type, major_len))
		rank = 2;
	else if (len == 3 && !strncmp(range, "*/*", 3))
		rank = 1;
	*q = 1000;
	while ((name = parameter(&at, end, &name_len, &value, &value_len))) {
		if (name_len == 1 && http_same(name, "q", 1)) {
			*q = qvalue(value, value_len);
		} else if (name_len == 7 && http_same(name, "version", 7)) {
			if (!version || strlen(version) != value_len ||
			    strncmp(version, value, value_len) != 0)
				return 0;
			rank += rank ? 1 : 0;
		}
	}
	return rank;
}

unsigned int uk_http_accepts(const struct uk_http_request *req,
			     const char *type, const char *version)
{
	const char *value, *e;
	unsigned int best = 0, result = 0, i;
	__sz len;

	for (i = 0; (value = uk_http_header(req, "accept", i)); i++)
		while ((e = element(&value, &len))) {
			unsigned int q;
			unsigned int rank = fits(e, len, type, version, &q);

			if (rank > best) {
				best = rank;
				result = q;
			} else if (rank && rank == best && q > result) {
				result = q;
			}
		}
	return i ? result : 1000;
}
