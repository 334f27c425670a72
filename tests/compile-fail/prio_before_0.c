/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: no_priority_is_earlier_than_0 */
#include <uk/table.h>

struct rec {
	long value;
};

#ifdef CONTROL
#define EARLIER UK_PRIO_BEFORE(1)
#else
#define EARLIER UK_PRIO_BEFORE(UK_PRIO_EARLIEST)
#endif
UK_TABLE_RECORD(any, struct rec, EARLIER, record) = { 1 };
