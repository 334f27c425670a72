/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How often the timer interrupted before its time.
 */
#include <uk/store.h>
#include "apictimer_internal.h"

static int get_early(void *cookie __unused, __u64 *out)
{
	*out = apictimer_early();
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, early_interrupts, u64, get_early, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "interrupts before the time armed for",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
