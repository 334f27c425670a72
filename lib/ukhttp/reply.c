/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a request to a reply: which route answers, and what stands in front of
 * the body.
 */
#include "http_internal.h"

UK_TABLE_DEFINE(http_route, struct uk_http_route);

static int matches(const char *route, const char *path)
{
	__sz n = strlen(route);

	if (n > 1 && route[n - 1] == '/')
		return !strncmp(route, path, n);
	return !strcmp(route, path);
}

/* Several files may serve a path, each its methods. */
static const struct uk_http_route *find(const struct uk_http_request *req,
					unsigned long *allow)
{
	const struct uk_http_route *found = __NULL;
	__sz longest = 0;

	*allow = 0;
	uk_table_foreach (http_route, r) {
		__sz n = strlen(r->path);

		if (!matches(r->path, req->path) || n < longest)
			continue;
		if (n > longest) {
			found = __NULL;
			*allow = 0;
		}
		longest = n;
		*allow |= r->methods;
		if (r->methods & req->method)
			found = r;
	}
	return found;
}

/* Whether no record in front of it has its path. */
static int is_first(const struct uk_http_route *route)
{
	uk_table_foreach (http_route, r) {
		if (r == route)
			return 1;
		if (!strcmp(r->path, route->path))
			return 0;
	}
	return 1;
}

static void not_found(const struct uk_http_request *req,
		      struct uk_http_response *res)
{
	uk_http_error(res, 404, "%s not found; available paths:\n", req->path);
	uk_table_foreach (http_route, r) {
		__sz n = strlen(r->path);

		if (is_first(r))
			uk_http_printf(res, "%s%s\n", r->path,
				       n > 1 && r->path[n - 1] == '/' ? "..."
								      : "");
	}
}

static void answer(const struct uk_http_request *req,
		   struct uk_http_response *res)
{
	const struct uk_http_route *route = find(req, &res->allow);
	struct uk_http_request there = *req;

	if (!strcmp(req->path, "*"))
		res->allow = UK_HTTP_GET | UK_HTTP_PUT;
	if (route) {
		there.rest = req->path + strlen(route->path);
		res->allow = 0;
		route->handler(&there, res);
	} else if (req->method == UK_HTTP_OPTIONS && res->allow) {
		res->status = 204;
	} else if (res->allow) {
		uk_http_error(res, 405, "%s does not support this method\n",
			      req->path);
	} else {
		not_found(req, res);
	}
}

void http_dispatch(const struct uk_http_request *req,
		   struct uk_http_response *res)
{
	res->status = 200;
	res->type = UK_HTTP_TEXT;
	res->allow = 0;
	res->len = 0;
	res->full = 0;
	answer(req, res);
	if (res->full)
		uk_http_error(res, 500,
			      "the reply does not fit in %lu bytes "
			      "(LIBUKHTTP_REPLY_KB)\n",
			      res->size);
}

static const char *reason(unsigned int status)
{
	static const struct {
		unsigned int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" },
		{ 204, "No Content" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return ""; /* may be empty (RFC 9112, 4) */
}

/* A header in the making: what does not fit is left out. */
struct head {
	char *buf;
	__sz len;
};

static void __printf_like(2, 3) add(struct head *h, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = uk_vsnprintf(h->buf + h->len, HTTP_HEAD_ROOM - h->len, fmt, ap);
	va_end(ap);
	if ((__sz)n < HTTP_HEAD_ROOM - h->len)
		h->len += (__sz)n;
}

/* IMF-fixdate (RFC 9110, 5.6.7). Years have 365.2425 days in 400 of them, and
 * begin in March, so that the leap day is the last one.
 */
static void add_date(struct head *h, __u64 now)
{
	static const char days[][4] = { "Thu", "Fri", "Sat", "Sun",
					"Mon", "Tue", "Wed" };
	static const char months[][4] = { "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct",
					  "Nov", "Dec", "Jan", "Feb" };
	__u64 day = now / 86400 + 719468; /* from 1 March of the year 0 */
	__u64 era = day / 146097, of_era = day % 146097;
	__u64 year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	__u64 of_year = of_era - (365 * year + year / 4 - year / 100);
	__u64 month = (5 * of_year + 2) / 153;

	add(h, "Date: %s, %02lu %s %04lu %02lu:%02lu:%02lu GMT\r\n",
	    days[now / 86400 % 7], of_year - (153 * month + 2) / 5 + 1,
	    months[month], 400 * era + year + (month >= 10), now / 3600 % 24,
	    now / 60 % 60, now % 60);
}

static void add_allow(struct head *h, unsigned long allow)
{
	static const char *const names[] = { "GET",  "HEAD",   "PUT",
					     "POST", "DELETE", "PATCH" };

	add(h, "Allow: OPTIONS");
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (allow & (1UL << i))
			add(h, ", %s", names[i]);
	add(h, "\r\n");
}

__sz http_head(const struct uk_http_response *res, char *buf, int close,
	       __u64 now)
{
	struct head h = { buf, 0 };
	unsigned long allow = res->allow;

	allow |= allow & UK_HTTP_GET ? UK_HTTP_HEAD : 0;
	add(&h, "HTTP/1.1 %u %s\r\n", res->status, reason(res->status));
	if (now)
		add_date(&h, now);
	if (res->status != 204)
		add(&h, "Content-Type: %s\r\nContent-Length: %lu\r\n",
		    res->type, res->len);
	if (res->status == 401)
		add(&h, "WWW-Authenticate: Bearer\r\n");
	if (allow)
		add_allow(&h, allow);
	add(&h, "Cache-Control: no-store\r\n%s\r\n",
	    close ? "Connection: close\r\n" : "");
	return h.len;
}
