/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: records of wide must be multiples of 8 bytes */
#include <uk/table.h>

struct rec {
#ifdef CONTROL
	char bytes[32];
#else
	char bytes[32] __aligned(32);
#endif
};

UK_TABLE_DEFINE(wide, struct rec);
