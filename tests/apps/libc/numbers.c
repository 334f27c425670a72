/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#define _GNU_SOURCE
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "table.h"

#define TO_INTEGER(function, type, format)                                     \
	do {                                                                   \
		char *end = (char *)in;                                        \
		type value;                                                    \
                                                                               \
		errno = 0;                                                     \
		value = function(in, &end, base);                              \
		printf(#function " %s %d = %" format " at %d, errno %d\n", in, \
		       base, value, (int)(end - in), errno == ERANGE);         \
	} while (0)

#define TO_INTEGER_BASE(function, type)                               \
	do {                                                          \
		type value;                                           \
                                                                      \
		errno = 0;                                            \
		value = function("11", NULL, base);                   \
		printf(#function " base %d = %lld, errno %d\n", base, \
		       (long long)value, errno == EINVAL);            \
	} while (0)

static void to_integers(void)
{
	static const char *const ins[] = {
		"0",
		"42",
		"  -42x",
		"+7",
		"0x1f",
		"0xz",
		"0x",
		"-0x10",
		"0777",
		"08",
		"zz",
		"",
		"   ",
		"-",
		"99999999999999999999",
		"-99999999999999999999",
		"9223372036854775807",
		"-9223372036854775808",
		"9223372036854775808",
		"18446744073709551615",
		"-1",
		"1_000",
		"\t\n12",
		"0b11",
		"1e5",
		"0X1G",
	};
	static const int bases[] = { 0, 2, 8, 10, 16, 36 };

	for (unsigned int i = 0; i < sizeof(ins) / sizeof(*ins); i++)
		for (unsigned int b = 0; b < sizeof(bases) / sizeof(*bases);
		     b++) {
			const char *in = ins[i];
			int base = bases[b];

			TO_INTEGER(strtol, long, "ld");
			TO_INTEGER(strtoul, unsigned long, "lu");
			TO_INTEGER(strtoll, long long, "lld");
			TO_INTEGER(strtoull, unsigned long long, "llu");
			TO_INTEGER(strtoimax, intmax_t, PRIdMAX);
			TO_INTEGER(strtoumax, uintmax_t, PRIuMAX);
		}
	for (int base = -1; base < 40; base += base == 1 ? 36 : 2) {
		TO_INTEGER_BASE(strtol, long);
		TO_INTEGER_BASE(strtoul, unsigned long);
		TO_INTEGER_BASE(strtoll, long long);
		TO_INTEGER_BASE(strtoull, unsigned long long);
	}
	printf("wcstol = %ld %ld %lu\n", wcstol(L"0xz", NULL, 16),
	       wcstol(L" -0x1f", NULL, 0), wcstoul(L"777", NULL, 8));
	printf("atoi = %d %ld %lld\n", atoi("-12x"), atol("99"), atoll("1e5"));
}

static void to_floats(void)
{
	static const char *const ins[] = {
		"1",
		"14.5end",
		"-0.25",
		"1e400",
		"1e4000",
		"-1e4000",
		"1e5000",
		"0x1.8p3",
		"0x1.fffffffffffffffffffffffffffp1",
		"0x.8",
		"0xz",
		"inf",
		"-Infinity",
		"nan",
		"1e-400",
		"1e-4000",
		"1e-5000",
		"0.1",
		"3.14159265358979323846264338327950288419716939937510",
		"1.7976931348623157e308",
		"1.7976931348623159e308",
		"2.2250738585072011e-308",
		"4.9e-324",
		"2e-324",
		".5",
		"5.",
		".",
		"e5",
		"1e",
		"1e+",
		"1e+5x",
		"  7",
		"+.5e-1",
		"0x1p-16445",
		"9007199254740993",
		"9007199254740992.5000000000000000000001",
		"1.18973149535723176502e+4932",
		"3.6e-4951",
		"0x1p16383",
		"123456789012345678901234567890123456789012345678901234567890",
		"",
		"-",
		"0",
		"-0",
		"1,5",
		"infinit",
		"0x1.00000000000008p0",
		"0x1.00000000000008000000000000001p0",
		"0x1.00000000000000018p0",
		"0x1.00000001000000018p-1075",
		"0x1p2147483648",
		"0x1p4294967296",
		"-0x1p-4294967296",
		"0x1.fffffffffffffffffffffffffffff8p16383",
		"nan(0x7)",
		"nan(a_Z09)",
		"nan(a-b)",
		"nan(12",
		"3.4028235677973366e38",
		"3.4028235677973367e38",
		"1.00000017881393432617187500000000001",
		"7.0064923216240861e-46",
		"-7.006492321624085e-46",
		"1.17549429e-38",
	};

	for (unsigned int i = 0; i < sizeof(ins) / sizeof(*ins); i++) {
		const char *in = ins[i];
		char *end;
		float f;
		double d;
		long double l;
		unsigned int fb;
		unsigned long db, lb[2] = { 0, 0 };

		errno = 0;
		f = strtof(in, &end);
		memcpy(&fb, &f, sizeof(fb));
		if (isnan(f))
			fb = 0x7fc00000;
		printf("strtof %s = %08x at %d, errno %d\n", in,
		       fb & 0x7fffffff, (int)(end - in),
		       isinf(f) && errno == ERANGE);
		errno = 0;
		d = strtod(in, &end);
		memcpy(&db, &d, sizeof(db));
		if (isnan(d)) /* its bits are the library's choice */
			db = 0x7ff8UL << 48;
		printf("strtod %s = %016lx at %d, errno %d\n", in, db,
		       (int)(end - in), isinf(d) && errno == ERANGE);
		errno = 0;
		l = strtold(in, &end);
		if (!isnan(l))
			memcpy(lb, &l, LDBL_MANT_DIG == 64 ? 10 : 16);
		printf("strtold %s = %016lx%016lx at %d, errno %d\n", in, lb[1],
		       lb[0], (int)(end - in), isinf(l) && errno == ERANGE);
	}
	printf("wcstod = %a %d\n", wcstod(L"0x1.8p1", NULL),
	       wcstold(L"1e400", NULL) > 1e300L);
	printf("atof = %a\n", atof("2.5x"));
}

void table_numbers(void)
{
	to_integers();
	to_floats();
}
