/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A double from decimal text, rounded as IEEE 754 says (to nearest, ties to
 * even), in integers: code of the house has no floating point registers.
 * Up to 19 digits and a power of ten up to 19 either way, so that 128 bits
 * hold what it takes.
 */
#include "store_internal.h"

#define DIGITS_MAX 19
#define POWER_MAX 19
#define BIAS 1023
#define FRACTION 52

typedef unsigned __int128 wide_t;

struct decimal {
	__u64 digits;
	int count; /* of them, without zeros in front */
	int seen;  /* one at least, a zero perhaps */
	int power; /* of ten */
	int negative;
};

static const char *scan_digits(const char *s, struct decimal *d,
			       int after_point)
{
	for (; *s >= '0' && *s <= '9'; s++) {
		d->seen = 1;
		d->count += d->digits || *s != '0';
		if (d->count > DIGITS_MAX)
			return s;
		d->digits = d->digits * 10 + (__u64)(*s - '0');
		d->power -= after_point;
	}
	return s;
}

static const char *scan_exponent(const char *s, struct decimal *d)
{
	int negative = *s == '-', power = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (*s < '0' || *s > '9')
		return __NULL;
	for (; *s >= '0' && *s <= '9'; s++)
		power = MIN(power * 10 + (*s - '0'), 1000);
	d->power += negative ? -power : power;
	return s;
}

static int scan(const char *s, struct decimal *d)
{
	*d = (struct decimal){ .negative = *s == '-' };
	s += d->negative;
	s = scan_digits(s, d, 0);
	if (*s == '.')
		s = scan_digits(s + 1, d, 1);
	if (d->count > DIGITS_MAX)
		return -ERANGE;
	if (d->seen && (*s == 'e' || *s == 'E'))
		s = scan_exponent(s + 1, d);
	if (!d->seen || !s || *s)
		return -EINVAL;
	return d->digits && (d->power > POWER_MAX || d->power < -POWER_MAX)
		       ? -ERANGE
		       : 0;
}

static __u64 power_of_ten(int n)
{
	__u64 v = 1;

	while (n--)
		v *= 10;
	return v;
}

static int leading_zeros(wide_t v)
{
	return v >> 64 ? __builtin_clzl((__u64)(v >> 64))
		       : 64 + __builtin_clzl((__u64)v);
}

/* v × 2^exponent, v not 0; rest: there is something after its last bit. */
static __u64 rounded(wide_t v, int exponent, int rest)
{
	int drop = 128 - leading_zeros(v) - (FRACTION + 1);
	__u64 kept, bits;

	if (drop > 0) {
		wide_t low = v & (((wide_t)1 << drop) - 1);
		wide_t half = (wide_t)1 << (drop - 1);

		kept = (__u64)(v >> drop);
		kept += low > half || (low == half && (rest || (kept & 1)));
	} else {
		kept = (__u64)v << -drop; /* exact: nothing is after it */
	}
	/* a carry out of the fraction goes into the exponent, as it should */
	bits = (__u64)(exponent + drop + BIAS + FRACTION - 1) << FRACTION;
	return bits + kept;
}

int store_decimal(const char *text, __u64 *bits)
{
	struct decimal d;
	int ret = scan(text, &d), shift;
	wide_t v;
	__u64 by;

	if (ret)
		return ret;
	*bits = 0;
	if (d.digits && d.power >= 0) {
		v = (wide_t)d.digits * power_of_ten(d.power);
		*bits = rounded(v, 0, 0);
	} else if (d.digits) {
		by = power_of_ten(-d.power);
		shift = leading_zeros(d.digits);
		v = (wide_t)d.digits << shift;
		*bits = rounded(v / by, -shift, v % by != 0);
	}
	*bits |= (__u64)d.negative << 63;
	return 0;
}
