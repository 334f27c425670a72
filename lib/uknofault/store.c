/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about accesses that may fail.
 */
#include <uk/nofault.h>
#include <uk/store.h>

static int get_faults(void *cookie __unused, __u64 *out)
{
	*out = uk_nofault_count();
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, faults, u64, get_faults, __NULL,
			   .kind = UK_STORE_COUNTER, .help = "faults caught",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
