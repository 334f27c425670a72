/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as requests, whole and in pieces: what is found is the same, lies
 * in the buffer, and keeps what is promised to handlers. The first byte says
 * how large the pieces are, and whether the line is one that resynchronises.
 *
 * HOST-SRCS: lib/ukhttp/parse.c lib/ukhttp/target.c lib/ukhttp/fields.c
 * HOST-SRCS: lib/ukhttp/resync.c lib/ukhttp/json.c lib/ukprint/snprintf.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../http_internal.h"

#define SIZE 600

static uint64_t mix(uint64_t hash, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)s[i]) * 1099511628211UL;
	return hash * 31 + len;
}

static void check(int good)
{
	if (!good)
		abort();
}

/* In the buffer of the parser, or a constant. */
static uint64_t text(uint64_t hash, const char *s)
{
	return mix(hash, s, strlen(s));
}

static uint64_t request(struct http_parser *p, uint64_t hash)
{
	struct uk_http_request *req = &p->req;

	http_take(p);
	check(req->method && !(req->method & (req->method - 1)));
	check(req->path[0] == '/' || !strcmp(req->path, "*"));
	check(req->body >= p->buf &&
	      req->body + req->body_len <= p->buf + SIZE);
	check(!req->body[req->body_len]);
	check(req->field_count <= UK_HTTP_FIELDS);
	for (const char *c = req->query; *c; c++)
		check(*c > ' ' && *c <= '~');
	hash = text(text(hash + req->method, req->path), req->query);
	for (size_t i = 0; i < req->field_count; i++) {
		check(req->fields[i].name[0]);
		hash = text(hash, req->fields[i].name);
		hash = text(hash, req->fields[i].value);
	}
	check(uk_http_accepts(req, "text/plain", "0.0.4") <= 1000);
	check(uk_http_accepts(req, "application/openmetrics-text", "1.0.0") <=
	      1000);
	return mix(hash, req->body, req->body_len);
}

static uint64_t play(const uint8_t *data, size_t size, size_t piece, int resync)
{
	/* Exactly as large as it may be, so that a byte beyond is noticed. */
	char *buf = malloc(SIZE + 1);
	struct http_parser p;
	uint64_t hash = 0;
	int ret;

	http_parser_init(&p, buf, SIZE);
	p.resync = resync;
	for (size_t at = 0; at < size;) {
		size_t n = MIN(MIN(piece, size - at), p.size - p.used);

		check(n);
		memcpy(buf + p.used, data + at, n);
		p.used += n;
		at += n;
		while ((ret = http_parse(&p)) != HTTP_MORE) {
			check(ret == HTTP_READY || (ret >= 400 && ret < 600));
			hash = ret == HTTP_READY ? request(&p, hash)
						 : hash * 7 + (uint64_t)ret;
			check(http_length(&p) && http_length(&p) <= p.used);
			http_next(&p);
		}
		check(p.used <= SIZE);
	}
	free(buf);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece;
	int resync;

	if (size < 1 || size > 4 * SIZE)
		return 0;
	piece = (data[0] >> 1) + 1U;
	resync = data[0] & 1;
	check(play(data + 1, size - 1, ~0UL, resync) ==
	      play(data + 1, size - 1, piece, resync));
	return 0;
}
