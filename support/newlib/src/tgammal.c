/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The gamma function of a binary128, to a few units in the last place: the
 * newer newlib's has the digits of a double. Stirling's series (Abramowitz and
 * Stegun, 6.1.40) above 28; the recurrence leads there, the reflection formula
 * (6.1.17) to what is positive.
 */
#include <float.h>
#include <math.h>

#define ENOUGH 28
#define LARGEST 1756 /* of a result that is finite, rounded up */

long double sinpil(long double x);

/* The rest of ln(gamma(x)) behind the leading terms. */
static long double series(long double x)
{
	static const long double terms[] = {
		1 / 12.0L,
		-1 / 360.0L,
		1 / 1260.0L,
		-1 / 1680.0L,
		1 / 1188.0L,
		-691 / 360360.0L,
		1 / 156.0L,
		-3617 / 122400.0L,
		43867 / 244188.0L,
		-174611 / 125400.0L,
		77683 / 5796.0L,
		-236364091 / 1506960.0L,
		657931 / 300.0L,
		-3392780147 / 93960.0L,
		1723168255201 / 2492028.0L,
		-7709321041217 / 505920.0L,
		151628697551 / 396.0L,
	};
	long double sum = 0, z = 1 / (x * x);

	for (int i = sizeof(terms) / sizeof(*terms) - 1; i >= 0; i--)
		sum = sum * z + terms[i];
	return sum / x;
}

/* 0 < x <= LARGEST. The x that the series gets may have more digits than fit:
 * low holds the rest.
 */
static long double positive(long double x)
{
	const long double root_2pi =
		2.50662827463100050241576528481104525300698674L;
	long double product = 1, low = 0, lows = 0, half, next;

	for (; x < ENOUGH; x = next) {
		product *= x;
		lows += low / x;
		next = x + 1;
		low += x < 1 ? x - (next - 1) : 1 - (next - x);
	}
	/* gamma(x + low) = gamma(x) * (1 + low * psi(x)) */
	lows = low * (logl(x) - 1 / (2 * x)) - lows;
	half = powl(x, (x - 0.5L) / 2); /* its square may overflow */
	return half * expl(-x) * root_2pi * expl(series(x)) * (1 + lows) /
	       product * half;
}

/* (x - 1)!, exact as long as it fits */
static long double factorial_below(long double x)
{
	long double product = 1;

	while (--x > 1)
		product *= x;
	return product;
}

long double tgammal(long double x)
{
	long double size = fabsl(x);

	if (!(x < INFINITY))
		return x; /* a NaN as well */
	if (size < 1e-40L)
		return 1 / x;
	if (x < 0 && floorl(x) == x)
		return (x - x) / (x - x);
	if (x > 0 && x < ENOUGH && floorl(x) == x)
		return factorial_below(x);
	if (x > 0)
		return x > LARGEST ? INFINITY : positive(x);
	return -3.14159265358979323846264338327950288419716940L /
	       (x * sinpil(x) * (size > LARGEST ? INFINITY : positive(size)));
}
