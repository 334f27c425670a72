/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The gamma function of a double and a float, by that of a long double.
 */
#include <errno.h>
#include <math.h>

static long double gamma_of(double x, double largest)
{
	long double result = tgammal(x);

	if (isfinite(x) && !(fabsl(result) <= largest))
		errno = isnan(result) ? EDOM : ERANGE;
	return result;
}

double tgamma(double x)
{
	return (double)gamma_of(x, __DBL_MAX__);
}

float tgammaf(float x)
{
	return (float)gamma_of(x, __FLT_MAX__);
}
