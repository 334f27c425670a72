/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The guest's side of test_virtio.py, at vport1. The bytes are 32-bit words
 * that hold their position: word i of stream s is i * 2654435761 + s.
 *
 *	exchange CLIENTS BYTES	takes BYTES from each client, checks them, and
 *				sends as many back
 *	flood CLIENTS BYTES	sends BYTES to each client, as long as it stays
 *	mute BYTES		sends BYTES to a client, and waits for nothing
 *	held BYTES		sends BYTES before there is a client, then waits
 *				for one to come and go
 *	stdout LINES		prints lines
 *	push BYTES		sends BYTES to a client that stays
 *	pull BYTES		takes BYTES from one; both say ready, and
 *				start when there is a byte on stdin
 *	crash			crashes when a client is there
 *	seize			the same, inside the driver of the port
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/console.h>
#include <uk/crash.h>

#define CHUNK 65536

static struct uk_console *con;
static char buf[CHUNK];

static void fill(char *to, size_t from, size_t len, uint32_t stream)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t word =
			(uint32_t)((from + i) / 4 * 2654435761U) + stream;

		to[i] = (char)(word >> (from + i) % 4 * 8);
	}
}

static unsigned int next_client(unsigned int last)
{
	unsigned int client;

	do {
		client = uk_console_connection(con);
	} while (!client || client == last);
	return client;
}

/* Returns how many bytes came as they should have. */
static size_t take(unsigned int client, size_t len, uint32_t stream)
{
	static char expected[CHUNK];
	size_t at = 0;

	while (at < len) {
		size_t n = len - at < CHUNK ? len - at : CHUNK;
		ssize_t got = uk_console_in(con, buf, n);

		if (got < 0)
			break;
		if (!got && uk_console_connection(con) != client)
			break;
		fill(expected, at, (size_t)got, stream);
		if (memcmp(buf, expected, (size_t)got) != 0) {
			printf("stream %u differs behind byte %zu\n",
			       (unsigned int)stream, at);
			exit(1);
		}
		at += (size_t)got;
	}
	return at;
}

static size_t give(unsigned int client, size_t len, uint32_t stream)
{
	size_t at = 0;

	while (at < len) {
		size_t n = len - at < CHUNK ? len - at : CHUNK;
		ssize_t done;

		fill(buf, at, n, stream);
		done = uk_console_out_to(con, client, buf, n);
		if (done < 0)
			break;
		at += (size_t)done;
	}
	return at;
}

static void exchange(unsigned int clients, size_t len)
{
	unsigned int client = 0;

	for (unsigned int i = 1; i <= clients; i++) {
		size_t got, sent;

		client = next_client(client);
		got = take(client, len, i);
		sent = give(client, len, i + 1000);
		printf("client %u: %zu in, %zu out\n", i, got, sent);
	}
}

static void flood(unsigned int clients, size_t all)
{
	unsigned int client = 0;
	size_t len;

	for (unsigned int i = 1; i <= clients; i++) {
		client = next_client(client);
		len = give(client, all, i);
		printf("client %u: %zu out\n", i, len);
		fflush(stdout);
	}
}

/* Bytes that are not taken are ignored. */
static void send_all(size_t len)
{
	for (size_t at = 0; at < len; at += CHUNK) {
		size_t n = len - at < CHUNK ? len - at : CHUNK;

		fill(buf, at, n, 0);
		uk_console_out(con, buf, n);
	}
}

static void mute(size_t len)
{
	next_client(0);
	send_all(len);
}

/* For support/bench: throughput, without looking at the bytes. */
static void move(size_t len, int out)
{
	size_t at = 0;

	next_client(0);
	printf("ready\n");
	getchar();
	while (at < len) {
		size_t n = len - at < CHUNK ? len - at : CHUNK;
		ssize_t done = out ? uk_console_out(con, buf, n)
				   : uk_console_in(con, buf, n);

		if (done > 0)
			at += (size_t)done;
	}
	printf("done\n");
}

static void crash(void)
{
	next_client(0);
	UK_CRASH("on purpose");
}

/* The driver faults when it copies this. */
static void seize(void)
{
	static const char *volatile nowhere = (const char *)16;

	next_client(0);
	uk_console_out(con, nowhere, 8);
}

static void held(size_t len)
{
	send_all(len);
	printf("ready\n");
	next_client(0);
	while (uk_console_connection(con))
		;
}

static void statistics(void)
{
	printf("in %llu, out %llu, dropped %llu\n",
	       (unsigned long long)con->stats.in_bytes,
	       (unsigned long long)con->stats.out_bytes,
	       (unsigned long long)con->stats.out_dropped);
}

static size_t number(char **argv, int idx)
{
	return strtoul(argv[idx], NULL, 0);
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	con = uk_console_by_name("vport1");
	if (!con) {
		printf("no vport1\n");
		return 2;
	}
	if (strcmp(kind, "exchange") == 0)
		exchange((unsigned int)number(argv, 2), number(argv, 3));
	else if (strcmp(kind, "flood") == 0)
		flood((unsigned int)number(argv, 2), number(argv, 3));
	else if (strcmp(kind, "mute") == 0)
		mute(number(argv, 2));
	else if (strcmp(kind, "held") == 0)
		held(number(argv, 2));
	else if (strcmp(kind, "push") == 0 || strcmp(kind, "pull") == 0)
		move(number(argv, 2), kind[2] == 's');
	else if (strcmp(kind, "crash") == 0)
		crash();
	else if (strcmp(kind, "seize") == 0)
		seize();
	else
		for (size_t i = 0; i < number(argv, 2); i++)
			printf("line %zu\n", i);
	statistics();
	return 0;
}
