/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The formatter against the C library's, on a table by hand and on random
 * conversions, and what it says that C does not.
 *
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-FLAGS: -Wno-format -Wno-format-extra-args -Wno-format-overflow
 * -Wno-format-truncation
 */
#include <limits.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/snprintf.h>

/* Both formatters, at every size from 0 to more than enough. */
#define SAME(...)                                                              \
	do {                                                                   \
		char want[512], got[512];                                      \
		int n = snprintf(want, sizeof(want), __VA_ARGS__);             \
		assert_int_equal(uk_snprintf(got, sizeof(got), __VA_ARGS__),   \
				 n);                                           \
		assert_string_equal(got, want);                                \
		for (int size = 0; size < MIN(n + 3, 40); size++) {            \
			memset(want, 'x', sizeof(want));                       \
			memset(got, 'x', sizeof(got));                         \
			snprintf(want, (size_t)size, __VA_ARGS__);             \
			assert_int_equal(                                      \
				uk_snprintf(got, (__sz)size, __VA_ARGS__), n); \
			assert_memory_equal(got, want, sizeof(want));          \
		}                                                              \
	} while (0)

static void test_table(void **state)
{
	SAME("");
	SAME("plain");
	SAME("%%");
	SAME("100%% of %s", "it");
	SAME("%d %i %u", -5, 7, 42u);
	SAME("%d %d", INT_MAX, INT_MIN);
	SAME("%ld %ld", LONG_MAX, LONG_MIN);
	SAME("%lld %llu", LLONG_MIN, ULLONG_MAX);
	SAME("%zu %zd %jd %td", SIZE_MAX, (ssize_t)-1, (intmax_t)-2,
	     (ptrdiff_t)-3);
	SAME("%hhd %hhu %hd %hu", 300, 300, 70000, 70000);
	SAME("%x %X %#x %#X %#o %o", 0xbeef, 0xbeef, 0xbeef, 0xbeef, 8, 8);
	SAME("%#x %#o", 0, 0);
	SAME("%#.0x|%#.0o|%.0d|%.0u", 0, 0, 0, 0);
	SAME("%08.3d|%-8d|%+d|% d|%+ d", 5, 5, 5, 5, 5);
	SAME("%+d|% d|%05d|%-05d", -5, -5, -5, -5);
	SAME("%#010x|%#-10x|%#10x", 0x1f, 0x1f, 0x1f);
	SAME("%.10d|%.10x|%20.10d|%-20.10d|", 77, 77, 77, 77);
	SAME("%s|%10s|%-10s|%.2s|%10.2s|%-10.2s|%.0s|", "abc", "abc", "abc",
	     "abc", "abc", "abc", "abc");
	SAME("%c|%5c|%-5c|", 'a', 'b', 'c');
	SAME("%*d|%-*d|%*d|", 6, 1, 6, 2, -6, 3);
	SAME("%.*d|%.*d|%.*s|", 4, 1, -4, 2, 2, "abc");
	SAME("%p", (void *)0x1234abcd);
	SAME("%20p|%-20p|", (void *)0x12, (void *)0x34);
	SAME("%s", "a string longer than the forty bytes that sizes go up to");
}

static void test_string_is_read_no_further_than_precision(void **state)
{
	/* Not terminated: the address sanitizer sees a read after it. */
	char *s = malloc(3);
	char got[8];

	memcpy(s, "abc", 3);
	assert_int_equal(uk_snprintf(got, sizeof(got), "%.3s", s), 3);
	assert_string_equal(got, "abc");
	free(s);
}

static void test_beyond_c(void **state)
{
	char got[64];

	uk_snprintf(got, sizeof(got), "%s|%8s", (char *)NULL, (char *)NULL);
	assert_string_equal(got, "(null)|  (null)");
	uk_snprintf(got, sizeof(got), "%p", NULL);
	assert_string_equal(got, "0x0");
	uk_snprintf(got, sizeof(got), "%f|%5.2e|%d", 7);
	assert_string_equal(got, "%f?|%e?|7");
	uk_snprintf(got, sizeof(got), "a%");
	assert_string_equal(got, "a%");
	uk_snprintf(got, sizeof(got), "a%-08l");
	assert_string_equal(got, "a%");
}

static void test_huge_widths_neither_hang_nor_overrun(void **state)
{
	char got[8];

	assert_int_equal(uk_snprintf(got, sizeof(got), "%2147483647d", 1),
			 INT_MAX);
	assert_string_equal(got, "       ");
	assert_int_equal(uk_snprintf(got, sizeof(got), "%99999999999d%d", 1, 2),
			 INT_MAX);
	assert_int_equal(uk_snprintf(got, sizeof(got), "%*d", INT_MIN, 1),
			 INT_MAX);
	assert_string_equal(got, "1      ");
	assert_int_equal(uk_snprintf(got, sizeof(got),
				     "%.2147483647d%.2147483647d", 1, 1),
			 INT_MAX);
	assert_int_equal(uk_snprintf(NULL, 0, "%d", 12345), 5);
}

/* One random conversion such as "%-+*.*lld". */
static void random_format(char *fmt, int *args)
{
	static const char flags[] = "-0+ #";
	static const char *const sizes[] = { "hh", "h", "", "l", "ll", "z" };
	char *p = fmt;

	*p++ = '%';
	for (int i = rand() % 4; i > 0; i--)
		*p++ = flags[rand() % 5];
	args[0] = args[1] = 0;
	if (rand() % 2)
		p += sprintf(p, "%d", 1 + rand() % 30);
	else if (rand() % 4 == 0)
		*p++ = '*', args[0] = 1;
	if (rand() % 3 == 0) {
		*p++ = '.';
		if (rand() % 2)
			p += sprintf(p, "%d", rand() % 30);
		else if (rand() % 2)
			*p++ = '*', args[1] = 1;
	}
	sprintf(p, "%s%c", sizes[rand() % 6], "diuoxX"[rand() % 6]);
}

static void test_random(void **state)
{
	char fmt[64], want[256], got[256];

	srand(1);
	for (int i = 0; i < 300000; i++) {
		int args[2], w = rand() % 60 - 30, pr = rand() % 40 - 10, n, m;
		uint64_t v = ((uint64_t)rand() << 33) ^
			     ((uint64_t)rand() << 11) ^ (uint64_t)rand();
		size_t size = (size_t)(rand() % 40);

		v >>= rand() % 64;
		if (rand() % 8 == 0)
			v = -v;
		random_format(fmt, args);
		memset(want, 'x', sizeof(want));
		memset(got, 'x', sizeof(got));
#define FORMAT(fn, buf)                                    \
	(args[0] && args[1] ? fn(buf, size, fmt, w, pr, v) \
	 : args[0]	    ? fn(buf, size, fmt, w, v)     \
	 : args[1]	    ? fn(buf, size, fmt, pr, v)    \
			    : fn(buf, size, fmt, v))
		n = FORMAT(snprintf, want);
		m = FORMAT(uk_snprintf, got);
		if (n != m || memcmp(want, got, sizeof(want)))
			fail_msg(
				"%s of %lx: want %d \"%.40s\", got %d \"%.40s\"",
				fmt, v, n, want, m, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_string_is_read_no_further_than_precision),
		cmocka_unit_test(test_beyond_c),
		cmocka_unit_test(test_huge_widths_neither_hang_nor_overrun),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
