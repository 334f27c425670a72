/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: priority -1 of early must be 0 (earliest) to 9 (latest) */
#include <uk/table.h>

struct rec {
	long value;
};

#ifdef CONTROL
UK_TABLE_RECORD(any, struct rec, 0, early) = { 1 };
#else
UK_TABLE_RECORD(any, struct rec, -1, early) = { 1 };
#endif
