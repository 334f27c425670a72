/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#define _GNU_SOURCE
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "table.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* --- results, as bits -----------------------------------------------------*/

static void bits_f(const char *name, double x, double y, float r)
{
	unsigned int bits;

	memcpy(&bits, &r, sizeof(bits));
	printf("ulp %s %g %g = f %08x\n", name, x, y, bits);
}

static void bits_d(const char *name, double x, double y, double r)
{
	unsigned long bits;

	memcpy(&bits, &r, sizeof(bits));
	printf("ulp %s %g %g = d %016lx\n", name, x, y, bits);
}

static void bits_l(const char *name, long double x, long double y,
		   long double r)
{
	unsigned long b[2] = { 0 };

	memcpy(b, &r, LDBL_MANT_DIG == 64 ? 10 : 16);
	printf("ulp %s %Lg %Lg = l %016lx%016lx\n", name, x, y, b[1], b[0]);
}

/* --- functions of one argument --------------------------------------------*/

#define ONE(fn)                                         \
	{                                               \
#fn, #fn "f", #fn "l", fn, fn##f, fn##l \
	}

static const struct {
	const char *name, *name_f, *name_l;
	double (*d)(double);
	float (*f)(float);
	long double (*l)(long double);
} ones[] = {
	ONE(acos),  ONE(acosh),	 ONE(asin),   ONE(asinh),     ONE(atan),
	ONE(atanh), ONE(cbrt),	 ONE(ceil),   ONE(cos),	      ONE(cosh),
	ONE(erf),   ONE(erfc),	 ONE(exp),    ONE(exp2),      ONE(expm1),
	ONE(fabs),  ONE(floor),	 ONE(lgamma), ONE(log),	      ONE(log10),
	ONE(log1p), ONE(log2),	 ONE(logb),   ONE(nearbyint), ONE(rint),
	ONE(round), ONE(sin),	 ONE(sinh),   ONE(sqrt),      ONE(tan),
	ONE(tanh),  ONE(tgamma), ONE(trunc),
};

static const double args[] = {
	0.0,
	-0.0,
	1.0,
	-1.0,
	0.5,
	-0.5,
	0.1,
	0.75,
	1.5,
	2.5,
	-2.5,
	3.0,
	7.25,
	10.5,
	-10.75,
	33.3,
	100.25,
	-0.001,
	1e-10,
	1e-30,
	12345.678,
	1e6,
	1e15,
	1e22,
	-1e10,
	700.5,
	-700.5,
	1e300,
	1.0 / 3,
	0.9999,
	1.0001,
	3.14159265358979,
	0.7853981633974483,
};

static void one_argument(void)
{
	for (unsigned int i = 0; i < COUNT(ones); i++)
		for (unsigned int j = 0; j < COUNT(args); j++) {
			volatile double x = args[j];
			volatile float xf = (float)x;
			/* not a double, where the type has more digits */
			volatile long double xl = x == 1 || !x ? x
							       : x / 3.0L * 3;

			bits_d(ones[i].name, x, 0, ones[i].d(x));
			bits_f(ones[i].name_f, xf, 0, ones[i].f(xf));
			bits_l(ones[i].name_l, xl, 0, ones[i].l(xl));
		}
	for (unsigned int i = 0; i < COUNT(ones); i++) {
		volatile long double xl[] = { 1e4000L,	-1e4000L,  1e-4000L,
					      11000.5L, -11000.5L, LDBL_MIN / 3,
					      INFINITY, NAN };

		for (unsigned int j = 0; j < COUNT(xl); j++)
			bits_l(ones[i].name_l, xl[j], 0, ones[i].l(xl[j]));
	}
}

/* --- of two ---------------------------------------------------------------*/

static const struct {
	const char *name, *name_f, *name_l;
	double (*d)(double, double);
	float (*f)(float, float);
	long double (*l)(long double, long double);
} twos[] = {
	ONE(atan2), ONE(copysign), ONE(fdim),	   ONE(fmax), ONE(fmin),
	ONE(fmod),  ONE(hypot),	   ONE(nextafter), ONE(pow),  ONE(remainder),
};

