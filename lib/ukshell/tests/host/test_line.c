/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lines typed byte by byte: what comes of them, and what the terminal of who
 * types shows, played on a model of a terminal.
 *
 * HOST-SRCS: lib/ukshell/line.c lib/ukshell/history.c lib/ukshell/complete.c
 * HOST-SRCS: lib/ukcmd/complete.c lib/ukcmd/run.c lib/ukcmd/help.c
 * HOST-SRCS: lib/ukcore/words.c lib/ukprint/snprintf.c
 * HOST-FLAGS: -DCONFIG_LIBUKSHELL_LINE_MAX=16 -DCONFIG_LIBUKSHELL_HISTORY=24
 * HOST-FLAGS: -DCONFIG_LIBUKCMD=1 -DCONFIG_LIBUKCMD_LINE_MAX=64
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../complete.h"
#include <uk/percpu.h>

struct uk_percpu uk_percpus[1];

/* A terminal that knows backspace, and UTF-8; a row of characters. */
static char screen[256][5];
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
		} else if ((*text & 0xc0) == 0x80) {
			assert_true(column > 0);
			strncat(screen[column - 1], text, 1);
		} else {
			memset(screen[column], 0, sizeof(screen[0]));
			screen[column++][0] = *text;
		}
		assert_true(column < ARRAY_SIZE(screen));
	}
}

/* The row, without the spaces at its end. */
static const char *shown(void)
{
	static char row[sizeof(screen)];
	size_t len;

	row[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(screen) && screen[i][0]; i++)
		strcat(row, screen[i]);
	for (len = strlen(row); len && row[len - 1] == ' ';)
		row[--len] = '\0';
	return row;
}

/* All lines that came out, a | after each; ^ for one that was abandoned. */
static char lines[256];

static struct shell_line line;
static struct shell_history history;

static void begin(int echo)
{
	history = (struct shell_history){ 0 };
	line = (struct shell_line){ .show = show,
				    .echo = echo,
				    .history = &history };
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
		/* the terminal shows what the shell takes */
		if (line.echo && !strstr(lines, "^")) {
			assert_int_equal(strlen(shown()), line.len);
			assert_memory_equal(shown(), line.text, line.len);
		}
		memset(screen, 0, sizeof(screen));
		column = 0;
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
		{ "a\tb\n", "a b|" },
		{ "abc\x1b[Dx\r", "abxc|" },
		{ "abc\x1b[D\x1b[D\x1b[Cx\r", "abxc|" },
		{ "abc\x01x\x05y\x02\x02z\x06w\r", "xabzcwy|" },
		{ "abc\x1b[Hx\x1b[Fy\x1bOHz\x1b[1~u\x1b[4~v\r", "uzxabcyv|" },
		{ "abc\x1b[7~x\x1b[8~y\r", "xabcy|" },
		{ "abc\x1b[D\x1b[D\x0b\r", "a|" },
		{ "abc\x1b[D\x15x\r", "xc|" },
		{ "ab cd ef\x1b[D\x17x\r", "ab cd xf|" },
		{ "abc\x1b[D\x1b[D\x1b[3~\r", "ac|" },
		{ "abc\x01\x04\x04\x04\x04x\r", "x|" },
		{ "abc\x1b[D\x7f\b\b\bx\r", "xc|" },
		{ "a\xc3\xa4\xe2\x82\xac\x02\x02x\r",
		  "ax\xc3\xa4\xe2\x82\xac|" },
		{ "\xc3\xa4\x02\xc3\xb6\x02\x1b[3~\r", "\xc3\xa4|" },
		/* no key of these to a terminal that edits lines itself */
		{ "abc\x1b[Dx\n", "abcx|" },
		{ "abc\x01x\x0b\n", "abcx|" },
		{ "a\n\x1b[Ab\n", "a|b|" },
		/* history */
		{ "a\rb\r\x1b[A\r\x1b[A\x1b[A\r", "a|b|b|a|" },
		{ "a\rb\rx\x1b[A\x1b[A\x1b[A\x1b[B\x1b[By\r", "a|b|xy|" },
		{ "a\rb\r\x10\x10z\x0e\r\x10\r", "a|b|b|b|" },
		{ "a\r\r\x1b[Ab\r\x1b[A\r", "a||ab|ab|" },
		{ "a\rb\x1b[A\x03\x1b[B\x1b[A\r", "a|^a|" },
		/* 24 bytes: the oldest of these has gone */
		{ "1234567\r2234567\r3234567\r4\r\x10\x10\x10\x10\x10\r",
		  "1234567|2234567|3234567|4|2234567|" },
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
		/* In whatever pieces it comes; of a terminal that edits lines
		 * itself, once that is known.
		 */
		begin(strchr(table[i].typed, '\r') != NULL);
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
	assert_string_equal(shown(), "store ls");
	type("\x17get");
	assert_int_equal(column, 9);
	assert_string_equal(shown(), "store get");
	type("\x15");
	assert_int_equal(column, 0);
	assert_string_equal(shown(), "");
	type("x\x03");
	assert_string_equal(shown(), "x^C");

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
	assert_int_equal(column, 1);
	type("\r");
	type("\n"); /* of the same end */
	assert_int_equal(line.echo, 1);
	type("\n");
	assert_int_equal(line.echo, 0);
}

