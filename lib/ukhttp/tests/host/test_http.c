/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Requests by table, whole and byte by byte; resynchronisation; media ranges;
 * routes; heads of replies; JSON.
 *
 * HOST-SRCS: lib/ukhttp/parse.c lib/ukhttp/target.c lib/ukhttp/fields.c
 * HOST-SRCS: lib/ukhttp/resync.c lib/ukhttp/reply.c lib/ukhttp/json.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "../../http_internal.h"

#define H "Host: h\r\n"

/* What stands in words of a request: "METHOD path query body close". */
static char said[4096];

static void note(struct http_parser *p, int ret)
{
	static const char *const names[] = { "GET",    "",	 "PUT",
					     "POST",   "DELETE", "PATCH",
					     "OPTIONS" };
	char *to = said + strlen(said);
	unsigned int bit = 0;

	if (ret != HTTP_READY) {
		sprintf(to, "%d;", ret);
		return;
	}
	http_take(p);
	while (p->req.method >> bit != 1)
		bit++;
	sprintf(to, "%s %s %s %s%s%s;", p->head_method ? "HEAD" : names[bit],
		p->req.path, p->req.query, p->req.body,
		p->close ? " close" : "", p->expects ? " expects" : "");
}

#define SIZE 256

static const char *play(const char *text, __sz len, __sz piece, int resync)
{
	static char buf[SIZE + 1];
	struct http_parser p;
	int ret;

	http_parser_init(&p, buf, SIZE);
	p.resync = resync;
	said[0] = '\0';
	for (__sz at = 0; at < len;) {
		__sz n = MIN(MIN(piece, len - at), p.size - p.used);

		memcpy(p.buf + p.used, text + at, n);
		p.used += n;
		at += n;
		while ((ret = http_parse(&p)) != HTTP_MORE) {
			note(&p, ret);
			http_next(&p);
		}
	}
	return said;
}

static void check_len(const char *text, __sz len, const char *expected,
		      int resync)
{
	assert_string_equal(play(text, len, ~0UL, resync), expected);
	assert_string_equal(play(text, len, 1, resync), expected);
	assert_string_equal(play(text, len, 7, resync), expected);
}

struct row {
	const char *text, *expected;
};

static void check_rows(const struct row *rows, __sz count, int resync)
{
	for (__sz i = 0; i < count; i++)
		check_len(rows[i].text, strlen(rows[i].text), rows[i].expected,
			  resync);
}

static void test_good(void **state)
{
	static const struct row rows[] = {
		{ "GET / HTTP/1.1\r\n" H "\r\n", "GET /  ;" },
		{ "GET / HTTP/1.1\n" H "\n", "GET /  ;" },
		{ "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", "GET /  ;" },
		{ "GET /a?b?c=%20 HTTP/1.1\r\n" H "\r\n", "GET /a b?c=%20 ;" },
		{ "GET /%41%2f%7e%C3%A4 HTTP/1.1\r\n" H "\r\n",
		  "GET /A/~\xc3\xa4  ;" },
		{ "HEAD / HTTP/1.0\r\n\r\n", "HEAD /   close;" },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		  "GET /   close;" },
		{ "GET / HTTP/1.9\r\n" H "\r\n", "GET /  ;" },
		{ "GET / HTTP/1.1\r\n" H "Connection: a , CLOSE\r\n\r\n",
		  "GET /   close;" },
		{ "GET / HTTP/1.1\r\n" H "Connection: a\r\nconnection:\tb,close"
		  "\r\n\r\n",
		  "GET /   close;" },
		{ "GET / HTTP/1.1\r\nhOST:  \t h:80 \t\r\nEmpty:\r\n\r\n",
		  "GET /  ;" },
		{ "GET http://h/x?y HTTP/1.1\r\n" H "\r\n", "GET /x y ;" },
		{ "GET HTTPS://h HTTP/1.1\r\n" H "\r\n", "GET /  ;" },
		{ "GET http://h?y HTTP/1.1\r\n" H "\r\n", "GET / y ;" },
		{ "OPTIONS * HTTP/1.1\r\n" H "\r\n", "OPTIONS *  ;" },
		{ "PUT /v HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n12345",
		  "PUT /v  12345;" },
		{ "PUT /v HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
		  "PUT /v  ;" },
		{ "PUT /v HTTP/1.1\r\n" H "Content-Length: 3\r\nExpect: "
		  "100-Continue\r\n\r\nabc",
		  "PUT /v  abc expects;" },
		/* pipelined */
		{ "GET /a HTTP/1.1\r\n" H "\r\nGET /b HTTP/1.1\r\n" H "\r\n",
		  "GET /a  ;GET /b  ;" },
		{ "PUT /a HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nxyGET /b "
		  "HTTP/1.0\r\n\r\n",
		  "PUT /a  xy;GET /b   close;" },
		{ "PUT /a HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nxy\r\nGET "
		  "/b HTTP/1.0\r\n\r\n",
		  "PUT /a  xy;GET /b   close;" },
		/* nothing whole */
		{ "GET / HTTP/1.1\r\n" H "\r", "" },
		{ "\r", "" },
		{ "", "" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: 9\r\n\r\n12345678",
		  "" },
	};

	check_rows(rows, ARRAY_SIZE(rows), 0);
}

