/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Whose bytes these are. The device tells on one queue who comes and goes and
 * gives the bytes on another. What is certain:
 *
 * - The news of a client is there before its first byte. So bytes were sent by
 *   whoever is told of behind reading them, or by somebody before.
 * - If there was nothing to read while a client was there, those before have
 *   sent nothing that is still to come.
 *
 * Bytes that came while nobody is there are of somebody dead. Bytes that may
 * be of several are held until the living one has certainly sent something, or
 * for a moment, and then only the last request is answered. What a client that
 * died behind a whole request has sent is answered to the next one, if that
 * sends nothing in this time; nobody can tell.
 */
#include <uk/console.h>
#include "http_internal.h"

#define MS 1000000UL
#define HOLD (100 * MS)
#define STALE (1000 * MS)    /* a body that does not come is no body */
#define GIVE_UP (10000 * MS) /* a line that takes nothing has nobody there */
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

/* A header whose body does not come, on a line where it may be of somebody
 * who died: then the next one's request is taken for it. Or the rest of a
 * header that was too large.
 */
static int is_stale(const struct http_client *c)
{
	return (c->shared || c->mixed) && (c->parser.head || c->parser.skip);
}

/* Nothing came for long. What was skipped while nobody knew whose it was has
 * not been answered.
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

/* What a driver takes for somebody who goes right then it counts as dropped, as
 * it does later what the device lost of somebody before.
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
