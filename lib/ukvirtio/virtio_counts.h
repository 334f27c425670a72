/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Counters over all devices, kept only with a store.
 */
#ifndef __VIRTIO_COUNTS_H__
#define __VIRTIO_COUNTS_H__

#include <uk/essentials.h>

#ifdef CONFIG_LIBUKSTORE
extern struct virtio_counts {
	__u64 notifications; /* of devices */
	__u64 interrupts;    /* that a device had a reason for */
} virtio_counts;
#endif

#endif /* __VIRTIO_COUNTS_H__ */
