/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The reduction of large arguments of the trigonometric functions: newlib's,
 * with digits of 2/pi for the exponents of a long double. The newer newlib
 * calls it without any.
 */
#include <sys/types.h>

static const __int32_t two_over_pi[] = {
#include "two_over_pi.h"
};

int __kernel_rem_pio2(double *x, double *y, int e0, int nx, int prec,
		      const __int32_t *digits);
int __kernel_rem_pio2l(double *x, double *y, int e0, int nx, int prec);

int __kernel_rem_pio2l(double *x, double *y, int e0, int nx, int prec)
{
	return __kernel_rem_pio2(x, y, e0, nx, prec, two_over_pi);
}
