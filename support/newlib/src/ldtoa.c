/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The decimal digits of a long double, for printf: replaces newlib's, which
 * keeps about 80 digits and never gives more than 1023. This one is exact and
 * rounds to nearest, ties to even, whatever the number of digits.
 *
 * A value is an integer m times a power of two. m * 2^e is an integer, or with
 * a negative e it is m * 5^-e / 10^-e: in both cases the digits are those of
 * one large integer, which is kept in limbs of nine digits. Both formats with
 * an exponent of 15 bits: x87's 80 bits, and binary128.
 */
#include <assert.h>
#include <float.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include "mprec.h"

#if LDBL_MAX_EXP != 16384
#error "a long double of 80 or 128 bits is expected"
#endif

#define LIMB 1000000000U
#define LIMB_DIGITS 9
#define LIMB_BITS 29 /* fewer than a limb holds */
#define EXP_BIAS (LDBL_MAX_EXP - 1)
/* Bits below the exponent: binary128 leaves out the mantissa's first one. */
#define FIELD_BITS (LDBL_MANT_DIG == 64 ? 64 : LDBL_MANT_DIG - 1)

typedef unsigned __int128 u128;

/* value = m * 2^e, without its sign */
struct parts {
	u128 m;
	int e;
	int negative;
};

struct number {
	unsigned int *limb; /* the lowest first */
	int limbs;
	int digits;
};

static struct parts split(long double value)
{
	struct parts p;
	u128 bits = 0;
	int exponent;

	memcpy(&bits, &value, LDBL_MANT_DIG == 64 ? 10 : 16);
	exponent = (int)(bits >> FIELD_BITS) & 0x7fff;
	p.negative = (int)(bits >> (FIELD_BITS + 15)) & 1;
	p.m = bits & (((u128)1 << FIELD_BITS) - 1);
	if (LDBL_MANT_DIG != 64 && exponent)
		p.m |= (u128)1 << FIELD_BITS;
	p.e = (exponent ? exponent : 1) - EXP_BIAS - (LDBL_MANT_DIG - 1);
	while (p.m && !(p.m & 1)) {
		p.m >>= 1;
		p.e++;
	}
	return p;
}

static void multiply(struct number *n, unsigned int factor)
{
	unsigned long carry = 0;

	for (int i = 0; i < n->limbs; i++) {
		carry += (unsigned long)n->limb[i] * factor;
		n->limb[i] = (unsigned int)(carry % LIMB);
		carry /= LIMB;
	}
	if (carry)
		n->limb[n->limbs++] = (unsigned int)carry;
}

/* m * base^power; per steps of base fit into a limb's factor. */
static void compute(struct number *n, u128 m, unsigned int base, int power,
		    int per)
{
	unsigned int factor = 1;

	n->limbs = 0;
	for (; m; m /= LIMB)
		n->limb[n->limbs++] = (unsigned int)(m % LIMB);
	for (int i = 0; i < per; i++)
		factor *= base;
	for (; power >= per; power -= per)
		multiply(n, factor);
	for (; power; power--)
		multiply(n, base);
	n->digits = (n->limbs - 1) * LIMB_DIGITS;
	for (unsigned int top = n->limb[n->limbs - 1]; top; top /= 10)
		n->digits++;
}

/* The digit at a place, counted from the highest. */
static int digit(const struct number *n, int place)
{
	int low = n->digits - 1 - place;
	unsigned int limb = n->limb[low / LIMB_DIGITS];

	for (int i = low % LIMB_DIGITS; i; i--)
		limb /= 10;
	return (int)(limb % 10);
}

/* Whether what begins at a place rounds up, behind a digit that is odd. */
static int rounds_up(const struct number *n, int place, int odd)
{
	int first;

	if (place < 0 || place >= n->digits)
		return 0;
	first = digit(n, place);
	if (first != 5 || odd)
		return first >= 5;
	while (++place < n->digits)
		if (digit(n, place))
			return 1;
	return 0;
}

/* Writes up to want digits, without zeros at the end. Returns 1 where rounding
 * made the next power of ten of them, which has a digit more.
 */
static int write_digits(const struct number *n, int want, char *to, char **end)
{
	int count = want < 0 ? 0 : want < n->digits ? want : n->digits;
	int carry;

	for (int i = 0; i < count; i++)
		to[i] = (char)('0' + digit(n, i));
	carry = rounds_up(n, want, count && to[count - 1] & 1);
	while (count && to[count - 1] == (carry ? '9' : '0'))
		count--;
	*end = to + count;
	if (!carry)
		return 0;
	if (count) {
		to[count - 1]++;
		return 0;
	}
	*(*end)++ = '1';
	return 1;
}

/* A block of the struct _reent's own, which has none above 128 KiB; a failure
 * is an assertion's.
 */
static struct _Bigint *block(struct _reent *reent, unsigned long bytes, int *k)
{
	for (*k = 0; sizeof(struct _Bigint) + (4UL << *k) - 4 < bytes; ++*k)
		;
	assert(*k <= 15);
	return eBalloc(reent, *k);
}

/* The result lives until the next call, as _dtoa_r's does. */
static char *result(struct _reent *reent, unsigned long bytes)
{
	struct _Bigint *old;
	int k;

	_REENT_CHECK_MP(reent);
	old = _REENT_MP_RESULT(reent);
	if (old) {
		old->_k = _REENT_MP_RESULT_K(reent);
		old->_maxwds = 1 << old->_k;
		Bfree(reent, old);
	}
	_REENT_MP_RESULT(reent) = block(reent, bytes, &k);
	_REENT_MP_RESULT_K(reent) = k;
	return (char *)_REENT_MP_RESULT(reent);
}

/*
 * As David Gay's dtoa(): mode 2 gives ndigits digits, mode 3 as many as reach
 * ndigits behind the point, without zeros at the end. *decpt is the place of
 * the point. Room remains for the zeros, which the caller adds. The value is
 * finite.
 */
char *_ldtoa_r(struct _reent *reent, long double value, int mode, int ndigits,
	       int *decpt, int *sign, char **end)
{
	struct parts p = split(value);
	struct number n;
	struct _Bigint *mem;
	unsigned long limbs;
	char *digits;
	int k, want;

	*sign = p.negative;
	if (!p.m) {
		digits = result(reent, (ndigits > 0 ? ndigits : 0) + 3UL);
		*decpt = 1;
		strcpy(digits, "0");
		*end = digits + 1;
		return digits;
	}
	/* 5^n has fewer than 7n/3 bits */
	limbs = 2 +
		(LDBL_MANT_DIG + (p.e < 0 ? -p.e * 7 / 3 : p.e)) / LIMB_BITS;
	mem = block(reent, sizeof(struct _Bigint) + limbs * sizeof(*n.limb),
		    &k);
	n.limb = (unsigned int *)mem->_x;
	compute(&n, p.m, p.e < 0 ? 5 : 2, p.e < 0 ? -p.e : p.e,
		p.e < 0 ? 12 : 29);
	*decpt = n.digits + (p.e < 0 ? p.e : 0);
	want = mode == 3 ? *decpt + ndigits : ndigits > 0 ? ndigits : 1;
	digits = result(reent, (want > 0 ? want : 0) + 3UL);
	*decpt += write_digits(&n, want, digits, end);
	if (*end == digits)
		*decpt = -ndigits;
	**end = '\0';
	Bfree(reent, mem);
	return digits;
}

/* 0 for a number, 1 for a NaN, 2 for an infinity. */
int _ldcheck(long double *value)
{
	return __builtin_isnan(*value) ? 1 : __builtin_isinf(*value) ? 2 : 0;
}
