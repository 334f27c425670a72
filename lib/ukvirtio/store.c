/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How often virtio devices were notified: each is an exit to the hypervisor.
 */
#include <uk/store.h>
#include <uk/virtio.h>

extern __u64 virtio_notified;
__u64 virtio_notified; /* virtio.c counts */

static int get_notifications(void *cookie __unused, __u64 *out)
{
	*out = UK_READ_ONCE(virtio_notified);
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, notifications, u64, get_notifications, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "notifications of devices");
