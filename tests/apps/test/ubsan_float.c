/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Conversions from floating point that do not fit. Here and not in
 * lib/ukubsan, for code of the house computes nothing in floating point.
 */
#include <string.h>
#include <uk/print.h>
#include <uk/test.h>

static volatile double large = 1e10;
static volatile float negative = -1.5f;
static volatile long double beyond = -0x1p70L, mixed = 4294967297.125L;
static volatile int int_sink;
static volatile unsigned int unsigned_sink;
static volatile long long_sink;

static int said(const char *words)
{
	static char text[UK_PRINT_TEXT_MAX];
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;

	while (uk_print_next(&it, &rec, text, sizeof(text)))
		;
	return strstr(text, words) && strstr(text, "ubsan_float.c:");
}

UK_TESTCASE(ubsan_float, conversions)
{
	int_sink = (int)large;
	UK_TEST_EXPECT(said("value 10000000000 of type 'double' cannot be "
			    "represented in type 'int'"));
	unsigned_sink = (unsigned int)negative;
	UK_TEST_EXPECT(said("value -1.500000 of type 'float' cannot be "
			    "represented in type 'unsigned int'"));
	long_sink = (long)beyond;
	UK_TEST_EXPECT(said("value -9223372036854775808 * 2^7 of type "
			    "'long double' cannot be represented in type "
			    "'long"));
	int_sink = (int)mixed;
	UK_TEST_EXPECT(said("value 4294967297.125000 of type 'long double' "
			    "cannot be represented in type 'int'"));
}

/* Reports are errors: where those are left out there is nothing to read. */
#if UK_PRINT_KLVL_MAX >= UK_PRINT_KLVL_ERR
uk_testsuite_register(ubsan_float, NULL);
#endif
