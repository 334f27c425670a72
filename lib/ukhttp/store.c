/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Store entries about the server.
 */
#include <uk/store.h>
#include "stats.h"

#define COUNTER(eid, name, what)                                       \
	static int get_##name(void *cookie __unused, __u64 *out)       \
	{                                                              \
		*out = UK_READ_ONCE(http_stats.name);                  \
		return 0;                                              \
	}                                                              \
	UK_STORE_STATIC_ENTRY_INFO(eid, name, u64, get_##name, __NULL, \
				   .kind = UK_STORE_COUNTER, .help = what)

COUNTER(1, replies, "HTTP requests answered");
COUNTER(2, refused, "HTTP replies with a status of 4xx");
COUNTER(3, failed, "HTTP replies with a status of 5xx");
COUNTER(4, gone, "HTTP clients that disconnected during the reply");
