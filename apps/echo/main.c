/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Reads lines from a console and answers each with "echo: " and the line,
 * until a line is "quit". Each client receives a greeting.
 *
 *	make run APP=echo METRICS=9100
 *	nc 127.0.0.1 9100
 *
 * METRICS= puts a TCP port on vport1, which is the default of echo.console.
 */
#include <stdio.h>
#include <string.h>
#include <uk/console.h>
#include <uk/param.h>

static char *console = "vport1";
UK_PARAM(echo, console, &console, charp, "the console that lines come from");

static struct uk_console *con;
static unsigned int client; /* the connection that is being served */

/* All of it, or as much as the client stays for. */
static void answer(const char *text, size_t len)
{
	while (len) {
		ssize_t n = uk_console_out_to(con, client, text, len);

		if (n < 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

static void say(const char *text)
{
	answer(text, strlen(text));
}

/* The next line without its newline; longer ones come in pieces. */
static void read_line(char *line, size_t size)
{
	size_t len = 0;

	for (;;) {
		unsigned int events = uk_console_events(con);
		unsigned int now = uk_console_connection(con);
		char c;

		if (now != client) {
			client = now;
			len = 0;
			say("say something, or quit\n");
		}
		if (uk_console_in(con, &c, 1) != 1) {
			uk_console_wait(con, events);
			continue;
		}
		if (c == '\n' || len == size - 1)
			break;
		line[len++] = c;
	}
	line[len] = '\0';
}

int main(void)
{
	char line[256];

	con = uk_console_by_name(console);
	if (!con) {
		printf("no console %s\n", console);
		return 1;
	}
	do {
		read_line(line, sizeof(line));
		say("echo: ");
		say(line);
		say("\n");
	} while (strcmp(line, "quit") != 0);
	return 0;
}
