/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * strtof(): newlib's rounds to a double first, and that to a float. Included by
 * newlib's strtod.c in place of that. The conversion itself is newlib's, David
 * Gay's strtodg(), for any format.
 */
#define FLOAT_BIAS 127
#define FLOAT_FIELD_BITS 23
#define FLOAT_EXP_MAX 0xffU
/* Of the last bit: of the smallest number and of the largest. */
#define FLOAT_EMIN (1 - FLOAT_BIAS - FLOAT_FIELD_BITS)
#define FLOAT_EMAX ((int)FLOAT_EXP_MAX - 1 - FLOAT_BIAS - FLOAT_FIELD_BITS)

float strtof_l(const char *__restrict s, char **__restrict end, locale_t loc)
{
	FPI format = { FLOAT_FIELD_BITS + 1, FLOAT_EMIN, FLOAT_EMAX, 1, 0 };
	__ULong words[2] = { 0 }, exponent = 0, bits;
	Long exp = 0;
	int kind =
		_strtodg_l(_REENT, s, (char **)end, &format, &exp, words, loc);
	float value;

	bits = words[0];
	switch (kind & STRTOG_Retmask) {
	case STRTOG_Normal:
		exponent = (__ULong)(exp + FLOAT_BIAS + FLOAT_FIELD_BITS);
		break;
	case STRTOG_Denormal:
		break;
	case STRTOG_Infinite:
		exponent = FLOAT_EXP_MAX;
		bits = 0;
		break;
	case STRTOG_NaN:
	case STRTOG_NaNbits:
		exponent = FLOAT_EXP_MAX;
		bits = 1U << (FLOAT_FIELD_BITS - 1);
		break;
	default: /* zero, or no number */
		bits = 0;
	}
	bits &= (1U << FLOAT_FIELD_BITS) - 1;
	bits |= exponent << FLOAT_FIELD_BITS;
	if (kind & STRTOG_Neg)
		bits |= 1U << 31;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

float strtof(const char *__restrict s, char **__restrict end)
{
	return strtof_l(s, end, __get_current_locale());
}
