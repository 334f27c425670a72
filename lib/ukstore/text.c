/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Values as text, and from text. A double is written by its bits, with
 * integer arithmetic: code of the house has no vector registers.
 */
#include <string.h>
#include <uk/errno_name.h>
#include <uk/snprintf.h>
#include "store_internal.h"

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1075 /* of the mantissa as an integer */

/*
 * An exact value m * 2^e as a decimal: digits of 10^9, little end first. The
 * largest has 309 digits before the point, the smallest 1074 after it; one
 * that is not a whole number is multiplied by 5 for each binary place, which
 * moves the point: m * 2^-k = m * 5^k * 10^-k.
 */
#define LIMB 1000000000U
#define LIMBS 90

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

/* The digits of limbs, without leading zeros. Returns how many. */
static __sz digits_of(const __u32 *limbs, unsigned int count, char *digits)
{
	__sz n = (__sz)uk_snprintf(digits, 10, "%u", limbs[count - 1]);

	for (unsigned int i = count - 1; i--; n += 9)
		uk_snprintf(digits + n, 10, "%09u", limbs[i]);
	return n;
}

/* Rounds half up to len digits; returns 1 if that made one more in front. */
static int round_to(char *digits, __sz len)
{
	int up = digits[len] >= '5';

	digits[len] = '\0';
	while (up && len--) {
		up = digits[len] == '9';
		digits[len] = up ? '0' : (char)(digits[len] + 1);
	}
	if (up)
		digits[0] = '1'; /* 9.99 is 10.0: the other digits are 0 */
	return up;
}

#define DIGITS 17 /* enough to distinguish any two doubles */

static int double_text(__u64 bits, char *buf, __sz len)
{
	unsigned int exponent = bits >> MANTISSA_BITS & 0x7ff;
	__u64 m = bits & ((1UL << MANTISSA_BITS) - 1);
	const char *sign = bits >> 63 ? "-" : "";
	char digits[LIMBS * 9 + 10];
	__u32 limbs[LIMBS];
	unsigned int count = 0;
	int e, point;
	__sz n;

	if (exponent == 0x7ff)
		return uk_snprintf(buf, len, "%s%s", m ? "" : sign,
				   m ? "NaN" : "Inf");
	if (!exponent && !m)
		return uk_snprintf(buf, len, "%s0", sign);
	m |= exponent ? 1UL << MANTISSA_BITS : 0;
	e = (int)(exponent ? exponent : 1) - EXPONENT_BIAS;
	for (; m % 2 == 0; m /= 2)
		e++;
	for (; m; m /= LIMB)
		limbs[count++] = (__u32)(m % LIMB);
	for (int i = 0; i < e; i++)
		count = multiply(limbs, count, 2);
	for (int i = 0; i > e; i--)
		count = multiply(limbs, count, 5);
	n = digits_of(limbs, count, digits);
	point = (int)n + MIN(e, 0); /* digits before the point */
	if (n > DIGITS) {
		point += round_to(digits, DIGITS);
		n = DIGITS;
	}
	while (n > 1 && digits[n - 1] == '0')
		digits[--n] = '\0';
	if (point > 0 && point <= 21 && (__sz)point >= n)
		return uk_snprintf(buf, len, "%s%s%.*s", sign, digits,
				   point - (int)n, "000000000000000000000");
	if (point > 0 && (__sz)point < n)
		return uk_snprintf(buf, len, "%s%.*s.%s", sign, point, digits,
				   digits + point);
	if (point <= 0 && point > -5)
		return uk_snprintf(buf, len, "%s0.%.*s%s", sign, -point, "0000",
				   digits);
	return uk_snprintf(buf, len, "%s%c%s%se%d", sign, digits[0],
			   n > 1 ? "." : "", digits + 1, point - 1);
}

