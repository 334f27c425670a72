/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Virtio devices: how one is found, started and notified, whatever it is
 * attached by. A transport (mmio here; PCI can stand beside it) fills in a
 * struct uk_virtio_dev and calls uk_virtio_found(), which offers it to the
 * drivers:
 *
 *	static int net_probe(struct uk_virtio_dev *dev) { … }
 *	UK_VIRTIO_DRIVER(net, UK_VIRTIO_ID_NET, net_probe);
 *
 * A driver starts its device in the order of VIRTIO 1.1, 3.1.1:
 * uk_virtio_start(), ops->queue_setup() for each queue, uk_virtio_ready().
 * The same again restarts it, from any context: nothing is allocated.
 */
#ifndef __UK_VIRTIO_H__
#define __UK_VIRTIO_H__

#include <uk/table.h>
#include <uk/virtq.h>

/* Device types (VIRTIO 1.1, 5). */
#define UK_VIRTIO_ID_NET 1
#define UK_VIRTIO_ID_CONSOLE 3
#define UK_VIRTIO_ID_ENTROPY 4

/* Feature bits of all types (VIRTIO 1.1, 6). */
#define UK_VIRTIO_F_VERSION_1 (1UL << 32)

struct uk_virtio_dev;

/*
 * What a transport does. Contexts: any, but one call at a time for one
 * device; none waits without bound, allocates or logs.
 */
struct uk_virtio_ops {
	/* Resets the device: it lets go of all queues and buffers. Returns 0,
	 * or -EIO if it does not within a bound.
	 */
	int (*reset)(struct uk_virtio_dev *dev);
	__u8 (*status)(struct uk_virtio_dev *dev);
	void (*status_set)(struct uk_virtio_dev *dev, __u8 status);
	/* What the device offers; what the driver accepts of it. */
	__u64 (*features)(struct uk_virtio_dev *dev);
	void (*features_set)(struct uk_virtio_dev *dev, __u64 features);
	/* 32 bits of the device's own configuration; off a multiple of 4 */
	__u32 (*config32)(struct uk_virtio_dev *dev, unsigned int off);
	/*
	 * Shows queue idx to the device. Returns 0; -ENODEV if the device has
	 * no such queue; -ENOSPC if it cannot have that many descriptors;
	 * -EBUSY if the queue is in use.
	 */
	int (*queue_setup)(struct uk_virtio_dev *dev, unsigned int idx,
			   const struct uk_virtq *vq);
	/* Notifies the device of new buffers in queue idx. */
	void (*notify)(struct uk_virtio_dev *dev, unsigned int idx);
	/* For an interrupt handler: returns the cause, and lowers the line. Bit
	 * 0: a queue has something; bit 1: the configuration changed.
	 */
	__u32 (*irq_ack)(struct uk_virtio_dev *dev);
};

struct uk_virtio_dev {
	const struct uk_virtio_ops *ops;
	__uptr base;	/* the transport's: of its registers */
	__u32 type;	/* UK_VIRTIO_ID_* */
	__u32 legacy;	/* 1 before version 1.0 of the standard */
	int irq;	/* line: ISA or GSI on x86_64, INTID on arm64; or -1 */
	__u64 notified; /* how often notify was called, for metrics */
	void *priv;	/* the driver's */
};

struct uk_virtio_driver {
	__u64 type;
	/*
	 * Takes a device. Returns 0, -ENODEV if it does not want it, another
	 * negative errno if the device does not work. Called in init.
	 */
	int (*probe)(struct uk_virtio_dev *dev);
};

UK_TABLE_DECLARE(virtio_driver, struct uk_virtio_driver);

/** Registers a driver at link time, for devices of one type. */
#define UK_VIRTIO_DRIVER(name, dev_type, probe_fn)                 \
	UK_TABLE_RECORD(virtio_driver, struct uk_virtio_driver, 5, \
			uk_virtio_driver_##name) = { (dev_type), (probe_fn) }

/**
 * Resets a device and agrees upon features.
 *
 * @param wanted features that the driver can use; version 1 need not be named
 * @param features receives those that are in force
 * @return 0; -EIO if the device does not reset; -ENOTSUP if it refuses the
 *   features. Contexts: any.
 */
int uk_virtio_start(struct uk_virtio_dev *dev, __u64 wanted, __u64 *features);

/** Sets DRIVER_OK, after queue_setup(). Contexts: any. */
void uk_virtio_ready(struct uk_virtio_dev *dev);

/** Stops the device for good. Contexts: any. */
void uk_virtio_fail(struct uk_virtio_dev *dev);

/** Notifies and counts. Contexts: any. */
void uk_virtio_notify(struct uk_virtio_dev *dev, unsigned int idx);

/**
 * Offers a device to the drivers of its type.
 *
 * @param dev lives on
 * @return 0 if one took it, else -ENODEV. Contexts: init.
 */
int uk_virtio_found(struct uk_virtio_dev *dev);

#endif /* __UK_VIRTIO_H__ */
