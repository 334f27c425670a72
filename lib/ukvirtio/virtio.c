/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The life of a device (VIRTIO 1.1, 2.1 and 3.1), over any transport, and the
 * table of drivers. A device that fails is left alone; the guest goes on.
 */
#include <uk/errno_name.h>
#include <uk/print.h>
#include <uk/virtio.h>
#include "virtio_counts.h"

UK_TABLE_DEFINE(virtio_driver, struct uk_virtio_driver);

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER 2
#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8
#define STATUS_FAILED 128

static void status_add(struct uk_virtio_dev *dev, __u8 bits)
{
	dev->ops->status_set(dev, dev->ops->status(dev) | bits);
}

static int features_agree(struct uk_virtio_dev *dev, __u64 features)
{
	dev->ops->features_set(dev, features);
	if (dev->legacy)
		return 0;
	if (!(features & UK_VIRTIO_F_VERSION_1))
		return -ENOTSUP;
	status_add(dev, STATUS_FEATURES_OK);
	return dev->ops->status(dev) & STATUS_FEATURES_OK ? 0 : -ENOTSUP;
}

int uk_virtio_start(struct uk_virtio_dev *dev, __u64 wanted, __u64 *features)
{
	__u64 agreed;
	int ret = dev->ops->reset(dev);

	if (ret)
		return ret;
	status_add(dev, STATUS_ACKNOWLEDGE);
	status_add(dev, STATUS_DRIVER);
	if (!dev->legacy)
		wanted |= UK_VIRTIO_F_VERSION_1;
	agreed = dev->ops->features(dev) & wanted;
	ret = features_agree(dev, agreed);
	if (ret)
		uk_virtio_fail(dev);
	else
		*features = agreed;
	return ret;
}

void uk_virtio_ready(struct uk_virtio_dev *dev)
{
	status_add(dev, STATUS_DRIVER_OK);
}

void uk_virtio_fail(struct uk_virtio_dev *dev)
{
	status_add(dev, STATUS_FAILED);
}

void uk_virtio_notify(struct uk_virtio_dev *dev, unsigned int idx)
{
	dev->notified++;
#ifdef CONFIG_LIBUKSTORE
	__atomic_fetch_add(&virtio_counts.notifications, 1, __ATOMIC_RELAXED);
#endif
	dev->ops->notify(dev, idx);
}

int uk_virtio_found(struct uk_virtio_dev *dev)
{
	int ret;

	uk_table_foreach (virtio_driver, driver) {
		if (driver->type != dev->type)
			continue;
		ret = driver->probe(dev);
		if (!ret)
			return 0;
		if (ret != -ENODEV)
			uk_pr_err("virtio device at 0x%lx disabled: %s\n",
				  dev->base, uk_errno_name(ret));
	}
	return -ENODEV;
}
