/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Doubles as text: a table by hand; read back by the host's strtod as the same
 * bits; digits and power of ten those of Python's repr().
 *
 * HOST-SRCS: lib/ukprint/double.c lib/ukprint/snprintf.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <uk/snprintf.h>

static __u64 bits_of(double v)
{
	__u64 bits;

	memcpy(&bits, &v, sizeof(v));
	return bits;
}

static void test_table(void **state)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ -0.0, "-0.0" },
		{ 1, "1" },
		{ -1, "-1" },
		{ 0.1, "0.1" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 10, "10" },
		{ 9.5, "9.5" },
		{ 9.6, "9.6" },
		{ 100, "100" },
		{ 1e20, "100000000000000000000" },
		{ 1e21, "1e21" },
		{ 1e23, "1e23" },
		{ 123456789.125, "123456789.125" },
		{ 0.000001, "0.000001" },
		{ 0.0000001, "1e-7" },
		{ 1.5e-7, "1.5e-7" },
		{ 5e-324, "5e-324" },
		{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
		{ -1.7976931348623157e308, "-1.7976931348623157e308" },
		{ 9007199254740993, "9007199254740992" },
		{ 18446744073709551616.0, "18446744073709552000" },
		{ 2251799813685248.5, "2251799813685248.5" },
		{ 1.0 / 0.0, "+Inf" },
		{ -1.0 / 0.0, "-Inf" },
		{ 0.0 / 0.0, "NaN" },
	};
	char text[UK_DOUBLE_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = uk_double_text(text, bits_of(rows[i].v));

		assert_string_equal(text, rows[i].text);
		assert_int_equal(len, strlen(text));
	}
}

/* "-1.5e-7" as "-15" and -7: the digits, and the power of ten of the first. */
static int digits_and_power(const char *text, char *digits)
{
	int power = -1, first = 1, point = 0, n = 0;

	if (*text == '-')
		digits[n++] = *text++;
	for (; *text && *text != 'e'; text++) {
		if (*text == '.') {
			point = 1;
			continue;
		}
		if (first && *text == '0') {
			power -= point;
			continue;
		}
		power += !point;
		first = 0;
		digits[n++] = *text;
	}
	while (n && digits[n - 1] == '0')
		n--;
	digits[n] = '\0';
	return power + (*text ? atoi(text + 1) : 0);
}

#define PYTHON                                                                           \
	"/usr/bin/python3 -c 'import struct,sys; d = open(sys.argv[1], \"rb\").read(); " \
	"print(*map(repr, struct.unpack(\"%%dd\" %% (len(d) // 8), d)), sep=\"\\n\")' %s"

static __u64 values[60000];
static char theirs[60000][32]; /* what Python writes */
static size_t count;

static void add(__u64 bits)
{
	if (bits << 1 && (bits >> 52 & 0x7ff) != 0x7ff)
		values[count++] = bits;
}

static void fill(void)
{
	__u64 x = 88172645463325252;

	for (int i = 0; i < 10000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		add(x);
		add(bits_of((double)(x % 100000) / 1000));
		add(bits_of((double)x));
		add(x >> 12); /* subnormal */
	}
	for (__u64 e = 0; e < 2047; e++) {
		add(e << 52);
		add(e << 52 | 1);
		add((e << 52) + (1UL << 52) - 1);
	}
	for (double v = 1; v < 1e300; v *= 10) {
		add(bits_of(v));
		add(bits_of(1 / v));
		add(bits_of(v) + 1);
	}
}

static void check(__u64 bits, const char *other)
{
	char text[UK_DOUBLE_MAX], ours_digits[32], their_digits[32];
	size_t len = uk_double_text(text, bits);

	assert_int_equal(len, strlen(text));
	assert_true(len < UK_DOUBLE_MAX - 4);
	if (bits_of(strtod(text, NULL)) != bits)
		fail_msg("%s is not read back as %s", text, other);
	if (digits_and_power(text, ours_digits) !=
		    digits_and_power(other, their_digits) ||
	    strcmp(ours_digits, their_digits) != 0)
		fail_msg("%s, by Python %s", text, other);
}

static void test_many(void **state)
{
	char name[] = "/tmp/test_double.XXXXXX", command[512];
	FILE *file, *python;

	fill();
	assert_true(count > 40000);
	file = fdopen(mkstemp(name), "wb");
	assert_int_equal(fwrite(values, sizeof(*values), count, file), count);
	fclose(file);
	snprintf(command, sizeof(command), PYTHON, name);
	python = popen(command, "r");
	for (size_t i = 0; i < count; i++)
		if (fgets(theirs[i], sizeof(theirs[i]), python))
			theirs[i][strcspn(theirs[i], "\n")] = '\0';
	assert_int_equal(pclose(python), 0);
	unlink(name);
	for (size_t i = 0; i < count; i++)
		check(values[i], theirs[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
