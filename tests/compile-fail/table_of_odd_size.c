/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: records of odd must be multiples of 8 bytes */
#include <uk/table.h>

struct rec {
	char bytes[12];
#ifdef CONTROL
	char more[4];
#endif
};

UK_TABLE_DEFINE(odd, struct rec);
