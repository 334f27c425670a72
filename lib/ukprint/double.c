/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Doubles as text with integer arithmetic, as code of the house has no vector
 * registers: R. Burger, R. K. Dybvig, "Printing Floating-Point Numbers Quickly
 * and Accurately", PLDI 1996, free format. The value is r/s, its neighbours are
 * 2m/s away; digits are taken off r/s until the rest is nearer to the value
 * than to a neighbour. 500 bytes of stack.
 */
#include <string.h>
#include <uk/snprintf.h>

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1075 /* of the mantissa as an integer */
#define DIGITS_MAX 17	   /* enough to distinguish any two doubles */

/* The smallest double is 2^-1074: r is 2^54 times 10^324 times 10 at most. */
#define WORDS 38

struct big {
	__u32 w[WORDS]; /* the lowest first */
};

static void multiply(struct big *b, __u32 by)
{
	__u64 carry = 0;

	for (unsigned int i = 0; i < WORDS; i++) {
		carry += (__u64)b->w[i] * by;
		b->w[i] = (__u32)carry;
		carry >>= 32;
	}
}

static void multiply_by_power_of_ten(struct big *b, int n)
{
	for (; n >= 9; n -= 9)
		multiply(b, 1000000000);
	while (n-- > 0)
		multiply(b, 10);
}

static void set(struct big *b, __u64 v, int shift)
{
	unsigned __int128 part = (unsigned __int128)v << (shift % 32);

	memset(b, 0, sizeof(*b));
	for (int i = shift / 32; part; i++, part >>= 32)
		b->w[i] = (__u32)part;
}

/* The sign of a + n * b - c. */
static int compare(const struct big *a, __s64 n, const struct big *b,
		   const struct big *c)
{
	__s64 rest = 0;

	/* Once it is beyond what lower words can even out, it stays there. */
	for (int i = WORDS - 1; i >= 0; i--) {
		rest = rest * (1L << 32) + a->w[i] + n * b->w[i] - c->w[i];
		if (rest > 4 || rest < -4)
			break;
	}
	return (rest > 0) - (rest < 0);
}

static void subtract(struct big *a, const struct big *b)
{
	__s64 borrow = 0;

	for (unsigned int i = 0; i < WORDS; i++) {
		borrow += (__s64)a->w[i] - b->w[i];
		a->w[i] = (__u32)borrow;
		borrow >>= 32;
	}
}

/* A double that is not 0, infinite or NaN. */
struct number {
	struct big r, s, m;
	int above; /* the neighbour above is so many times as far as that below
		    */
	int even; /* the ends of the interval are read back as the value, too */
};

static void split(struct number *n, __u64 bits)
{
	int exponent = (int)(bits >> MANTISSA_BITS & 0x7ff);
	__u64 mantissa = bits & ((1UL << MANTISSA_BITS) - 1);
	int e = MAX(exponent, 1) - EXPONENT_BIAS;

	n->even = !(mantissa & 1);
	n->above = !mantissa && exponent > 1 ? 2 : 1;
	mantissa |= exponent ? 1UL << MANTISSA_BITS : 0;
	set(&n->r, mantissa, n->above + MAX(e, 0));
	set(&n->s, 1, n->above + MAX(-e, 0));
	set(&n->m, 1, MAX(e, 0));
}

/* Makes r/s less than 1, but not than 1/10. Returns the power of ten. */
static int scale(struct number *n, __u64 bits)
{
	int exponent = MAX((int)(bits >> MANTISSA_BITS & 0x7ff), 1);
	/* log10(2), rounded down: the power is this or more */
	int power = (exponent - EXPONENT_BIAS) * 30103 / 100000 - 1;

	if (power > 0)
		multiply_by_power_of_ten(&n->s, power);
	multiply_by_power_of_ten(&n->r, -power);
	multiply_by_power_of_ten(&n->m, -power);
	while (compare(&n->r, n->above, &n->m, &n->s) >= !n->even) {
		multiply(&n->s, 10);
		power++;
	}
	return power;
}

/* The digits of 0.ddd…, as few as there can be. Returns how many. */
static int generate(struct number *n, char *digits)
{
	int low, high, count = 0, half;

	do {
		char d = '0';

		multiply(&n->r, 10);
		multiply(&n->m, 10);
		for (; compare(&n->r, 0, &n->m, &n->s) >= 0; d++)
			subtract(&n->r, &n->s);
		low = compare(&n->r, 0, &n->r, &n->m) < n->even;
		high = compare(&n->r, n->above, &n->m, &n->s) >= !n->even;
		digits[count++] = d;
	} while (!low && !high && count < DIGITS_MAX);
	half = compare(&n->r, 1, &n->r, &n->s);
	if (high && (!low || half > 0 || (!half && (digits[count - 1] & 1))))
		digits[count - 1]++;
	return count;
}

/* 0.digits * 10^point, the first and the last of n digits not 0 */
static __sz place(char *buf, const char *digits, int n, int point)
{
	int at = 0;

	if (point > 21 || point < -5)
		return (__sz)uk_snprintf(buf, UK_DOUBLE_MAX - 1, "%c%s%.*se%d",
					 digits[0], n > 1 ? "." : "", n - 1,
					 digits + 1, point - 1);
	if (point <= 0) {
		buf[at++] = '0';
		buf[at++] = '.';
	}
	for (int i = MIN(point, 0); i < MAX(n, point); i++) {
		if (i == point && i > 0)
			buf[at++] = '.';
		buf[at++] = (char)(i >= 0 && i < n ? digits[i] : '0');
	}
	buf[at] = '\0';
	return (__sz)at;
}

__sz uk_double_text(char buf[UK_DOUBLE_MAX], __u64 bits)
{
	__sz sign = bits >> 63;
	char digits[DIGITS_MAX];
	struct number n;
	int point;

	if ((bits >> MANTISSA_BITS & 0x7ff) == 0x7ff)
		return (__sz)uk_snprintf(buf, UK_DOUBLE_MAX, "%s",
					 bits << (64 - MANTISSA_BITS) ? "NaN"
					 : sign			      ? "-Inf"
								      : "+Inf");
	if (!(bits << 1)) /* -0 alone would be an integer to some */
		return (__sz)uk_snprintf(buf, UK_DOUBLE_MAX,
					 sign ? "-0.0" : "0");
	if (sign)
		*buf++ = '-';
	split(&n, bits);
	point = scale(&n, bits);
	return sign + place(buf, digits, generate(&n, digits), point);
}
