/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: priority 10 of late must be 0 (earliest) to 9 (latest) */
#include <uk/table.h>

struct rec {
	long value;
};

#ifdef CONTROL
UK_TABLE_RECORD(any, struct rec, 9, late) = { 1 };
#else
UK_TABLE_RECORD(any, struct rec, 10, late) = { 1 };
#endif
