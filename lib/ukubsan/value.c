/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Values in words. Floating-point values are taken apart as integers: library
 * code leaves vector registers alone. They are shown with six decimals where
 * their integer part fits 64 bits, else as mantissa times a power of two.
 */
#include <string.h>
#include <uk/snprintf.h>
#include "ubsan_internal.h"

/* The 128 bits of a wide integer. */
struct wide {
	__u64 low, high;
};

static __s64 sign_extend(__u64 v, unsigned int bits)
{
	return bits >= 64 ? (__s64)v : (__s64)(v << (64 - bits)) >> (64 - bits);
}

int ubsan_is_negative(const struct type *type, value_t value)
{
	unsigned int bits = type_bits(type);

	if (!type_is_signed(type))
		return 0;
	if (bits > 64)
		return (__s64)((const struct wide *)value)->high < 0;
	return sign_extend(value, bits) < 0;
}

static void wide_words(const struct type *type, const struct wide *w, char *buf)
{
	int fits_signed = w->high == (__u64)((__s64)w->low >> 63);

	if (type_is_signed(type) && fits_signed)
		uk_snprintf(buf, VALUE_MAX, "%ld", (__s64)w->low);
	else if (!type_is_signed(type) && !w->high)
		uk_snprintf(buf, VALUE_MAX, "%lu", w->low);
	else
		uk_snprintf(buf, VALUE_MAX, "0x%lx%016lx", w->high, w->low);
}

const char *ubsan_value(const struct type *type, value_t value,
			char buf[VALUE_MAX])
{
	unsigned int bits = type_bits(type);

	if (type->kind == KIND_FLOAT)
		return ubsan_float(type, value, buf);
	if (type->kind != KIND_INTEGER)
		uk_snprintf(buf, VALUE_MAX, "0x%lx", value);
	else if (bits > 64)
		wide_words(type, (const struct wide *)value, buf);
	else if (type_is_signed(type))
		uk_snprintf(buf, VALUE_MAX, "%ld", sign_extend(value, bits));
	else
		uk_snprintf(buf, VALUE_MAX, "%lu", value);
	return buf;
}

/* --- floating point --------------------------------------------------------*/

/* mantissa * 2^exponent, or one of the two that are not numbers. */
struct number {
	int negative, infinite, nan;
	__u64 mantissa;
	int exponent;
};

/* An IEEE 754 interchange format (3.4): sign, biased exponent, fraction. */
static struct number unpack(int negative, unsigned int biased,
			    unsigned int exponent_bits, __u64 fraction,
			    unsigned int fraction_bits)
{
	unsigned int special = (1U << exponent_bits) - 1;
	int bias = (int)(special >> 1);
	struct number n = { .negative = negative, .mantissa = fraction };

	n.infinite = biased == special && !fraction;
	n.nan = biased == special && fraction;
	n.exponent = (int)(biased ? biased : 1) - bias - (int)fraction_bits;
	if (biased)
		n.mantissa |= 1UL << fraction_bits;
	return n;
}

/* long double: x87's 80 bits (SDM volume 1, 4.2.2), or IEEE's 128, of whose
 * fraction the highest 63 bits are kept.
 */
static struct number unpack_long_double(const struct wide *w)
{
	struct number n;

	if (__LDBL_MANT_DIG__ == 64) {
		unsigned int top = (__u16)w->high;

		n = unpack(top >> 15, top & 0x7fff, 15, w->low << 1 >> 1, 63);
		return n;
	}
	return unpack((int)(w->high >> 63), w->high >> 48 & 0x7fff, 15,
		      (w->high << 16 | w->low >> 48) >> 1, 63);
}

static struct number unpack_value(unsigned int bits, value_t v)
{
	switch (bits) {
	case 16:
		return unpack(v >> 15 & 1, v >> 10 & 0x1f, 5, v & 0x3ff, 10);
	case 32:
		return unpack(v >> 31 & 1, v >> 23 & 0xff, 8, v & 0x7fffff, 23);
	case 64:
		return unpack(v >> 63 & 1, v >> 52 & 0x7ff, 11,
			      v & 0xfffffffffffff, 52);
	default:
		return unpack_long_double((const struct wide *)v);
	}
}

/* The six decimals of mantissa * 2^-shift, cut; shift is 1 to 63. */
static __u32 decimals(__u64 mantissa, unsigned int shift)
{
	__u64 rest = mantissa & ((1UL << shift) - 1);
	__u32 value = 0;

	/* Room for the factor 10. */
	for (; shift > 60; shift--)
		rest >>= 1;
	for (int i = 0; i < 6; i++) {
		rest *= 10;
		value = value * 10 + (__u32)(rest >> shift);
		rest &= (1UL << shift) - 1;
	}
	return value;
}

const char *ubsan_float(const struct type *type, value_t value,
			char buf[VALUE_MAX])
{
	struct number n = unpack_value(type_bits(type), value);
	const char *sign = n.negative ? "-" : "";
	int down = -n.exponent;

	while (n.mantissa && !(n.mantissa & 1) && down > 0) {
		n.mantissa >>= 1;
		down--;
	}
	if (n.nan)
		uk_snprintf(buf, VALUE_MAX, "nan");
	else if (n.infinite)
		uk_snprintf(buf, VALUE_MAX, "%sinfinity", sign);
	else if (!n.mantissa || !down)
		uk_snprintf(buf, VALUE_MAX, "%s%lu", sign, n.mantissa);
	else if (down < 0 && !(n.mantissa >> (64 + MAX(down, -63))))
		uk_snprintf(buf, VALUE_MAX, "%s%lu", sign, n.mantissa << -down);
	else if (down > 0 && down < 64)
		uk_snprintf(buf, VALUE_MAX, "%s%lu.%06u", sign,
			    n.mantissa >> down, decimals(n.mantissa, down));
	else
		uk_snprintf(buf, VALUE_MAX, "%s%lu * 2^%d", sign, n.mantissa,
			    -down);
	return buf;
}