int uk_store_get_text(const struct uk_store_entry *e, char *buf, __sz len)
{
	struct uk_store_value v;
	int ret = uk_store_read(e, &v);

	if (ret)
		return ret;
	switch (v.type) {
	case _UK_STORE_TYPE_s64:
		return uk_snprintf(buf, len, "%ld", v.s);
	case _UK_STORE_TYPE_u64:
		return uk_snprintf(buf, len, "%lu", v.u);
	case _UK_STORE_TYPE_dbl:
		return double_text(v.dbl, buf, len);
	case _UK_STORE_TYPE_hist:
		return uk_snprintf(buf, len, "%lu %lu",
				   uk_store_cumulative(v.hist, v.hist->size),
				   *v.hist->sum);
	default:
		ret = uk_snprintf(buf, len, "%s", v.text);
		uk_store_value_free(e, &v);
		return ret;
	}
}

/* Decimal with an optional sign. */
static int parse(const char *text, __u64 *bits, int *negative)
{
	__u64 v = 0;

	*negative = *text == '-';
	text += *negative;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10UL, &v) ||
		    __builtin_add_overflow(v, (__u64)(*text - '0'), &v))
			return -ERANGE;
	}
	if (*negative && v > 1UL << 63)
		return -ERANGE;
	*bits = *negative ? -v : v;
	*negative = *negative && v;
	return 0;
}

static const char *range_of(enum uk_store_entry_type type)
{
	static const char *const ranges[] = {
		[_UK_STORE_TYPE_s8] = "-128 to 127",
		[_UK_STORE_TYPE_u8] = "0 to 255",
		[_UK_STORE_TYPE_s16] = "-32768 to 32767",
		[_UK_STORE_TYPE_u16] = "0 to 65535",
		[_UK_STORE_TYPE_s32] = "-2147483648 to 2147483647",
		[_UK_STORE_TYPE_u32] = "0 to 4294967295",
		[_UK_STORE_TYPE_s64] = "a number of 64 bits with a sign",
		[_UK_STORE_TYPE_u64] = "a number of 64 bits",
		[_UK_STORE_TYPE_uptr] = "a number of 64 bits",
		[_UK_STORE_TYPE_dbl] = "a decimal number of up to 19 digits",
	};

	return type < ARRAY_SIZE(ranges) && ranges[type] ? ranges[type]
							 : "what can be set";
}

/* What the setter says goes to *ret, unless the text is no number. */
static int set_number(const struct uk_store_entry *e, const char *text,
		      int *ret)
{
	int negative, bad;
	__u64 bits;

	if (e->type == _UK_STORE_TYPE_dbl) {
		bad = store_decimal(text, &bits);
		if (!bad)
			*ret = _uk_store_set_dbl(e, (const double *)&bits);
		return bad;
	}
	bad = parse(text, &bits, &negative);
	if (bad)
		return bad;
	*ret = negative ? uk_store_set_value(e, s64, (__s64)bits)
			: uk_store_set_value(e, u64, bits);
	return *ret == -ERANGE ? *ret : 0;
}

int uk_store_set_text(const struct uk_store_entry *e, const char *text,
		      char *why, __sz len)
{
	int ret = 0, bad = 0;

	if (e->type == _UK_STORE_TYPE_charp)
		ret = uk_store_set_value(e, charp, text);
	else if (e->type == _UK_STORE_TYPE_hist || !e->set.u64)
		ret = -ENOTSUP;
	else
		bad = set_number(e, text, &ret);
	if (bad && e->max)
		uk_snprintf(why, len, "\"%s\" is not 0 to %lu", text, e->max);
	else if (bad)
		uk_snprintf(why, len, "\"%s\" is not %s", text,
			    range_of(e->type));
	else if (ret == -ENOTSUP)
		uk_snprintf(why, len, "%s cannot be set", e->name);
	else if (ret < 0)
		uk_snprintf(why, len, "its setter refused \"%s\": %s", text,
			    uk_errno_name(ret));
	return bad ? bad : ret;
}
