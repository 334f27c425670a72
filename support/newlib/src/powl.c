/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * powl() of x87's long double: the newer newlib's loses up to ten bits of a
 * large result. Computed in the 113 bits of a __float128, of which an exponent
 * of 14 bits costs 14: 64 remain. Special cases: ISO C, F.9.4.4.
 */
#include <float.h>
#include <math.h>

#define LN2 0.693147180559945309417232121458176568Q
#define T_MAX 11357  /* exp() of more overflows, */
#define T_MIN -11516 /* of less is nothing */

/* ln(x) = e ln(2) + ln(m), and ln(m) = 2 artanh((m - 1) / (m + 1)) */
static __float128 logarithm(long double x)
{
	int e;
	__float128 m = frexpl(x, &e), s, square, sum = 0;

	if (m < 0.7071Q) {
		m *= 2;
		e--;
	}
	s = (m - 1) / (m + 1);
	square = s * s;
	for (int k = 45; k > 0; k -= 2) /* square^22 < 2^-113 */
		sum = sum * square + 1.0Q / k;
	return e * LN2 + 2 * s * sum;
}

static long double exponential(__float128 t)
{
	__float128 sum = 1;
	int n;

	if (t > T_MAX)
		return LDBL_MAX * LDBL_MAX;
	if (t < T_MIN)
		return LDBL_MIN * LDBL_MIN;
	n = (int)(t / LN2 + (t < 0 ? -0.5Q : 0.5Q));
	t -= n * LN2;
	for (int k = 30; k > 0; k--)
		sum = 1 + t * sum / k;
	return scalbnl((long double)sum, n);
}

static int is_odd(long double y)
{
	return fabsl(fmodl(y, 2)) == 1;
}

long double powl(long double x, long double y)
{
	long double size = fabsl(x), result;

	if (y == 0 || x == 1)
		return 1;
	if (isnan(x) || isnan(y))
		return x + y;
	if (isinf(y) && size == 1)
		return 1;
	if (isinf(y))
		return (size > 1) == (y > 0) ? INFINITY : 0;
	if (x < 0 && !isinf(x) && floorl(y) != y)
		return (x - x) / (x - x);
	if (size == 0 || isinf(x))
		result = (size == 0) == (y > 0) ? 0 : INFINITY;
	else
		result = exponential(y * logarithm(size));
	return signbit(x) && is_odd(y) ? -result : result;
}
