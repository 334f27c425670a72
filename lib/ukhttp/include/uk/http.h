/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A small HTTP/1.1 server (RFC 9110, 9112) on the console of the metrics role.
 * What it serves is a link-time table of routes:
 *
 *	static void hello(const struct uk_http_request *req,
 *			  struct uk_http_response *res)
 *	{
 *		uk_http_printf(res, "hello %s\n", req->query);
 *	}
 *	UK_HTTP_ROUTE(hello, "/hello", UK_HTTP_GET, hello);
 *
 * A reply is complete or not there: what does not fit in the reply's memory
 * (LIBUKHTTP_REPLY_KB) becomes a 500, or is sent piece by piece with
 * uk_http_stream(). The server adds status line, Date, Content-Length and
 * Connection, and answers HEAD, OPTIONS, unknown paths and methods itself.
 *
 * Contexts: handlers run in the server's thread, "http", one at a time; all
 * functions here belong in a handler. This header only registers records:
 * without LIBUKHTTP they should not be built.
 */
#ifndef __UK_HTTP_H__
#define __UK_HTTP_H__

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <uk/snprintf.h>
#include <uk/table.h>

/* Methods, one bit each (RFC 9110, 9.3; PATCH: RFC 5789). */
#define UK_HTTP_GET 0x01UL /* a route for GET serves HEAD, too */
#define UK_HTTP_HEAD 0x02UL
#define UK_HTTP_PUT 0x04UL
#define UK_HTTP_POST 0x08UL
#define UK_HTTP_DELETE 0x10UL
#define UK_HTTP_PATCH 0x20UL
#define UK_HTTP_OPTIONS 0x40UL

struct uk_http_field {
	const char *name; /* as sent */
	const char *value;
};

/* Header fields of a request at most; one with more is answered 431. */
#define UK_HTTP_FIELDS 64

/* All texts are terminated, never NULL, and valid while the handler runs. */
struct uk_http_request {
	unsigned long method; /* UK_HTTP_*; a HEAD comes as GET */
	const char *path;     /* "/store/a/b", percent-decoded, no NUL in it */
	const char *rest;     /* of path, after a prefix route's: "a/b" */
	const char *query;    /* after the '?' as sent; "" if there is none */
	const char *body;     /* terminated as well, but may contain NUL */
	__sz body_len;
	__sz field_count;
	struct uk_http_field fields[UK_HTTP_FIELDS];
};

/* A reply in the making; begins as 200, text/plain, empty. */
struct uk_http_response {
	unsigned int status;
	const char *type;    /* Content-Type; a constant */
	unsigned long allow; /* methods, for 405 */
	char *body;	     /* of size bytes, len of them written */
	__sz size, len;
	int full; /* something did not fit: all of it is dropped */
};

typedef void (*uk_http_handler_t)(const struct uk_http_request *req,
				  struct uk_http_response *res);

struct uk_http_route {
	const char *path;
	unsigned long methods;
	uk_http_handler_t handler;
};

UK_TABLE_DECLARE(http_route, struct uk_http_route);

/**
 * Registers a route, at file scope.
 *
 * @param id a C identifier, unique in the file
 * @param route_path begins with '/'. One that ends with '/' and is longer is
 *   served for whatever begins with it; of several the longest is.
 * @param route_methods UK_HTTP_*, others are answered 405
 */
#define UK_HTTP_ROUTE(id, route_path, route_methods, func)                     \
	UK_TABLE_RECORD(http_route, struct uk_http_route, 5,                   \
			uk_http_route_##id) = { (route_path), (route_methods), \
						(func) }

#define UK_HTTP_TEXT "text/plain; charset=utf-8"
#define UK_HTTP_JSON "application/json"

/** Appends bytes to the reply. */
static inline void uk_http_write(struct uk_http_response *res, const char *data,
				 __sz len)
{
	if (res->full || len > res->size - res->len) {
		res->full = 1;
		return;
	}
	memcpy(res->body + res->len, data, len);
	res->len += len;
}

