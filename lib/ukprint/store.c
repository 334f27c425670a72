/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Messages by level since boot, and how many of them no sink has got: they
 * were overwritten in the ring before one was ready, or there is none.
 */
#include <uk/store.h>
#include "ring.h"

#define LEVEL(level, name, what, ...)                                         \
	static int get_messages_##name(void *cookie __unused, __u64 *out)     \
	{                                                                     \
		*out = UK_READ_ONCE(print_counts[level]);                     \
		return 0;                                                     \
	}                                                                     \
	UK_STORE_STATIC_ENTRY_INFO(                                           \
		level + 1, messages_##name, u64, get_messages_##name, __NULL, \
		.kind = UK_STORE_COUNTER, .help = what,                       \
		.series = UK_STORE_SERIES("ukprint_messages", "log messages", \
					  "level", #name),                    \
		##__VA_ARGS__)

LEVEL(UK_PRINT_KLVL_CRIT, crit, "critical messages");
LEVEL(UK_PRINT_KLVL_ERR, err, "errors", .flags = UK_STORE_ENTRY_FLAG_CRASH);
LEVEL(UK_PRINT_KLVL_WARN, warn, "warnings", .flags = UK_STORE_ENTRY_FLAG_CRASH);
LEVEL(UK_PRINT_KLVL_INFO, info, "information messages");
LEVEL(UK_PRINT_KLVL_DEBUG, debug, "debug messages");

/* Those that still wait in the ring may be written yet. */
static __u64 waiting(void)
{
	const struct ring_rec *rec;
	__u64 pos = print_drained(), next, count = 0;

	while ((pos = ring_seek(pos)) < ring_head()) {
		enum ring_state state = ring_look(pos, &rec, &next);

		count += state == RING_DONE;
		pos = state == RING_DONE || state == RING_PAD
			      ? next
			      : pos + RING_ALIGN;
	}
	return count;
}

/* A message that is added meanwhile may be in one sum only: then the
 * last result is returned again, because a counter must not fall.
 */
static int get_messages_dropped(void *cookie __unused, __u64 *out)
{
	static __u64 last;
	__u64 sum = 0, gone = waiting() + UK_READ_ONCE(print_written);

	for (int i = 0; i <= UK_PRINT_KLVL_DEBUG; i++)
		sum += UK_READ_ONCE(print_counts[i]);
	if (sum > gone && sum - gone > last)
		last = sum - gone;
	*out = last;
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(
	10, messages_dropped, u64, get_messages_dropped, __NULL,
	.kind = UK_STORE_COUNTER,
	.help = "messages overwritten before a sink received them",
	.flags = UK_STORE_ENTRY_FLAG_CRASH);
