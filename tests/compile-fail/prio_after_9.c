/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: no_priority_is_later_than_9 */
#include <uk/table.h>

struct rec {
	long value;
};

#ifdef CONTROL
#define LATER UK_PRIO_AFTER(8)
#else
#define LATER UK_PRIO_AFTER(UK_PRIO_LATEST)
#endif
UK_TABLE_RECORD(any, struct rec, LATER, record) = { 1 };