static void test_bad(void **state)
{
	static const struct row rows[] = {
		{ "GET /\r\n\r\n", "400;" },	      /* HTTP/0.9 */
		{ "GET / HTTP/1.1\r\n\r\n", "400;" }, /* no host */
		{ "GET / HTTP/1.1\r\n" H H "\r\n", "400;" },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400;" },
		{ "GET  / HTTP/1.1\r\n" H "\r\n", "400;" },
		{ " GET / HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET / HTTP/1.1 \r\n" H "\r\n", "400;" },
		{ "GET / http/1.1\r\n" H "\r\n", "400;" },
		{ "GET / HTTP/11\r\n" H "\r\n", "400;" },
		{ "GET / HTTP/1.10\r\n" H "\r\n", "400;" },
		{ "GET /\t HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /\r HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /#a HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET a HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET * HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET http:///a HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET ftp://h/a HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /% HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /%4 HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /%0g HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /%00 HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET /\xe4 HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "G(T / HTTP/1.1\r\n" H "\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H "a b: c\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H "a : c\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H ": c\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H "a\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H "a: b\r\n c\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H "a: b\rc\r\n\r\n", "400;" },
		{ "GET / HTTP/1.1\r\n" H "a: b\x01\r\n\r\n", "400;" },
		{ "GET / HTTP/2.0\r\n" H "\r\n", "505;" },
		{ "PRI * HTTP/2.0\r\n\r\n", "505;" },
		{ "GET / HTTP/0.9\r\n" H "\r\n", "505;" },
		{ "BREW / HTTP/1.1\r\n" H "\r\n", "501;" },
		{ "get / HTTP/1.1\r\n" H "\r\n", "501;" },
		{ "CONNECT h:1 HTTP/1.1\r\n" H "\r\n", "501;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: x\r\n\r\n", "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n", "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\n",
		  "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1\r\ncontent-length: "
		  "1\r\n\r\n",
		  "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\n",
		  "413;" },
		{ "PUT / HTTP/1.1\r\n" H "Content-Length: "
		  "99999999999999999999999\r\n\r\n",
		  "413;" },
		{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n",
		  "411;" },
		{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: gzip\r\n\r\n",
		  "501;" },
		{ "PUT / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
		  "Content-Length: 1\r\n\r\n",
		  "400;" },
		{ "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
		  "400;" },
		{ "PUT / HTTP/1.1\r\n" H "Expect: x\r\n\r\n", "417;" },
		/* the next one is served */
		{ "x\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", "400;GET /  ;" },
	};

	check_rows(rows, ARRAY_SIZE(rows), 0);
	check_len("GET /\0 HTTP/1.1\r\n" H "\r\n", 28, "400;", 0);
	check_len("GET / HTTP/1.1\r\n" H "a: \0\r\n\r\n", 33, "400;", 0);
}

/* As many bytes as the buffer has, then more; what follows is served. */
static void test_too_large(void **state)
{
	char text[4 * SIZE];
	__sz n;

	memset(text, 'x', sizeof(text));
	assert_string_equal(play(text, SIZE, 1, 0), "414;");
	assert_string_equal(play(text, SIZE - 1, 1, 0), "");
	memcpy(text, "GET / HTTP/1.1\r\n", 16);
	assert_string_equal(play(text, SIZE, ~0UL, 0), "431;");
	n = (__sz)sprintf(text + 3 * SIZE,
			  "\r\n\r\nGET /next HTTP/1.1\r\n" H "\r\n");
	check_len(text, 3 * SIZE + n, "431;GET /next  ;", 0);
	check_len(text, 3 * SIZE + n, "431;GET /next  ;", 1);
	n = (__sz)sprintf(text, "GET / HTTP/1.1\r\n" H);
	for (int i = 0; i < 65; i++)
		n += (__sz)sprintf(text + n, "a:\n");
	n += (__sz)sprintf(text + n, "\r\n");
	check_len(text, n, "431;", 0);
}

/* The start of a disconnected client's request comes first, with or without a
 * line end. */
static void test_resync(void **state)
{
	static const struct row rows[] = {
		{ "GET / HTTP/1.1\r\n" H "\r\n", "GET /  ;" },
		{ "GET /meGET /b HTTP/1.1\r\n" H "\r\n", "GET /b  ;" },
		{ "GET /a HTTP/1.GET /b HTTP/1.1\r\n" H "\r\n", "GET /b  ;" },
		{ "GET /a HTTP/1.1\r\nHost: 12HEAD /b HTTP/1.1\r\n" H "\r\n",
		  "HEAD /b  ;" },
		{ "GET /a HTTP/1.1\r\nHost: 1\r\nGET /b HTTP/1.1\r\n" H "\r\n",
		  "GET /b  ;" },
		{ "\x01\x02GET /b HTTP/1.1\n" H "\n", "GET /b  ;" },
		{ "x\r\n\r\n", "400;" },
		{ "GET /a HTTP/1.1\r\nX: /b HTTP/1.1\r\n" H "\r\n",
		  "GET /a  ;" },
	};

	check_rows(rows, ARRAY_SIZE(rows), 1);
}

/* A body that does not come hides what came after it. */
static void test_rescue(void **state)
{
	static const char text[] = "PUT / HTTP/1.1\r\n" H
				   "Content-Length: 200\r\n\r\nabGET /b "
				   "HTTP/1.1\r\n" H "\r\n";
	char buf[SIZE + 1];
	struct http_parser p;

	http_parser_init(&p, buf, SIZE);
	p.resync = 1;
	p.used = sizeof(text) - 1;
	memcpy(buf, text, p.used);
	assert_int_equal(http_parse(&p), HTTP_MORE);
	http_rescue(&p);
	assert_int_equal(http_parse(&p), HTTP_READY);
	assert_string_equal(p.req.path, "/b");
}

static unsigned int accepts(const char *value, const char *type,
			    const char *version)
{
	struct uk_http_request req = { .field_count = 1,
				       .fields = { { "ACCEPT", value } } };

	return uk_http_accepts(&req, type, version);
}

#define OM "application/openmetrics-text"

static void test_accept(void **state)
{
	static const struct {
		const char *value, *type, *version;
		unsigned int q;
	} rows[] = {
		{ "*/*", "text/plain", "0.0.4", 1000 },
		{ "", "text/plain", "0.0.4", 0 },
		{ "text/*;q=0.25, */*;q=0.5", "text/plain", NULL, 250 },
		{ "text/plain;q=0.1,text/*;q=0.9", "text/plain", NULL, 100 },
		{ "TEXT/PLAIN ; Q=0.7", "text/plain", NULL, 700 },
		{ "text/plain;q=0", "text/plain", NULL, 0 },
		{ "text/html", "text/plain", NULL, 0 },
		{ "text/plain;version=0.0.4;q=0.2", "text/plain", "0.0.4",
		  200 },
		{ "text/plain;version=\"0.0.4\"", "text/plain", "0.0.4", 1000 },
		{ "text/plain;version=0.0.5;q=1", "text/plain", "0.0.4", 0 },
		{ "a/b;x=\",\";q=0.1,text/plain;q=0.3", "text/plain", NULL,
		  300 },
		{ "text/plain;q=1.5", "text/plain", NULL, 1000 },
		{ "text/plain;q=", "text/plain", NULL, 0 },
		{ "text/plain;q=0.0009", "text/plain", NULL, 0 },
		/* Prometheus 2.42 */
		{ OM ";version=1.0.0," OM ";version=0.0.1;q=0.75,text/plain;"
		     "version=0.0.4;q=0.5,*/*;q=0.1",
		  OM, "1.0.0", 1000 },
		{ OM ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;"
		     "q=0.1",
		  OM, "1.0.0", 100 },
		{ OM ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;"
		     "q=0.1",
		  "text/plain", "0.0.4", 500 },
		/* Prometheus 3 */
		{ OM ";version=1.0.0;escaping=allow-utf-8;q=0.6", OM, "1.0.0",
		  600 },
	};
	struct uk_http_request none = { 0 };

	for (__sz i = 0; i < ARRAY_SIZE(rows); i++)
		if (accepts(rows[i].value, rows[i].type, rows[i].version) !=
		    rows[i].q)
			fail_msg("%s: %s %u", rows[i].value, rows[i].type,
				 accepts(rows[i].value, rows[i].type,
					 rows[i].version));
	assert_int_equal(uk_http_accepts(&none, "text/plain", NULL), 1000);
}

static void get_echo(const struct uk_http_request *req,
		     struct uk_http_response *res)
{
	uk_http_printf(res, "%s|%s", req->rest, req->query);
}

static void get_long(const struct uk_http_request *req,
		     struct uk_http_response *res)
{
	for (int i = 0; i < 100; i++)
		uk_http_puts(res, "0123456789");
}

static void put_echo(const struct uk_http_request *req,
		     struct uk_http_response *res)
{
	res->status = 204;
}

UK_HTTP_ROUTE(echo, "/echo", UK_HTTP_GET, get_echo);
UK_HTTP_ROUTE(below, "/echo/", UK_HTTP_GET, get_echo);
UK_HTTP_ROUTE(deeper, "/echo/deep/", UK_HTTP_GET, get_long);
UK_HTTP_ROUTE(set, "/echo/", UK_HTTP_PUT, put_echo);

static void test_routes(void **state)
{
	static const struct {
		unsigned long method;
		const char *path;
		unsigned int status;
		const char *body;
		unsigned long allow;
	} rows[] = {
		{ UK_HTTP_GET, "/echo", 200, "|q", 0 },
		{ UK_HTTP_GET, "/echo/", 200, "|q", 0 },
		{ UK_HTTP_GET, "/echo/a/b", 200, "a/b|q", 0 },
		{ UK_HTTP_GET, "/echo/deep/x", 500,
		  "the reply does not fit in 256 bytes (LIBUKHTTP_REPLY_KB)\n",
		  0 },
		{ UK_HTTP_PUT, "/echo/x", 204, "", 0 },
		{ UK_HTTP_PUT, "/echo/deep/x", 405,
		  "/echo/deep/x does not support this method\n", UK_HTTP_GET },
		{ UK_HTTP_DELETE, "/echo/x", 405,
		  "/echo/x does not support this method\n",
		  UK_HTTP_GET | UK_HTTP_PUT },
		{ UK_HTTP_OPTIONS, "/echo/x", 204, "",
		  UK_HTTP_GET | UK_HTTP_PUT },
		{ UK_HTTP_OPTIONS, "*", 204, "", UK_HTTP_GET | UK_HTTP_PUT },
		{ UK_HTTP_GET, "/echoo", 404, NULL, 0 },
		{ UK_HTTP_GET, "/", 404, NULL, 0 },
	};
	char body[256];

	for (__sz i = 0; i < ARRAY_SIZE(rows); i++) {
		struct uk_http_request req = { .method = rows[i].method,
					       .path = rows[i].path,
					       .rest = "",
					       .query = "q" };
		struct uk_http_response res = { .body = body,
						.size = sizeof(body) };

		http_dispatch(&req, &res);
		body[res.len] = '\0';
		assert_int_equal(res.status, rows[i].status);
		if (rows[i].body) {
			assert_string_equal(body, rows[i].body);
			continue;
		}
		/* each once, in whatever order */
		assert_non_null(strstr(body, "\n/echo\n"));
		assert_non_null(strstr(body, "\n/echo/...\n"));
		assert_non_null(strstr(body, "\n/echo/deep/...\n"));
		assert_int_equal(strlen(strchr(body, '\n')),
				 strlen("\n/echo\n/echo/...\n"
					"/echo/deep/...\n"));
		assert_int_equal(res.allow, rows[i].allow);
	}
}

static void test_head(void **state)
{
	struct uk_http_response res = { .status = 405,
					.type = UK_HTTP_TEXT,
					.len = 17,
					.allow = UK_HTTP_GET | UK_HTTP_PUT };
	char head[HTTP_HEAD_ROOM + 1];

	head[http_head(&res, head, 1, 784111777)] = '\0';
	assert_string_equal(head, "HTTP/1.1 405 Method Not Allowed\r\n"
				  "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
				  "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Length: 17\r\n"
				  "Allow: OPTIONS, GET, HEAD, PUT\r\n"
				  "Cache-Control: no-store\r\n"
				  "Connection: close\r\n\r\n");
	res.status = 204;
	res.allow = 0;
	head[http_head(&res, head, 0, 0)] = '\0';
	assert_string_equal(head, "HTTP/1.1 204 No Content\r\n"
				  "Cache-Control: no-store\r\n\r\n");
}

/* The host's calendar is the truth, day by day. */
static void test_dates(void **state)
{
	struct uk_http_response res = { .status = 204 };
	char head[HTTP_HEAD_ROOM + 1], expected[64];

	for (time_t t = 1; t < 8000000000; t += 86399) {
		strftime(expected, sizeof(expected),
			 "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime(&t));
		head[http_head(&res, head, 0, (__u64)t)] = '\0';
		assert_non_null(strstr(head, expected));
	}
}

static void test_json(void **state)
{
	static const struct {
		const char *text;
		__sz len;
		const char *json;
	} rows[] = {
		{ "", 0, "\"\"" },
		{ "a\"\\/\n", 5, "\"a\\\"\\\\/\\u000a\"" },
		{ "\0\x1f\x7f", 3, "\"\\u0000\\u001f\\u007f\"" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9,
		  "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
#define BAD "\xef\xbf\xbd"
		{ "\xc3", 1, "\"" BAD "\"" },
		{ "\xc0\x80", 2, "\"" BAD BAD "\"" },	      /* overlong */
		{ "\xe0\x9f\xbf", 3, "\"" BAD BAD BAD "\"" }, /* overlong */
		{ "\xed\xa0\x80", 3, "\"" BAD BAD BAD "\"" }, /* surrogate */
		{ "\xf4\x90\x80\x80", 4, "\"" BAD BAD BAD BAD "\"" },
		{ "\xf0\x8f\x80\x80", 4, "\"" BAD BAD BAD BAD "\"" },
		{ "\xff\xfe", 2, "\"" BAD BAD "\"" },
		{ "\xe2\x82x", 3, "\"" BAD BAD "x\"" },
		{ "\xf4\x8f\xbf\xbf\xed\x9f\xbf", 7,
		  "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\"" },
	};
	char body[128];

	for (__sz i = 0; i < ARRAY_SIZE(rows); i++) {
		struct uk_http_response res = { .body = body,
						.size = sizeof(body) };

		uk_http_json_string(&res, rows[i].text, rows[i].len);
		body[res.len] = '\0';
		assert_string_equal(body, rows[i].json);
	}
}

/* RFC 3986, 2.1, and the first of each name. */
static void test_query(void **state __unused)
{
	static const struct {
		const char *query, *name;
		int len;
		const char *value;
	} rows[] = {
		{ "on=a%2Cb", "on", 3, "a,b" },
		{ "x&on=1&on=2", "on", 1, "1" },
		{ "only=1&on=%41%7e", "on", 2, "A~" },
		{ "on=", "on", 0, "" },
		{ "", "on", -ENOENT, NULL },
		{ "on&off=1", "on", -ENOENT, NULL },
		{ "on=%4", "on", -EINVAL, NULL },
		{ "on=%00", "on", -EINVAL, NULL },
		{ "on=1234567", "on", 7, "1234567" },
		{ "on=12345678", "on", -ENOSPC, NULL },
	};
	char buf[8];

	for (__sz i = 0; i < ARRAY_SIZE(rows); i++) {
		struct uk_http_request req = { .query = rows[i].query };

		assert_int_equal(
			uk_http_query(&req, rows[i].name, buf, sizeof(buf)),
			rows[i].len);
		if (rows[i].value)
			assert_string_equal(buf, rows[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	  cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_resync),
		cmocka_unit_test(test_rescue),	  cmocka_unit_test(test_accept),
		cmocka_unit_test(test_routes),	  cmocka_unit_test(test_head),
		cmocka_unit_test(test_dates),	  cmocka_unit_test(test_json),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
