/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Hex dumps: groups, short lines, repeated lines, memory that is not there.
 *
 * HOST-SRCS: lib/ukprint/hexdump.c lib/ukprint/snprintf.c
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT=1 -DCONFIG_LIBUKPRINT_LEVEL=3
 * HOST-FLAGS: -DCONFIG_LIBUKPRINT_LINE_MAX=256
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <uk/hexdump.h>

static const char data[] = "0123456789abcdefghij";
static char logged[1024];

void _uk_printk(int lvl, const char *fmt, ...)
{
	size_t len = strlen(logged);
	va_list ap;

	assert_int_equal(lvl, UK_PRINT_KLVL_WARN);
	va_start(ap, fmt);
	vsnprintf(logged + len, sizeof(logged) - len, fmt, ap);
	va_end(ap);
}

static void check(__sz len, int flags, unsigned int grps, const char *want)
{
	char got[512];
	int n = uk_hexdumpsn(got, sizeof(got), data, len, 0x10, flags, grps,
			     "> ");

	assert_string_equal(got, want);
	assert_int_equal(n, strlen(want));
	for (__sz size = 0; size < 30; size++) {
		memset(got, 'x', sizeof(got));
		assert_int_equal(uk_hexdumpsn(got, size, data, len, 0x10, flags,
					      grps, "> "),
				 n);
		assert_int_equal(got[size], 'x');
		if (size)
			assert_memory_equal(got, want,
					    MIN(size - 1, strlen(want)));
	}
}

static void test_formats(void **state)
{
	check(0, UK_HXDF_ADDR, 4, "");
	check(3, UK_HXDF_NONE, 4, "> 30 31 32\n");
	check(5, UK_HXDF_ADDR | UK_HXDF_GRPBYTE, 4,
	      "> 00000010  30 31 32 33\n> 00000014  34\n");
	check(6, UK_HXDF_ASCIISEC | UK_HXDF_GRPDWORD, 1,
	      "> 33323130  |0123|\n>     3534  |45|\n");
	check(8, UK_HXDF_GRPQWORD, 2, "> 3736353433323130\n");
	check(21, UK_HXDF_ASCIISEC | UK_HXDF_GRPQWORD, 100,
	      "> 3736353433323130 6665646362613938       006a696867"
	      "                   |0123456789abcdefghij.|\n");
	/* No group is as well as one. */
	check(2, UK_HXDF_NONE, 0, "> 30\n> 31\n");
}

static void test_compress(void **state)
{
	char zeros[40] = { 0 }, got[200];

	zeros[39] = 1;
	uk_hexdumpsn(got, sizeof(got), zeros, sizeof(zeros), 0,
		     UK_HXDF_ADDR | UK_HXDF_COMPRESS, 8, NULL);
	assert_string_equal(got, "00000000  00 00 00 00 00 00 00 00\n*\n"
				 "00000020  00 00 00 00 00 00 00 01\n");
}

/* Memory that ends after 6 bytes. */
static __sz reader(void *dst, const void *src, __sz len)
{
	__sz off = (__sz)((const char *)src - data);
	__sz n = off < 6 ? MIN(len, 6 - off) : 0;

	memcpy(dst, src, n);
	return n;
}

static void test_reader(void **state)
{
	logged[0] = '\0';
	uk_hexdumpk_read(UK_PRINT_KLVL_WARN, data, 12,
			 UK_HXDF_ASCIISEC | UK_HXDF_GRPDWORD, 1, reader);
	assert_string_equal(logged, "33323130  |0123|\n????3534  |45??|\n"
				    "????????  |????|\n");
	uk_hexdumpk(UK_PRINT_KLVL_DEBUG, data, 12, 0, 4);
	logged[0] = '\0';
	uk_hexdumpk(UK_PRINT_KLVL_WARN, data, 2, 0, 4);
	assert_string_equal(logged, "30 31\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_compress),
		cmocka_unit_test(test_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
