/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Events since boot, of all CPUs.
 */
#include <uk/store.h>
#include "trace_internal.h"

static int get_bytes(void *cookie __unused, __u64 *out)
{
	__u64 discarded;

	*out = 0;
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		*out += uk_trace_bytes(i, &discarded);
	return 0;
}

static int get_discarded(void *cookie __unused, __u64 *out)
{
	__u64 discarded;

	*out = 0;
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++) {
		(void)uk_trace_bytes(i, &discarded);
		*out += discarded;
	}
	return 0;
}

static int get_events(void *cookie __unused, __u64 *out)
{
	*out = 0;
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		*out += uk_trace_written(i);
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, written, u64, get_bytes, __NULL,
			   .kind = UK_STORE_COUNTER, .unit = "bytes",
			   .help = "events of tracepoints");
UK_STORE_STATIC_ENTRY_INFO(2, discarded, u64, get_discarded, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "events for which the ring had no room");
UK_STORE_STATIC_ENTRY_INFO(3, events, u64, get_events, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "events written, overwritten ones included");
