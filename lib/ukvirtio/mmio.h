/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Between the code that finds mmio devices and the transport.
 */
#ifndef __UKVIRTIO_MMIO_H__
#define __UKVIRTIO_MMIO_H__

#include <uk/essentials.h>

struct mmio_place {
	__u64 base;
	__u64 size; /* bytes */
	int irq;    /* or -1 */
};

/** Looks whether there is a device in a slot, and offers it to the drivers. */
void mmio_slot(const struct mmio_place *place);

/**
 * Reads "SIZE@BASE:IRQ" with an optional ":ID" after it, SIZE in bytes or
 * with K or M (Linux, admin-guide/kernel-parameters: virtio_mmio.device).
 *
 * @return 0, or -EINVAL if it is not that
 */
int mmio_place_parse(const char *text, struct mmio_place *place);

#endif /* __UKVIRTIO_MMIO_H__ */
