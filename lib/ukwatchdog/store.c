/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How many hangs were reported.
 */
#include <uk/store.h>
#include "watchdog_internal.h"

static int get_reports(void *cookie __unused, __u64 *out)
{
	*out = watchdog_reports();
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, reports, u64, get_reports, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "hangs that the watchdog has reported",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
