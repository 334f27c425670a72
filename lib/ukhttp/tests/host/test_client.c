/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Clients that connect, ask, are served and disconnect at any moment, on a port
 * that reports clients and bytes on two queues, which the guest reads one after
 * the other. In any order: a client that stays and asks gets its own answer,
 * and nothing of another client's request after it has asked.
 *
 * HOST-SRCS: lib/ukhttp/parse.c lib/ukhttp/target.c lib/ukhttp/fields.c
 * HOST-SRCS: lib/ukhttp/resync.c lib/ukhttp/client.c lib/ukprint/snprintf.c
 * HOST-FLAGS: -DCONFIG_LIBUKCONSOLE=1
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/console.h>
#include "../../http_internal.h"

/* --- a port, as lib/virtio-console has it -------------------------------- */

static unsigned int seed;

static unsigned int random_below(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* What the device has done and the guest has not looked at yet. */
static char bytes[1 << 16];
static __sz bytes_in, bytes_out;
static int events[64];
static unsigned int events_in, events_out;

/* What the guest knows. */
static unsigned int opened;
static int is_open;

/* The host: who is connected, what it got. */
static unsigned int here; /* its number, 0: none */
static char got[1024];

static void happens(void);

static void look(void)
{
	while (events_out < events_in) {
		is_open = events[events_out++ % 64];
		opened += is_open ? 1 : 0;
	}
}

static unsigned int connection(void)
{
	happens();
	look();
	happens();
	return is_open ? opened : 0;
}

unsigned int uk_console_connection(struct uk_console *con)
{
	return con->ops->connection ? connection() : 1;
}

static unsigned int port_connection(struct uk_console *con)
{
	return 0;
}

__ssz uk_console_in(struct uk_console *con, char *buf, __sz len)
{
	unsigned int before = opened;
	__sz n;

	happens();
	if (con->ops->connection) {
		look();
		if (opened != before)
			return 0;
	}
	happens();
	n = MIN(len, bytes_in - bytes_out);
	n = n ? MIN(n, 1 + random_below(200)) : 0;
	memcpy(buf, bytes + bytes_out, n);
	bytes_out += n;
	happens();
	return (__ssz)n;
}

__ssz uk_console_out_to(struct uk_console *con, unsigned int to,
			const char *buf, __sz len)
{
	happens();
	look();
	if (con->ops->connection && (!is_open || opened != to))
		return -EPIPE;
	/* No time passes between looking and sending. */
	if (here == opened || !con->ops->connection)
		strncat(got, buf, len);
	return (__ssz)len;
}

static __nsec now;

__nsec ukplat_monotonic_clock(void)
{
	return now;
}

/* --- clients -------------------------------------------------------------- */

static unsigned int numbers;
static int busy; /* things happen by themselves */

static void comes(void)
{
	here = ++numbers;
	got[0] = '\0';
	events[events_in++ % 64] = 1;
}

static void goes(void)
{
	here = 0;
	events[events_in++ % 64] = 0;
}

static void sends(const char *text)
{
	__sz n = strlen(text);

	if (bytes_in == bytes_out)
		bytes_in = bytes_out = 0;
	assert_true(bytes_in + n < sizeof(bytes));
	memcpy(bytes + bytes_in, text, n);
	bytes_in += n;
}

static void asks(unsigned int number, __sz len)
{
	char text[100];

	sprintf(text, "GET /%u HTTP/1.1\r\nHost: h%u\r\n\r\n", number, number);
	text[MIN(len, strlen(text))] = '\0';
	sends(text);
}

/* More than there is room for, so that the rest is read later, if ever. */
static char large[700];

/* While the guest does anything: clients that die at random places. */
static void happens(void)
{
	if (!busy || random_below(4))
		return;
	busy--;
	if (here) {
		goes();
	} else {
		comes();
		if (random_below(4))
			asks(1000 + here, random_below(50));
		else
			sends(random_below(2) ? "junk\r\n\r\nju" : large);
	}
}

/* --- the server ----------------------------------------------------------- */

static char buf[513];
static struct http_client client;
static struct uk_console_ops port_ops = { .connection = port_connection };
static struct uk_console_ops line_ops;
static struct uk_console con = { .name = "test" };

static void start(const struct uk_console_ops *ops)
{
	bytes_in = bytes_out = events_in = events_out = 0;
	opened = here = numbers = 0;
	is_open = busy = 0;
	now = 1000000000;
	con.ops = ops;
	http_client_init(&client, &con, buf, sizeof(buf) - 1);
}

static unsigned int answers;

static void serve(void)
{
	char reply[600];
	int ret, more;

	do {
		more = http_client_receive(&client, now);
		ret = http_client_request(&client, now);
		if (ret == HTTP_MORE)
			continue;
		answers++;
		if (ret == HTTP_READY)
			http_take(&client.parser);
		snprintf(reply, sizeof(reply), "<%d%s%s>", ret,
			 ret == HTTP_READY ? client.parser.req.path : "",
			 http_client_is_last(&client, ret) ? "." : "");
		(void)http_client_send(&client, reply, strlen(reply));
		http_client_answered(&client, ret,
				     reply[strlen(reply) - 2] == '.');
	} while (ret != HTTP_MORE ||
		 (more && client.parser.used < client.parser.size));
}

/* As the thread does: again when something comes, or at the deadline. */
static void run(void)
{
	for (int i = 0; i < 10; i++) {
		__nsec deadline;

		serve();
		deadline = http_client_deadline(&client, now);
		if (deadline != UK_TIME_NEVER)
			now = MAX(now, deadline);
	}
}

static void check(const char *expected)
{
	run();
	assert_string_equal(got, expected);
	got[0] = '\0';
}

static void test_one_by_one(void **state)
{
	start(&port_ops);
	for (unsigned int i = 1; i < 10; i++) {
		char expected[20];

		comes();
		if (i & 1)
			run();
		asks(i, 100);
		sprintf(expected, "<1/%u.>", i);
		check(expected);
		goes();
		if (i & 2)
			run();
	}
}

static void test_pipelined(void **state)
{
	start(&port_ops);
	comes();
	sends("GET /a HTTP/1.1\r\nHost:\r\n\r\nGET /b HTTP/1.1\r\nHost:\r\n\r\n"
	      "GET /c HTTP/1.1\r\nHost:\r\n\r\n\r\n");
	check("<1/a><1/b><1/c.>");
	sends("GET /late HTTP/1.1\r\nHost:\r\n\r\n");
	check(""); /* its last reply said "Connection: close" */
	goes();
	comes();
	sends("GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.1\r\nHost:\r\n\r\n");
	check("<1/a.>");
	goes();
	run();
	comes();
	sends("x\r\n\r\nGET /b HTTP/1.1\r\nHost:\r\n\r\n");
	check("<400.>");
}

/* All of it is there when the guest looks for the first time. */
static void test_unseen(void **state)
{
	start(&port_ops);
	memset(large, 'x', sizeof(large) - 1);
	for (unsigned int i = 0; i < 8; i++) {
		comes();
		asks(i, 7 * i);
		goes();
		comes();
		asks(99, 100);
		check("<1/99.>");
		goes();
		if (i & 1)
			run();
	}
	/* Its request comes later than it does. */
	comes();
	asks(1, 100);
	goes();
	comes();
	serve();
	asks(99, 100);
	check("<1/99.>");
	/* One that is too large gets an error, later. */
	goes();
	comes();
	goes();
	comes();
	sends(large);
	check("<414.>");
	/* A body swallows it. */
	goes();
	comes();
	sends("PUT /x HTTP/1.1\r\nHost:\r\nContent-Length: 100\r\n\r\nabc");
	goes();
	comes();
	asks(99, 100);
	check("<1/99.>");
}

/* Bytes of disconnected clients without a later client. */
static void test_no_client(void **state)
{
	start(&port_ops);
	comes();
	asks(1, 100);
	goes();
	answers = 0;
	run();
	assert_int_equal(answers, 0);
	comes();
	run();
	asks(2, 100);
	check("<1/2.>");
}

static void test_line(void **state)
{
	start(&line_ops);
	asks(1, 100);
	check("<1/1.>");
	asks(2, 5);
	run();
	asks(3, 100);
	check("<1/3.>");
	asks(4, 24);
	asks(5, 100);
	asks(6, 100);
	check("<1/5.><1/6.>");
	sends("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 300\r\n\r\nab");
	run();
	asks(7, 100);
	run();
	check("<1/7.>");
}

/* Anything at any time, then a client that stays. */
static void test_storm(void **state)
{
	char expected[20];

	start(&port_ops);
	for (unsigned int round = 0; round < 200000; round++) {
		seed = round;
		busy = (int)random_below(8);
		while (busy) {
			serve();
			now += random_below(30000000);
		}
		if (here)
			goes();
		if (random_below(2))
			serve();
		comes();
		if (random_below(2))
			serve();
		asks(round, 100);
		run();
		sprintf(expected, "<1/%u.>", round);
		if (strcmp(got, expected) != 0)
			fail_msg("round %u: %s", round, got);
		if (random_below(2))
			run();
		goes();
		if (random_below(2))
			run();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_by_one),
		cmocka_unit_test(test_pipelined),
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_no_client),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
