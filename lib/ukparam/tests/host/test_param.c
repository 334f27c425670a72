/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command lines: words, values, arguments, the machine's words, and the
 * messages about mistakes.
 *
 * HOST-SRCS: lib/ukparam/words.c lib/ukparam/value.c lib/ukparam/nearest.c
 * HOST-SRCS: lib/ukparam/param.c lib/ukcore/words.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT=1 -DCONFIG_LIBUKPRINT_LEVEL=3
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_LINE_MAX=256
 * HOST-FLAGS: -DCONFIG_LIBUKPARAM=1 -DCONFIG_LIBUKPARAM_ARGS_MAX=8
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/print.h>
#include "../../param_internal.h"

static int number;
static unsigned int natural;
static __u64 wide;
static __sz bytes;
static _Bool flag;
static char *text, *key;

UK_PARAM(web, number, &number, int, "a number");
UK_PARAM(web, natural, &natural, uint, "a natural number");
UK_PARAM(web, wide, &wide, u64, "a wide number");
UK_PARAM(web, bytes, &bytes, size, "a size");
UK_PARAM(web, flag, &flag, bool, "a flag");
UK_PARAM(console, log, &text, charp, "a text");
UK_PARAM(web, key, &key, secret, "a key");

static char logged[4096];
static char *argv[10];
static int argc;

void _uk_printk(int lvl, const char *fmt, ...)
{
	size_t len = strlen(logged);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(logged + len, sizeof(logged) - len, fmt, ap);
	va_end(ap);
}

static int parse(const char *line)
{
	static char *copy;

	/* Of its exact size, so that the sanitizer sees its end; freed at the
	 * next call, since values and arguments point into it.
	 */
	free(copy);
	copy = strdup(line);
	logged[0] = '\0';
	argv[0] = "test";
	argc = 1;
	return param_parse(copy, argv, &argc);
}

