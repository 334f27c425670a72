/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * strtold() for binary128: replaces newlib's, which writes x87's format only.
 * The conversion itself is newlib's, David Gay's strtodg(), for any format.
 */
#include <float.h>
#include <stdlib.h>
#include <string.h>
#include "mprec.h"
#include "gdtoa.h"

#if LDBL_MANT_DIG != 113
#error "a long double of 128 bits is expected"
#endif

#define BIAS (LDBL_MAX_EXP - 1)
#define FIELD_BITS (LDBL_MANT_DIG - 1)
#define EXP_MAX 0x7fff
/* Of the last bit: of the smallest number and of the largest. */
#define EMIN (1 - BIAS - FIELD_BITS)
#define EMAX (EXP_MAX - 1 - BIAS - FIELD_BITS)

typedef unsigned __int128 u128;

int _strtorx_l(struct _reent *reent, const char *s, char **end,
	       int rounding __attribute__((unused)), void *to, locale_t locale)
{
	FPI format = { LDBL_MANT_DIG, EMIN, EMAX, FPI_Round_near, 0 };
	__ULong words[4] = { 0 };
	u128 exponent = 0, bits = 0;
	Long exp = 0;
	int kind = _strtodg_l(reent, s, end, &format, &exp, words, locale);

	for (int i = 3; i >= 0; i--)
		bits = bits << 32 | words[i];
	switch (kind & STRTOG_Retmask) {
	case STRTOG_Normal:
		exponent = (u128)(exp + BIAS + FIELD_BITS);
		break;
	case STRTOG_Denormal:
		break;
	case STRTOG_Infinite:
		exponent = EXP_MAX;
		bits = 0;
		break;
	case STRTOG_NaN:
	case STRTOG_NaNbits:
		exponent = EXP_MAX;
		bits = (u128)1 << (FIELD_BITS - 1);
		break;
	default: /* zero, or no number */
		bits = 0;
	}
	bits &= ((u128)1 << FIELD_BITS) - 1;
	bits |= exponent << FIELD_BITS;
	if (kind & STRTOG_Neg)
		bits |= (u128)1 << 127;
	memcpy(to, &bits, sizeof(bits));
	return kind;
}
