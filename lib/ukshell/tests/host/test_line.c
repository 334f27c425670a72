/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lines typed byte by byte: what comes of them, and what the terminal of who
 * types shows, played on a model of a terminal.
 *
 * HOST-SRCS: lib/ukshell/line.c
 * HOST-FLAGS: -DCONFIG_LIBUKSHELL_LINE_MAX=16
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../line.h"

/* A terminal that knows backspace. */
static char screen[256];
static size_t column;
static int bells;

static void show(void *arg, const char *text, __sz len)
{
	for (; len--; text++) {
		if (*text == '\b') {
			assert_true(column > 0);
			column--;
		} else if (*text == '\a') {
			bells++;
		} else {
			screen[column++] = *text;
		}
	}
	assert_true(column < sizeof(screen));
}

/* All lines that came out, a | after each; ^ for one that was abandoned. */
static char lines[256];

static struct shell_line line;

static void begin(int echo)
{
	line = (struct shell_line){ .show = show, .echo = echo };
	memset(screen, 0, sizeof(screen));
	memset(lines, 0, sizeof(lines));
	column = 0;
	bells = 0;
}

static void type(const char *bytes)
{
	shell_line_learn(&line, bytes, strlen(bytes));
	for (; *bytes; bytes++) {
		enum shell_line_event event = shell_line_feed(&line, *bytes);

		if (event == SHELL_LINE_ABANDONED)
			strcat(lines, "^");
		if (event != SHELL_LINE_DONE)
			continue;
		strncat(lines, line.text, line.len);
		strcat(lines, "|");
		shell_line_clear(&line);
	}
}

static void test_lines(void **state)
{
	static const struct {
		const char *typed, *lines;
	} table[] = {
		{ "help\r", "help|" },
		{ "help\n", "help|" },
		{ "help\r\nlog\r\n", "help|log|" },
		{ "\r\r\n\n", "|||" },
		{ "hepl\b\blp\r", "help|" },
		{ "hepl\x7f\x7flp\r", "help|" },
		{ "\b\b\bx\r", "x|" },
		{ "one two\x17three\r", "one three|" },
		{ "one two  \x17three\r", "one three|" },
		{ "\x17\x15x\r", "x|" },
		{ "nonsense\x15help\r", "help|" },
		{ "nonsense\x03help\r", "^help|" },
		{ "a\tb\r", "a b|" },
		{ "a\x1b[Ab\x1b[1;5Cc\x1bOPd\x1b[3~e\r", "abcde|" },
		{ "a\x1b\x1b[Ab\r", "ab|" },
		{ "a\x1b[\rb\r", "a|b|" },
		{ "a\x1b[12\x03x\r", "^x|" },
		{ "\x01\x02\x04\x05x\r", "x|" },
		{ "a\xc3\xa4\bb\r", "ab|" },
		{ "\xe2\x82\xac\x7f\x7fz\r", "z|" },
		{ "0123456789abcdefghij\r", "0123456789abcdef|" },
		{ "0123456789abcdefghij\bX\r", "0123456789abcdeX|" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		begin(1);
		type(table[i].typed);
		assert_string_equal(lines, table[i].lines);
		/* In whatever pieces it comes. */
		begin(1);
		for (const char *at = table[i].typed; *at; at++)
			type((char[]){ *at, '\0' });
		assert_string_equal(lines, table[i].lines);
	}
}

static void test_echo(void **state)
{
	begin(1);
	type("stoer\b\bre ls");
	assert_int_equal(column, 8);
	assert_memory_equal(screen, "store ls", 8);
	type("\x17get");
	assert_int_equal(column, 9);
	assert_memory_equal(screen, "store get", 9);
	type("\x15");
	assert_int_equal(column, 0);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(screen[i], ' ');
	type("x\x03");
	assert_memory_equal(screen, "x^C", 3);

	begin(1);
	type("0123456789abcdefgh");
	assert_int_equal(column, 16);
	assert_int_equal(bells, 2);
}

static void test_who_echoes(void **state)
{
	/* A terminal in its usual mode behind nc. */
	begin(1);
	type("help\n");
	assert_int_equal(column, 0);
	type("log");
	type("\n");
	assert_int_equal(column, 0);
	/* A raw one. */
	type("x\r");
	assert_int_equal(line.echo, 1);
	type("y");
	assert_int_equal(column, 2); /* x and y */
	type("\r");
	type("\n"); /* of the same end */
	assert_int_equal(line.echo, 1);
	type("\n");
	assert_int_equal(line.echo, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_who_echoes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