static void test_words(void **state)
{
	static const struct {
		const char *line;
		const char *words[4];
	} table[] = {
		{ "", { NULL } },
		{ "  \t ", { NULL } },
		{ "a", { "a", NULL } },
		{ " a  bc\n", { "a", "bc", NULL } },
		{ "\"a b\" c", { "a b", "c", NULL } },
		{ "x=\"a b\"c", { "x=a bc", NULL } },
		{ "\"\"", { "", NULL } },
		{ "\"\\\"\" \"\\\\\" \"\\n\"", { "\"", "\\", "\\n", NULL } },
		{ "a\\\"b c\\d\"", { "a\\b c\\d", NULL } },
		{ "\\", { "\\", NULL } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *line = strdup(table[i].line);
		struct words w = { line };
		struct word word;
		int n = 0;

		while (words_next(&w, &word) > 0) {
			assert_non_null(table[i].words[n]);
			assert_string_equal(word.text, table[i].words[n]);
			n++;
		}
		assert_null(table[i].words[n]);
		free(line);
	}
}

static void test_secrets_are_not_shown(void **state)
{
	char shown[VALUE_TEXT_MAX];

	assert_int_equal(parse("web.key=sesame"), 0);
	assert_string_equal(key, "sesame");
	uk_table_foreach (param, p) {
		value_text(p, shown, sizeof(shown));
		assert_null(strstr(shown, "sesame"));
		if (p->var == &key)
			assert_string_equal(shown, "not shown");
	}
}

/* Each value is shown as it may be written. */
static void test_shown_values(void **state)
{
	static const char *const lines[] = {
		"web.number=-12",	"web.natural=12", "web.wide=4096",
		"web.bytes=64K",	"web.bytes=1025", "web.bytes=0",
		"web.bytes=3T",		"web.flag=yes",	  "web.flag=no",
		"console.log=\"com1\"",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *value = strchr(lines[i], '=') + 1;
		char shown[VALUE_TEXT_MAX];

		assert_int_equal(parse(lines[i]), 0);
		uk_table_foreach (param, p) {
			if (strncmp(p->name, lines[i],
				    (size_t)(value - 1 - lines[i])) != 0)
				continue;
			value_text(p, shown, sizeof(shown));
			assert_string_equal(shown, value);
		}
	}
	text = NULL;
	uk_table_foreach (param, p) {
		char shown[8];

		value_text(p, shown, sizeof(shown));
		if (p->var == &text)
			assert_string_equal(shown, "not set");
	}
}

static void test_values(void **state)
{
	assert_int_equal(parse("web.number=-2147483648 web.natural=0xffffffff "
			       "web.wide=18446744073709551615 web.bytes=64K "
			       "web.flag console.log=com1"),
			 0);
	assert_int_equal(number, INT32_MIN);
	assert_int_equal(natural, UINT32_MAX);
	assert_true(wide == UINT64_MAX);
	assert_int_equal(bytes, 65536);
	assert_true(flag);
	assert_string_equal(text, "com1");
	assert_int_equal(argc, 1);
	assert_null(argv[1]);
	assert_string_equal(logged, "");

	assert_int_equal(parse("web.number=+017 web.flag=no web.bytes=15g"), 0);
	assert_int_equal(number, 15);
	assert_false(flag);
	assert_int_equal(bytes, 15UL << 30);
	assert_int_equal(parse("web.flag=on web.bytes=0 console.log="), 0);
	assert_true(flag);
	assert_string_equal(text, "");
	assert_int_equal(parse("web.flag=0 console.log=\"a b=c\""), 0);
	assert_false(flag);
	assert_string_equal(text, "a b=c");
}

static void test_ill_typed(void **state)
{
	static const char *const lines[] = {
		"web.number",
		"web.number=",
		"web.number=x",
		"web.number=1x",
		"web.number=2147483648",
		"web.number=-2147483649",
		"web.number=--1",
		"web.number=0x",
		"web.number=08",
		"web.natural=-1",
		"web.natural=4294967296",
		"web.wide=18446744073709551616",
		"web.wide=",
		"web.bytes=64KB",
		"web.bytes=16777216T",
		"web.bytes=K",
		"web.bytes=1@",
		"web.flag=maybe",
		"web.flag=",
		"console.log",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		number = 77;
		assert_int_equal(parse(lines[i]), -EINVAL);
		assert_non_null(strstr(logged, "write "));
		assert_int_equal(number, 77);
	}
	parse("web.bytes=64KB");
	assert_string_equal(logged,
			    "parameter web.bytes: invalid value \"64KB\": "
			    "write web.bytes=<size>: bytes such as 4096, 64K, "
			    "16M or 1G\n");
	parse("console.log");
	assert_string_equal(logged, "parameter console.log has no value: write "
				    "console.log=<charp>: a text\n");
}

static void test_unknown(void **state)
{
	assert_int_equal(parse("consol.log=com1"), -EINVAL);
	assert_string_equal(logged, "unknown parameter \"consol.log\": did you "
				    "mean console.log?\n");
	assert_int_equal(parse("web.flags"), -EINVAL);
	assert_non_null(strstr(logged, "mean web.flag?"));
	assert_int_equal(parse("quiet"), -EINVAL);
	assert_non_null(strstr(logged, "unknown parameter \"quiet\": "
				       "param.help lists all"));
	/* All mistakes are reported. */
	assert_int_equal(parse("one two=2 web.number=1"), -EINVAL);
	assert_non_null(strstr(logged, "\"one\""));
	assert_non_null(strstr(logged, "\"two\""));
	assert_int_equal(number, 1);
	assert_int_equal(parse("\"open web.number=1"), -EINVAL);
	assert_string_equal(logged, "a quote is not closed: \"open web.number=1"
				    "\"\n");
}

static void test_arguments(void **state)
{
	assert_int_equal(parse("web.number=3 -- a \"b c\" -- web.number=4"), 0);
	assert_int_equal(number, 3);
	assert_int_equal(argc, 5);
	assert_string_equal(argv[0], "test");
	assert_string_equal(argv[1], "a");
	assert_string_equal(argv[2], "b c");
	assert_string_equal(argv[3], "--");
	assert_string_equal(argv[4], "web.number=4");
	assert_null(argv[5]);

	assert_int_equal(parse("--"), 0);
	assert_int_equal(argc, 1);
	assert_int_equal(parse("-- 1 2 3 4 5 6 7 8"), 0);
	assert_int_equal(argc, 9);
	assert_null(argv[9]);
	assert_int_equal(parse("-- 1 2 3 4 5 6 7 8 9"), -EINVAL);
	assert_non_null(strstr(logged, "too many arguments at \"9\""));
	assert_int_equal(parse("\"--\" x"), -EINVAL);
}

static void test_machine(void **state)
{
	assert_int_equal(parse("virtio_mmio.device=1 -- a virtio_mmio.device=2 "
			       "\"virtio_mmio.device=3\" b"),
			 0);
	assert_int_equal(argc, 4);
	assert_string_equal(argv[1], "a");
	assert_string_equal(argv[2], "virtio_mmio.device=3");
	assert_string_equal(argv[3], "b");
	assert_string_equal(uk_param_machine(0), "virtio_mmio.device=1");
	assert_string_equal(uk_param_machine(1), "virtio_mmio.device=2");
	assert_null(uk_param_machine(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_shown_values),
		cmocka_unit_test(test_secrets_are_not_shown),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_ill_typed),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
