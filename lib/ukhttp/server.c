/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The server: a thread that sleeps until bytes or a client come, and all the
 * memory that it will ever need.
 */
#include <uk/console.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/print.h>
#include <uk/trace.h>
#include <uk/wait.h>
#include "http_internal.h"
#include "stats.h"

#define POLL 10000000UL /* ns, of a console that does not interrupt */

UK_PARAM(metrics, console, &uk_console_wanted[UK_CONSOLE_METRICS], charp,
	 "console that metrics are read from: its name, or none");

static char request[CONFIG_LIBUKHTTP_REQUEST_KB * 1024 + 1];
static char reply[HTTP_HEAD_ROOM + CONFIG_LIBUKHTTP_REPLY_KB * 1024];

static struct http_client client;
static struct uk_waitq waiting = UK_WAITQ_INIT;
struct http_stats http_stats;

/* In irq context. */
static void arrived(struct uk_console *con __unused, void *arg __unused)
{
	uk_waitq_wake_up(&waiting);
}

/* A reply that its handler sends: what is left of head and body. */
static struct {
	int begun;
	const char *head;
	__sz head_len;
	__u64 len;
} stream;

void uk_http_stream_begin(struct uk_http_response *res, __u64 len)
{
	res->len = len;
	stream.begun = 1;
	stream.head = reply;
	stream.head_len =
		http_head(res, reply, 1, uk_time_wall() / UK_NSEC_PER_SEC);
	stream.len = client.parser.head_method ? 0 : len;
}

__ssz uk_http_stream(const char *buf, __sz len)
{
	__ssz n;

	while (stream.head_len) {
		n = uk_console_out_to(client.con, client.conn, stream.head,
				      stream.head_len);
		if (n <= 0)
			return n;
		stream.head += n;
		stream.head_len -= (__sz)n;
	}
	if (client.parser.head_method)
		return (__ssz)len;
	n = uk_console_out_to(client.con, client.conn, buf, len);
	if (n > 0)
		stream.len -= (__u64)n;
	return n;
}

UK_TRACEPOINT_FIELDS(trace_http_reply, "%s: %u", const char *, path, __u32,
		     status);

/* The reply leaves in one piece: head, then body, without a gap. */
static void answer(int ret)
{
	struct http_parser *p = &client.parser;
	int last = http_client_is_last(&client, ret);
	struct uk_http_response res = {
		.type = UK_HTTP_TEXT,
		.body = reply + HTTP_HEAD_ROOM,
		.size = sizeof(reply) - HTTP_HEAD_ROOM,
	};
	char head[HTTP_HEAD_ROOM];
	__sz len;

	stream.begun = 0;
	if (ret == HTTP_READY) {
		http_take(p);
		http_dispatch(&p->req, &res);
	} else {
		uk_http_error(&res, (unsigned int)ret, "bad request: %d\n",
			      ret);
	}
	trace_http_reply(ret == HTTP_READY ? p->req.path : "", res.status);
	if (stream.begun) {
		http_count(&http_stats, res.status);
		http_stats.gone += stream.head_len || stream.len;
		http_client_answered(&client, ret, 1);
		return;
	}
	len = http_head(&res, head, last, uk_time_wall() / UK_NSEC_PER_SEC);
	memcpy(res.body - len, head, len);
	if (ret != HTTP_READY || !p->head_method)
		len += res.len;
	else
		res.len = 0;
	http_count(&http_stats, res.status);
	if (http_client_send(&client, res.body + res.len - len, len))
		http_stats.gone++;
	http_client_answered(&client, ret, last);
}

static void serve(void)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct http_parser *p = &client.parser;
	int ret, more;

	do {
		__nsec now = uk_time_monotonic();

		more = http_client_receive(&client, now);
		ret = http_client_request(&client, now);
		if (ret != HTTP_MORE)
			answer(ret);
	} while (ret != HTTP_MORE || (more && p->used < p->size));
	if (p->head && p->expects && p->used == p->head) {
		p->expects = 0;
		http_client_send(&client, go_on, sizeof(go_on) - 1);
	}
}

static void *server(void *arg __unused)
{
	struct uk_console *con = client.con;
	int polled = uk_console_irq(con) < 0;

	for (;;) {
		unsigned int events = uk_console_events(con);
		__nsec deadline;

		serve();
		deadline = http_client_deadline(&client, uk_time_monotonic());
		if (polled)
			deadline = MIN(deadline, uk_time_monotonic() + POLL);
		(void)uk_waitq_wait_event_for(
			&waiting, uk_console_events(con) != events, deadline,
			UK_WAIT_INPUT, con->name);
	}
	return __NULL;
}

static int is_shared(const struct uk_console *con)
{
	return con == uk_console_get(UK_CONSOLE_LOG) ||
	       con == uk_console_get(UK_CONSOLE_STDIO) ||
	       con == uk_console_get(UK_CONSOLE_GDB);
}

static int start(struct uk_init_ctx *ctx __unused)
{
	static const struct uk_thread_attr attr = { .name = "http",
						    .detached = 1 };
	struct uk_console *con =
		uk_console_choose(UK_CONSOLE_METRICS, CONFIG_LIBUKHTTP_CONSOLE);
	int ret;

	if (!con)
		return 0;
	if (is_shared(con)) {
		uk_pr_err(
			"metrics.console=%s: this console is already used by log, stdio or the debugger; choose another\n",
			con->name);
		return -ECANCELED; /* said */
	}
	http_client_init(&client, con, request, sizeof(request) - 1);
	ret = uk_console_set_rx(con, arrived, __NULL);
	if (ret && ret != -ENOTSUP) {
		uk_pr_err(
			"metrics.console=%s: another library already reads this console; choose another\n",
			con->name);
		return -ECANCELED;
	}
	return uk_thread_create_attr(__NULL, &attr, server, __NULL);
}

uk_late_initcall_prio(start, 0, 9);
