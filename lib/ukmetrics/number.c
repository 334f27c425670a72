/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Numbers as text, with integer arithmetic: code of the house has no vector
 * registers. A double is an integer times a power of two, hence a decimal with
 * an end; of all decimals that are nearer to it than to its neighbours the
 * shortest is written, of several the nearest (as Go and Python do).
 */
#include <string.h>
#include "metrics_internal.h"

__sz metrics_u64(char *buf, __u64 v)
{
	char digits[20];
	__sz n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	for (__sz i = 0; i < n; i++)
		buf[i] = digits[n - 1 - i];
	buf[n] = '\0';
	return n;
}

__sz metrics_s64(char *buf, __s64 v)
{
	if (v >= 0)
		return metrics_u64(buf, (__u64)v);
	*buf = '-';
	return metrics_u64(buf + 1, -(__u64)v) + 1;
}

__sz metrics_scaled(char *buf, __u64 v, unsigned int places)
{
	__u64 unit = 1, part;
	__sz n;

	for (unsigned int i = 0; i < places; i++)
		unit *= 10;
	n = metrics_u64(buf, v / unit);
	part = v % unit;
	if (!part)
		return n;
	buf[n++] = '.';
	while (part) {
		unit /= 10;
		buf[n++] = (char)('0' + part / unit);
		part %= unit;
	}
	buf[n] = '\0';
	return n;
}

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1075 /* of the mantissa as an integer */

/*
 * Digits of 10^9, little end first. The smallest double's neighbours are
 * multiples of 2^-1076, which is 5^1076 times 10^-1076: with the 55 bits in
 * front 769 digits.
 */
#define LIMB 1000000000U
#define LIMBS 88
#define DIGITS (LIMBS * 9)

/* A decimal: digits, the first ones 0, without a point. */
struct decimal {
	char d[DIGITS + 1];
};

static unsigned int multiply(__u32 *limbs, unsigned int count, __u32 by)
{
	__u64 carry = 0;

	for (unsigned int i = 0; i < count; i++) {
		carry += (__u64)limbs[i] * by;
		limbs[i] = (__u32)(carry % LIMB);
		carry /= LIMB;
	}
	if (carry)
		limbs[count++] = (__u32)carry;
	return count;
}

/* x * 2^e, or x * 5^-e if e is negative, in `used` limbs' worth of digits. */
static unsigned int expand(struct decimal *to, __u64 x, int e,
			   unsigned int used)
{
	__u32 limbs[LIMBS] = { 0 };
	unsigned int count = 0;

	for (; x; x /= LIMB)
		limbs[count++] = (__u32)(x % LIMB);
	for (int i = 0; i < e; i++)
		count = multiply(limbs, count, 2);
	for (int i = 0; i > e; i--)
		count = multiply(limbs, count, 5);
	used = MAX(used, count + 1); /* one 0 in front */
	for (unsigned int i = 0; i < used; i++) {
		__u32 v = limbs[used - 1 - i];

		for (unsigned int k = 9; k--; v /= 10)
			to->d[9 * i + k] = (char)('0' + v % 10);
	}
	to->d[9 * used] = '\0';
	return used;
}

/* The first n digits of v, and 0 after; plus one in the last of them if up. */
static void cut(struct decimal *c, const struct decimal *v, __sz n, __sz len,
		int up)
{
	memcpy(c->d, v->d, n);
	memset(c->d + n, '0', len - n);
	c->d[len] = '\0';
	while (up && n--) {
		up = c->d[n] == '9';
		c->d[n] = up ? '0' : (char)(c->d[n] + 1);
	}
}

/* Whether what was cut off is more than a half, or one that rounds to even. */
static int is_above_half(const struct decimal *v, __sz n)
{
	const char *rest = v->d + n;

	if (*rest != '5')
		return *rest > '5';
	return strspn(rest + 1, "0") != strlen(rest + 1) || (v->d[n - 1] & 1);
}

static int within(const struct decimal *low, const struct decimal *c,
		  const struct decimal *high, int inclusive)
{
	return strcmp(low->d, c->d) < inclusive &&
	       strcmp(c->d, high->d) < inclusive;
}

/* The shortest decimal between; returns how many of its digits count. */
static __sz shortest(struct decimal *c, const struct decimal *low,
		     const struct decimal *v, const struct decimal *high,
		     int inclusive)
{
	__sz len = strlen(v->d), n = strspn(v->d, "0");

	for (n = MAX(n, (__sz)1); n < len; n++) {
		int up = is_above_half(v, n);

		cut(c, v, n, len, up);
		if (within(low, c, high, inclusive))
			return n;
		cut(c, v, n, len, !up);
		if (within(low, c, high, inclusive))
			return n;
	}
	*c = *v;
	return len;
}

/* digits * 10^(point - n), n of them, the first and last not 0 */
static __sz place(char *buf, const char *digits, int n, int point)
{
	int at = 0;

	if (point > 21 || point < -5) {
		buf[at++] = digits[0];
		if (n > 1)
			buf[at++] = '.';
		memcpy(buf + at, digits + 1, (__sz)n - 1);
		at += n - 1;
		buf[at++] = 'e';
		return (__sz)at + metrics_s64(buf + at, point - 1);
	}
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

__sz metrics_double(char *buf, __u64 bits)
{
	unsigned int exponent = bits >> MANTISSA_BITS & 0x7ff, used;
	__u64 m = bits & ((1UL << MANTISSA_BITS) - 1);
	int nearer = !m && exponent > 1; /* the neighbour below is */
	struct decimal low, v, high, c;
	__sz sign = bits >> 63, n, lead;
	int e;

	if (exponent == 0x7ff)
		return (__sz)uk_snprintf(buf, METRICS_NUMBER_MAX, "%s",
					 m	? "NaN"
					 : sign ? "-Inf"
						: "+Inf");
	if (sign)
		*buf++ = '-';
	if (!exponent && !m) /* -0 alone would be an integer to some */
		return (__sz)uk_snprintf(buf, 4, sign ? "0.0" : "0") + sign;
	m |= exponent ? 1UL << MANTISSA_BITS : 0;
	e = (int)(exponent ? exponent : 1) - EXPONENT_BIAS - 2;
	/* Four times the value, so that the bounds are integers, too. */
	used = expand(&high, 4 * m + 2, e, 0);
	expand(&v, 4 * m, e, used);
	expand(&low, 4 * m - (nearer ? 1 : 2), e, used);
	n = shortest(&c, &low, &v, &high, !(m & 1));
	lead = strspn(c.d, "0");
	while (n > lead + 1 && c.d[n - 1] == '0')
		n--;
	n = MAX(n, lead + 1); /* 9.6 became 10 */
	return sign + place(buf, c.d + lead, (int)(n - lead),
			    (int)(9 * used - lead) + MIN(e, 0));
}
