/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Messages by level, since boot.
 */
#include <uk/store.h>
#include "ring.h"

#define LEVEL(level, id, what)                                           \
	static int get_##id(void *cookie __unused, __u64 *out)           \
	{                                                                \
		*out = UK_READ_ONCE(print_counts[level]);                \
		return 0;                                                \
	}                                                                \
	UK_STORE_STATIC_ENTRY_INFO(level + 1, id, u64, get_##id, __NULL, \
				   .kind = UK_STORE_COUNTER, .help = what)

LEVEL(UK_PRINT_KLVL_CRIT, messages_crit, "critical messages");
LEVEL(UK_PRINT_KLVL_ERR, messages_err, "errors");
LEVEL(UK_PRINT_KLVL_WARN, messages_warn, "warnings");
LEVEL(UK_PRINT_KLVL_INFO, messages_info, "messages that inform");
LEVEL(UK_PRINT_KLVL_DEBUG, messages_debug, "debug messages");