static inline void uk_http_puts(struct uk_http_response *res, const char *s)
{
	uk_http_write(res, s, strlen(s));
}

static inline void uk_http_putc(struct uk_http_response *res, char c)
{
	uk_http_write(res, &c, 1);
}

/** The same in the manner of uk_snprintf(). */
static inline void uk_http_vprintf(struct uk_http_response *res,
				   const char *fmt, va_list ap)
{
	__sz room = res->size - res->len;
	int n = uk_vsnprintf(res->body + res->len, room, fmt, ap);

	if (res->full || (__sz)n >= room)
		res->full = 1;
	else
		res->len += (__sz)n;
}

static inline void __printf_like(2, 3)
	uk_http_printf(struct uk_http_response *res, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	uk_http_vprintf(res, fmt, ap);
	va_end(ap);
}

/** Makes the reply a status with a text, whatever was written before. */
static inline void __printf_like(3, 4)
	uk_http_error(struct uk_http_response *res, unsigned int status,
		      const char *fmt, ...)
{
	va_list ap;

	res->status = status;
	res->type = UK_HTTP_TEXT;
	res->len = 0;
	res->full = 0;
	va_start(ap, fmt);
	uk_http_vprintf(res, fmt, ap);
	va_end(ap);
}

/**
 * Begins a reply that does not fit in memory, with the status and the type that
 * are in `res`; uk_http_stream() sends its body. The handler adds nothing more.
 * After it the client gets no other reply on its connection.
 *
 * @param len bytes of the body
 */
void uk_http_stream_begin(struct uk_http_response *res, __u64 len);

/**
 * Sends some of that body. Contexts: the handler, also with interrupts off.
 *
 * @return bytes taken, 0 if the client takes none now; negative if it has
 *   disconnected
 */
__ssz uk_http_stream(const char *buf, __sz len);

/**
 * A parameter of the query: the first "name=value" between its '&'.
 *
 * @param buf receives the value, percent-decoded (RFC 3986, 2.1), terminated
 * @return its length; -ENOENT: there is none of that name; -ENOSPC: it has no
 *   room; -EINVAL: a '%' is followed by no byte, or by 00. Contexts: any.
 */
int uk_http_query(const struct uk_http_request *req, const char *name,
		  char *buf, __sz size);

/**
 * The value of a header field, by its name in whatever case.
 *
 * @param nth 0 for the first of that name, 1 for the next …
 * @return the value without blanks around, or NULL
 */
const char *uk_http_header(const struct uk_http_request *req, const char *name,
			   unsigned int nth);

/**
 * How much a client wants a representation (RFC 9110, 12.5.1), by the most
 * specific media range of its Accept that fits.
 *
 * @param type "text/plain"
 * @param version a range that has a parameter "version" fits if it is this
 *   one; other parameters are not looked at. NULL: none does
 * @return 0 (not at all) to 1000; 1000 without Accept
 */
unsigned int uk_http_accepts(const struct uk_http_request *req,
			     const char *type, const char *version);

/**
 * Whether a request may change the guest, or see all of its memory: it has the
 * token of parameter http.token as "Authorization: Bearer TOKEN". Else the
 * reply is a 401 or 403 with the reason. Without http.token all are refused.
 *
 * @param takes_query 0: what is behind a '?' would have no effect; the reply
 *   is a 400 then
 *
 * For routes that select LIBUKHTTP_TOKEN.
 */
int uk_http_may_change(const struct uk_http_request *req,
		       struct uk_http_response *res, int takes_query);

/* --- JSON (RFC 8259) ------------------------------------------------------ */

/** Bytes of the UTF-8 character (RFC 3629) that a text begins with; 0 if it
 * begins with something else. Contexts: any.
 */
__sz uk_http_utf8(const char *s, __sz len);

/**
 * Appends a text in quotes. Control characters are escaped, and what is not
 * UTF-8 becomes U+FFFD, one for each byte.
 */
void uk_http_json_string(struct uk_http_response *res, const char *s, __sz len);

#endif /* __UK_HTTP_H__ */
