/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lines and words, and the error messages for mistakes.
 *
 * HOST-SRCS: lib/ukcmd/run.c lib/ukcmd/help.c lib/ukcore/words.c
 * HOST-SRCS: lib/ukprint/snprintf.c lib/ukcmd/complete.c
 * HOST-FLAGS: -DCONFIG_LIBUKCMD=1 -DCONFIG_LIBUKCMD_LINE_MAX=64
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/cmd.h>
#include <uk/percpu.h>

struct uk_percpu uk_percpus[1];

static char said[4096];

static void out(struct uk_cmd_io *io, const char *text, __sz len)
{
	assert_int_equal(*(int *)io->arg, 17);
	assert_true(strlen(said) + len < sizeof(said));
	strncat(said, text, len);
}

static int cookie = 17;
static struct uk_cmd_io io = { .out = out, .arg = &cookie };

/* Prints its words in angle brackets. */
static int cmd_words(struct uk_cmd_io *io, int argc, char **argv)
{
	assert_null(argv[argc]);
	for (int i = 0; i < argc; i++)
		uk_cmd_printf(io, "<%s>", argv[i]);
	return argc;
}

static int cmd_wrong(struct uk_cmd_io *io, int argc, char **argv)
{
	return -EINVAL;
}

static int cmd_change(struct uk_cmd_io *io, int argc, char **argv)
{
	return uk_cmd_may_change(io) ? 0 : -EPERM;
}

UK_CMD(words, cmd_words, "shows words", "[WORD...]", UK_CMD_ANY);
UK_CMD(wrong, cmd_wrong, "is used wrongly", "NOT", UK_CMD_THREAD);
UK_CMD(bare, cmd_wrong, "takes nothing", "", UK_CMD_ANY);
UK_CMD(change, cmd_change, "changes", "", UK_CMD_ANY);

/* In memory of its own, so that reading beyond it is noticed. */
static int run_bytes(const char *line, size_t len)
{
	char *copy = malloc(len);
	int ret;

	memcpy(copy, line, len);
	said[0] = '\0';
	ret = uk_cmd_run(&io, copy, len);
	free(copy);
	return ret;
}

static int run(const char *line)
{
	return run_bytes(line, strlen(line));
}

static void test_words(void **state)
{
	static const struct {
		const char *line, *words;
	} lines[] = {
		{ "words", "<words>" },
		{ "  words  a\tb \r\n", "<words><a><b>" },
		{ "words \"a b\" \"\" c\"d e\"f", "<words><a b><><cd ef>" },
		{ "words \"\\\"\\\\\\n\" \\x", "<words><\"\\\\n><\\x>" },
		{ "\"words\" '", "<words><'>" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_true(run(lines[i].line) > 0);
		assert_string_equal(said, lines[i].words);
	}
	assert_int_equal(run(""), 0);
	assert_int_equal(run(" \n"), 0);
	assert_string_equal(said, "");
}

/* A debugger may change things, a shell's client not always. */
static void test_changes(void **state)
{
	assert_int_equal(run("change"), 0);
	io.refuses = "not today";
	assert_int_equal(run("change"), -EPERM);
	assert_string_equal(said, "not today\n");
	io.refuses = NULL;
}

static void test_bounds(void **state)
{
	char line[66] = "words ";

	memset(line + 6, 'x', 60);
	assert_int_equal(run_bytes(line, 64), 2);
	assert_int_equal(strlen(said), 7 + 2 + 58);
	assert_int_equal(run_bytes(line, 65), -E2BIG);
	assert_string_equal(said, "the line is longer than 64 bytes\n");
	assert_int_equal(run("words 2 3 4 5 6 7 8 9 a b c d e f g"), 16);
	assert_int_equal(run("words 2 3 4 5 6 7 8 9 a b c d e f g h"), -E2BIG);
	assert_string_equal(said, "more than 16 words\n");
	/* Every byte is a word or ends one. */
	for (size_t i = 0; i < 65; i++)
		line[i] = i % 2 ? ' ' : 'x';
	assert_int_equal(run_bytes(line, 64), -E2BIG);
	assert_int_equal(run("words \"a"), -EINVAL);
	assert_string_equal(said, "a quote is not closed, or a byte is 0\n");
	assert_int_equal(run("words \"\\\""), -EINVAL);
	assert_int_equal(run("\"\\"), -EINVAL);
	assert_int_equal(run_bytes("words\0", 6), -EINVAL);
}

static void test_unknown(void **state)
{
	assert_int_equal(run("wodrs x"), -ENOENT);
	assert_string_equal(said, "unknown command \"wodrs\"; did you mean "
				  "words?\n");
	assert_int_equal(run("frobnicate"), -ENOENT);
	assert_string_equal(said, "unknown command \"frobnicate\"; try help\n");
	assert_null(uk_cmd_find("word"));
	assert_non_null(uk_cmd_find("words"));
}

static void test_contexts(void **state)
{
	uk_percpus[0].trap_depth = 1;
	assert_int_equal(run("words"), 1);
	assert_int_equal(run("wrong"), -EPERM);
	assert_string_equal(said, "wrong runs in threads only\n");
	uk_percpus[0].trap_depth = 0;
	assert_int_equal(run("wrong"), -EINVAL);
	assert_string_equal(said, "usage: wrong NOT\n");
}

static void test_help(void **state)
{
	assert_int_equal(run("help"), 0);
	assert_string_equal(
		said,
		"bare                        takes nothing\n"
		"change                      changes\n"
		"help [NAME]                 lists the commands, or describes one\n"
		"words [WORD...]             shows words\n"
		"wrong NOT                   is used wrongly (threads only)\n");
	assert_int_equal(run("help words"), 0);
	assert_string_equal(said, "usage: words [WORD...]\n"
				  "words shows words\n");
	assert_int_equal(run("help wodrs"), -ENOENT);
	assert_non_null(strstr(said, "did you mean words?"));
	assert_int_equal(run("bare"), -EINVAL);
	assert_string_equal(said, "usage: bare (no arguments)\n");
	assert_int_equal(run("help a b"), -EINVAL);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		__u64 value;
		int ret;
	} numbers[] = {
		{ "0", 0, 0 },
		{ "4096", 4096, 0 },
		{ "0x1aF", 0x1af, 0 },
		{ "18446744073709551615", ~0UL, 0 },
		{ "18446744073709551616", 0, -ERANGE },
		{ "0xffffffffffffffff", ~0UL, 0 },
		{ "0x10000000000000000", 0, -ERANGE },
		{ "", 0, -EINVAL },
		{ "0x", 0, -EINVAL },
		{ "1a", 0, -EINVAL },
		{ "-1", 0, -EINVAL },
		{ "0xg", 0, -EINVAL },
		{ "1 ", 0, -EINVAL },
		{ "\x10", 0, -EINVAL },
		{ "\xb9", 0, -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		__u64 value = 0;

		assert_int_equal(uk_cmd_number(numbers[i].text, &value),
				 numbers[i].ret);
		assert_int_equal(value, numbers[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	 cmocka_unit_test(test_changes),
		cmocka_unit_test(test_bounds),	 cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_contexts), cmocka_unit_test(test_help),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
