/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about the store itself. Readers omit an entry whose getter
 * failed: these counters show that there was one.
 */
#include "store_internal.h"

#define COUNTER(eid, name, field, what)                              \
	static int get_##name(void *cookie __unused, __u64 *out)     \
	{                                                            \
		*out = UK_READ_ONCE(uk_store_stats.field);           \
		return 0;                                            \
	}                                                            \
	UK_STORE_STATIC_ENTRY_INFO(eid, name, u64, get_##name, NULL, \
				   .kind = UK_STORE_COUNTER, .help = what)

COUNTER(1, reads, reads, "values read");
COUNTER(2, getters_failed, failed, "values whose getter failed");
COUNTER(3, getters_faulted, faulted, "values whose getter faulted");

#ifdef CONFIG_LIBUKALLOC
static int get_objects(void *cookie __unused, __u64 *out)
{
	*out = store_object_count();
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(4, objects, u64, get_objects, NULL,
			   .help = "objects in the store");
#endif