static void two_arguments(void)
{
	static const double xs[] = { 0.0,  1.0,	 -1.5,	  2.0, 0.7,
				     10.5, 1e-5, 12345.6, -3.0 };
	static const double ys[] = { 0.0,  1.0,	 -1.0, 0.5,  2.0,
				     3.25, -2.5, 30.0, 1e-3, 17.0 };

	for (unsigned int i = 0; i < COUNT(twos); i++)
		for (unsigned int j = 0; j < COUNT(xs); j++)
			for (unsigned int k = 0; k < COUNT(ys); k++) {
				volatile double x = xs[j], y = ys[k];
				volatile float xf = (float)x, yf = (float)y;
				volatile long double xl = x / 3.0L * 3;

				bits_d(twos[i].name, x, y, twos[i].d(x, y));
				bits_f(twos[i].name_f, xf, yf,
				       twos[i].f(xf, yf));
				bits_l(twos[i].name_l, xl, y, twos[i].l(xl, y));
			}
	bits_l("hypotl", 3e4930L, 4e4930L, hypotl(3e4930L, 4e4930L));
	bits_l("hypotl", 3e-4940L, 4e-4940L, hypotl(3e-4940L, 4e-4940L));
	bits_l("powl", 10, 4000, powl(10, 4000));
	bits_l("powl", 1.1L, 100000, powl(1.1L, 100000));
	bits_l("fmodl", 1e4000L, 3.7L, fmodl(1e4000L, 3.7L));
}

/* --- others ---------------------------------------------------------------*/

static void parts(void)
{
	for (unsigned int j = 0; j < COUNT(args); j++) {
		volatile double x = args[j];
		volatile long double xl = x / 3.0L * 3;
		long double whole;
		double whole_d;
		int e, q, ql;

		bits_d("frexp", x, 0, frexp(x, &e));
		printf("frexp exponent %a = %d\n", x, e);
		bits_l("frexpl", xl, 0, frexpl(xl, &e));
		printf("frexpl exponent %a = %d\n", x, e);
		bits_d("modf", x, 0, modf(x, &whole_d));
		bits_d("modf whole", x, 0, whole_d);
		bits_l("modfl", xl, 0, modfl(xl, &whole));
		bits_l("modfl whole", xl, 0, whole);
		bits_d("remquo", x, 0, remquo(x, 1.7, &q));
		bits_l("remquol", xl, 0, remquol(xl, 1.7L, &ql));
		printf("quotients %a = %d %d\n", x, q & 7, ql & 7);
		printf("ilogb %a = %d %d\n", x, x ? ilogb(x) : 0,
		       x ? ilogbl(xl) : 0);
		if (fabs(x) < 1e15)
			printf("lrint %a = %ld %ld %lld %lld %ld %ld %lld %lld\n",
			       x, lrint(x), lround(x), llrint(x), llround(x),
			       lrintl(xl), lroundl(xl), llrintl(xl),
			       llroundl(xl));
		bits_d("ldexp", x, 7, ldexp(x, 7));
		bits_l("ldexpl", xl, 7, ldexpl(xl, 7));
		bits_l("scalbnl", xl, -9000, scalbnl(xl, -9000));
		bits_l("scalblnl", xl, 9000, scalblnl(xl, 9000));
		bits_d("nexttoward", x, 0, nexttoward(x, 3.5L));
		bits_l("nexttowardl", xl, 0, nexttowardl(xl, 3.5L));
		bits_d("fma", x, 1.1, fma(x, 1.1, -0.3));
		bits_l("fmal", xl, 1.1L, fmal(xl, 1.1L, -0.3L));
		printf("classes %a = %d %d %d %d\n", x, isfinite(xl) != 0,
		       isnan(xl) != 0, isnormal(xl) != 0, signbit(xl) != 0);
	}
	printf("nanl = %d\n", isnan(nanl("")) != 0);
}

static void rounding(void)
{
	static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
				     FE_TOWARDZERO };
	volatile double one = 1, three = 3, x = 2.5;

	for (unsigned int i = 0; i < COUNT(modes); i++) {
		int set = fesetround(modes[i]);

		printf("rounding %u = %d %d %a %a %ld\n", i, set,
		       fegetround() == modes[i], one / three, rint(x),
		       lrint(x));
	}
	fesetround(FE_TONEAREST);
	feclearexcept(FE_ALL_EXCEPT);
	three = one / (three - 3);
	printf("exceptions = %d %d\n", fetestexcept(FE_DIVBYZERO) != 0,
	       fetestexcept(FE_INVALID) != 0);
}

void table_math(void)
{
	one_argument();
	two_arguments();
	parts();
	rounding();
}
