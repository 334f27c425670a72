/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about the page allocator.
 */
#include <uk/falloc.h>
#include <uk/store.h>

#define GETTER(field)                                             \
	static int get_##field(void *cookie __unused, __u64 *out) \
	{                                                         \
		struct uk_falloc_stats stats;                     \
                                                                  \
		uk_falloc_stats_get(&stats);                      \
		*out = stats.field;                               \
		return 0;                                         \
	}
GETTER(total)
GETTER(free)
GETTER(largest)

UK_STORE_STATIC_ENTRY_INFO(1, pages_total, u64, get_total, __NULL,
			   .unit = "bytes", .help = "physical pages");
UK_STORE_STATIC_ENTRY_INFO(2, pages_free, u64, get_free, __NULL,
			   .unit = "bytes", .help = "free physical pages",
			   .flags = UK_STORE_ENTRY_FLAG_CRASH);
UK_STORE_STATIC_ENTRY_INFO(3, pages_largest, u64, get_largest, __NULL,
			   .unit = "bytes",
			   .help = "largest free block of physical pages");