/* --- completion ------------------------------------------------------------
 */

static int nothing(struct uk_cmd_io *io, int argc, char **argv)
{
	return 0;
}

static void colours(struct uk_cmd_words *words, int argc, char **argv)
{
	assert_null(argv[argc]);
	if (argc != 2)
		return;
	uk_cmd_offer(words, "red");
	uk_cmd_offer(words, "green/1");
	uk_cmd_offer(words, "green/22");
	uk_cmd_offer(words, "blue_is_longer_than_a_line");
}

UK_CMD(status, nothing, "", "", UK_CMD_ANY);
UK_CMD(stop, nothing, "", "", UK_CMD_ANY);
UK_CMD_COMPLETE(paint, nothing, "", "", UK_CMD_ANY, colours);

static char listed[256];

static void take(struct uk_cmd_io *io, const char *text, __sz len)
{
	strncat(listed, text, len);
}

static void test_completion(void **state)
{
	static const struct {
		const char *typed, *line, *list;
		size_t at;
	} table[] = {
		{ "p", "paint ", "", 6 },
		{ "s", "st", "", 2 },
		{ "st", "st", "\nstatus\nstop\n", 2 },
		{ "sta", "status ", "", 7 },
		{ "x", "x", "", 1 },
		{ "", "", "\nhelp\npaint\nstatus\nstop\n", 0 },
		{ "paint r", "paint red ", "", 10 },
		{ "paint g", "paint green/", "", 12 },
		{ "paint green/", "paint green/", "\ngreen/1\ngreen/22\n", 12 },
		{ "paint green/2", "paint green/22 ", "", 15 },
		{ "paint ", "paint ",
		  "\nred\ngreen/1\ngreen/22\nblue_is_longer_than_a_line\n", 6 },
		{ "paint b", "paint b ", "", 8 },
		{ "paint red x", "paint red x", "", 11 },
		{ "stop x", "stop x", "", 6 },
		{ "no x", "no x", "", 4 },
		{ "paint \"r", "paint \"r", "", 8 },
		{ "paint \"r\"", "paint \"r\"", "", 9 },
		/* what is behind the cursor stays */
		{ "pa red\x01\x06\x06", "paint  red", "", 6 },
		{ "paint rx\x02", "paint red x", "", 10 },
	};
	struct uk_cmd_io io = { .out = take };

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int again;

		begin(1);
		listed[0] = '\0';
		type(table[i].typed);
		bells = 0;
		assert_int_equal(shell_line_feed(&line, '\t'), SHELL_LINE_TAB);
		again = shell_complete(&line, &io);
		assert_int_equal(again, table[i].list[0] != '\0');
		assert_int_equal(line.len, strlen(table[i].line));
		assert_memory_equal(line.text, table[i].line, line.len);
		assert_int_equal(line.at, table[i].at);
		assert_int_equal(column, line.at);
		assert_string_equal(listed, table[i].list);
		if (again) { /* behind a new prompt */
			memset(screen, 0, sizeof(screen));
			column = 0;
			shell_line_redraw(&line);
		}
		assert_int_equal(column, line.at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_who_echoes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
