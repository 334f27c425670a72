/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * hypotl() of either format without overflow on the way; newlib's squares its
 * arguments as they are. Each square is kept as a sum of two, so that the
 * error stays below one unit in the last place.
 */
#include <float.h>
#include <math.h>

/* high + low = x * x exactly (Veltkamp, Dekker); x is near one. */
static void square(long double x, long double *high, long double *low)
{
	long double c =
		x * (((unsigned __int128)1 << (LDBL_MANT_DIG + 1) / 2) + 1.0L);
	long double a = c - (c - x), b = x - a;

	*high = x * x;
	*low = a * a - *high + 2 * a * b + b * b;
}

long double hypotl(long double x, long double y)
{
	long double xx, xl, yy, yl, large = fabsl(x), small = fabsl(y);
	int e;

	if (isinf(x) || isinf(y))
		return INFINITY;
	if (isnan(x) || isnan(y))
		return x + y;
	if (large < small) {
		large = fabsl(y);
		small = fabsl(x);
	}
	if (small == 0)
		return large;
	e = ilogbl(large);
	if (e - ilogbl(small) > LDBL_MANT_DIG)
		return large + small;
	square(scalbnl(large, -e), &xx, &xl);
	square(scalbnl(small, -e), &yy, &yl);
	return scalbnl(sqrtl(yl + xl + yy + xx), e);
}
