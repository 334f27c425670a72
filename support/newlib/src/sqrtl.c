/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The square root of a long double of either format, rounded to nearest as
 * IEEE 754 asks: by digits, in integers. Where the processor has it, compilers
 * do not call this for what is not negative.
 */
#include <float.h>
#include <math.h>

typedef unsigned __int128 u128;

/* The root of m * 4^n, one bit a step: n more bits than m has pairs. */
long double sqrtl(long double x)
{
	u128 m, rest = 0, root = 0;
	int e;

	if (x == 0 || !(x < INFINITY))
		return x; /* a NaN as well */
	if (x < 0)
		return (x - x) / (x - x);
	x = frexpl(x, &e);
	if (e & 1) {
		x /= 2;
		e++;
	}
	/* x in [1/4, 1): its first bit is in the first pair of bits */
	m = (u128)ldexpl(x, LDBL_MANT_DIG + 1);
	for (int i = 0; i <= LDBL_MANT_DIG; i++) {
		int shift = LDBL_MANT_DIG + 1 - 2 * (i + 1);

		rest = rest << 2 | (shift >= 0	  ? m >> shift & 3
				    : shift == -1 ? m << 1 & 2
						  : 0);
		root <<= 1;
		if (rest > root << 1) {
			rest -= root << 1 | 1;
			root |= 1;
		}
	}
	/* one bit more than fits; a root that ends in 1 is never exact half */
	root = (root >> 1) + (root & 1);
	return ldexpl((long double)root, e / 2 - LDBL_MANT_DIG);
}
