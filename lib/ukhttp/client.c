/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Finds the client that sent each byte. The device reports connects and
 * disconnects on one queue and delivers bytes on another. What is certain:
 *
 * - The connect of a client is reported before its first byte. So bytes were
 *   sent by the client that is current after they were read, or by an earlier
 *   one.
 * - If there was nothing to read while a client was connected, no byte of
 *   earlier clients is still to arrive.
 *
 * Bytes that arrive while no client is connected are from one that has
 * disconnected. Bytes that may be from several clients are held until the
 * current one has certainly sent something, or for a moment; then only the last
 * request is answered. If a client sends a whole request and disconnects, and
 * the next client sends nothing in this time, the next client gets the reply;
 * this cannot be detected.
 */
#include <uk/console.h>
#include "http_internal.h"

#define MS 1000000UL
#define HOLD (100 * MS)
#define STALE (1000 * MS)    /* a body that does not come is no body */
#define GIVE_UP (10000 * MS) /* a line that takes nothing has no client */
#define PIECE 1024	     /* of a slow line, between which others run */

void http_client_init(struct http_client *c, struct uk_console *con, char *buf,
		      __sz size)
{
	memset(c, 0, sizeof(*c));
	http_parser_init(&c->parser, buf, size);
	c->con = con;
	c->shared = !con->ops->connection;
	c->from = 1;
}

/* A client that was served has nothing more to say, as far as is known. */
static void meet(struct http_client *c, unsigned int conn)
{
	if (c->served && c->from == c->conn)
		c->from++;
	c->conn = conn;
	c->closed = c->served = c->mixed = c->sure = 0;
	if (conn)
		c->last = conn;
	http_reset(&c->parser);
}

static void take(struct http_client *c, __sz n, __nsec now)
{
	if (!c->conn)
		return;
	c->heard = now;
	c->sure = c->from == c->conn;
	if (!c->sure) {
		c->mixed = 1;
		c->hold = now + HOLD;
	}
	if (!c->closed || c->mixed)
		c->parser.used += n;
}

int http_client_receive(struct http_client *c, __nsec now)
{
	struct http_parser *p = &c->parser;

	for (;;) {
		unsigned int before = uk_console_connection(c->con), after;
		char *at;
		__ssz n;

		if (before != c->conn)
			meet(c, before);
		at = p->buf + p->used;
		c->full = p->used == p->size;
		if (c->full)
			return 1;
		n = uk_console_in(c->con, at, p->size - p->used);
		after = uk_console_connection(c->con);
		if (after != c->conn) {
			meet(c, after);
			if (n > 0)
				memmove(p->buf, at, (__sz)n);
		}
		if (n > 0)
			take(c, (__sz)n, now);
		else if (before != after)
			continue;
		if (n <= 0) {
			c->from = after ? after : c->last + 1;
			return 0;
		}
	}
}

static int parse(struct http_client *c)
{
	c->parser.resync = c->shared || c->mixed;
	return http_parse(&c->parser);
}

/* A header without its body, on a line where it may be from a client that
 * disconnected: then the next client's request would be taken for the body. Or
 * the rest of a header that was too large.
 */
static int is_stale(const struct http_client *c)
{
	return (c->shared || c->mixed) && (c->parser.head || c->parser.skip);
}

/* Nothing arrived for long. A request that was skipped because its client was
 * unknown has not been answered.
 */
static int give_up(struct http_client *c)
{
	if (c->parser.head) {
		http_rescue(&c->parser);
		return parse(c);
	}
	if (c->mixed)
		return c->parser.skip == HTTP_SKIP_LINE ? 414 : 431;
	http_reset(&c->parser);
	return HTTP_MORE;
}

int http_client_request(struct http_client *c, __nsec now)
{
	int ret;

	if (c->mixed && !c->sure && now < c->hold)
		return HTTP_MORE;
	ret = parse(c);
	while (c->mixed && ret != HTTP_MORE &&
	       (http_more(&c->parser) || !c->parser.head ||
		(c->full && ret != HTTP_READY))) {
		if (c->parser.head)
			http_next(&c->parser);
		else
			http_skip(&c->parser);
		ret = parse(c);
	}
	if (c->mixed && c->full && c->parser.used < c->parser.size)
		return HTTP_MORE; /* there is room for what may follow */
	if (ret == HTTP_MORE && is_stale(c) && now >= c->heard + STALE)
		return give_up(c);
	return ret;
}

__nsec http_client_deadline(const struct http_client *c, __nsec now)
{
	if (c->mixed && !c->sure && now < c->hold)
		return c->hold;
	return is_stale(c) ? c->heard + STALE : UK_TIME_NEVER;
}

int http_client_is_last(const struct http_client *c, int ret)
{
	return c->shared || c->mixed || ret != HTTP_READY || c->parser.close ||
	       !http_more(&c->parser);
}

void http_client_answered(struct http_client *c, int ret, int last)
{
	int more = http_more(&c->parser);

	http_next(&c->parser);
	if (last && !c->shared && (!c->mixed || c->sure)) {
		http_reset(&c->parser);
		c->closed = 1;
		c->served = ret == HTTP_READY && !more;
	}
	if (!c->parser.used)
		c->mixed = 0;
}

/* Bytes that a driver takes for a client that disconnects right then are
 * counted as dropped; so are, later, bytes for an earlier client that the
 * device lost.
 */
int http_client_send(struct http_client *c, const char *buf, __sz len)
{
	const __u64 *dropped = &c->con->stats.out_dropped;
	__u64 before = UK_READ_ONCE(*dropped);
	__nsec moved = uk_time_monotonic();

	while (len) {
		__sz want = c->shared ? MIN(len, (__sz)PIECE) : len;
		__ssz n = uk_console_out_to(c->con, c->conn, buf, want);

		if (n < 0)
			return -EPIPE;
		buf += n;
		len -= (__sz)n;
		if (n)
			moved = uk_time_monotonic();
		else if (c->shared && uk_time_monotonic() >= moved + GIVE_UP)
			return -ETIMEDOUT;
		if (!n)
			uk_thread_sleep(MS);
		else if (c->shared)
			uk_sched_yield();
	}
	if (UK_READ_ONCE(*dropped) == before ||
	    uk_console_connection(c->con) == c->conn)
		return 0;
	return -EPIPE;
}
