/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How often virtio devices were notified, each an exit to the hypervisor, and
 * how often they interrupted.
 */
#include <uk/store.h>
#include "virtio_counts.h"

struct virtio_counts virtio_counts;

#define COUNTER(eid, name, what, ...)                                      \
	static int get_##name(void *cookie __unused, __u64 *out)           \
	{                                                                  \
		*out = UK_READ_ONCE(virtio_counts.name);                   \
		return 0;                                                  \
	}                                                                  \
	UK_STORE_STATIC_ENTRY_INFO(eid, name, u64, get_##name, __NULL,     \
				   .kind = UK_STORE_COUNTER, .help = what, \
				   ##__VA_ARGS__)

COUNTER(1, notifications, "notifications of devices",
	.flags = UK_STORE_ENTRY_FLAG_CRASH);
COUNTER(2, interrupts, "interrupts by devices",
	.flags = UK_STORE_ENTRY_FLAG_CRASH);
