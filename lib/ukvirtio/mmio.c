/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Virtio over mmio (VIRTIO 1.1, 4.2), both the register layout of version 2
 * and the legacy one of version 1 (4.2.4). The slots are found by
 * mmio_cmdline.c and mmio_fdt.c; most of them are empty.
 */
#include <virtio_arch.h>
#include <uk/print.h>
#include <uk/virtio.h>
#include "mmio.h"
#include "virtio_counts.h"

#define MAGIC_VALUE 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008 /* 0: the slot is empty */
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define GUEST_PAGE_SIZE 0x028 /* legacy */
#define QUEUE_SEL 0x030
#define QUEUE_NUM_MAX 0x034
#define QUEUE_NUM 0x038
#define QUEUE_ALIGN 0x03c /* legacy */
#define QUEUE_PFN 0x040	  /* legacy */
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK 0x064
#define STATUS 0x070
#define QUEUE_DESC 0x080
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0
#define CONFIG 0x100

#define MAGIC 0x74726976 /* "virt" */

/* How often a device is asked whether its reset is over: some 10 ms. */
#define RESET_POLLS 10000

static struct uk_virtio_dev devices[CONFIG_LIBUKVIRTIO_DEVICES];
static unsigned int device_count;

static __u32 get(const struct uk_virtio_dev *dev, unsigned int reg)
{
	return virtio_read32(dev->base + reg);
}

static void set(const struct uk_virtio_dev *dev, unsigned int reg, __u32 val)
{
	virtio_write32(dev->base + reg, val);
}

static void set64(const struct uk_virtio_dev *dev, unsigned int reg, __u64 val)
{
	set(dev, reg, (__u32)val);
	set(dev, reg + 4, (__u32)(val >> 32));
}

static int mmio_reset(struct uk_virtio_dev *dev)
{
	unsigned int polls = RESET_POLLS;

	set(dev, STATUS, 0);
	while (get(dev, STATUS) && polls)
		polls--;
	if (dev->legacy)
		set(dev, GUEST_PAGE_SIZE, __PAGE_SIZE);
	return polls ? 0 : -EIO;
}

static __u8 mmio_status(struct uk_virtio_dev *dev)
{
	return (__u8)get(dev, STATUS);
}

static void mmio_status_set(struct uk_virtio_dev *dev, __u8 status)
{
	virtio_write_barrier();
	set(dev, STATUS, status);
}

static __u64 mmio_features(struct uk_virtio_dev *dev)
{
	__u64 features;

	set(dev, DEVICE_FEATURES_SEL, 1);
	features = (__u64)get(dev, DEVICE_FEATURES) << 32;
	set(dev, DEVICE_FEATURES_SEL, 0);
	return features | get(dev, DEVICE_FEATURES);
}

static void mmio_features_set(struct uk_virtio_dev *dev, __u64 features)
{
	set(dev, DRIVER_FEATURES_SEL, 0);
	set(dev, DRIVER_FEATURES, (__u32)features);
	if (dev->legacy)
		return;
	set(dev, DRIVER_FEATURES_SEL, 1);
	set(dev, DRIVER_FEATURES, (__u32)(features >> 32));
}

static __u32 mmio_config32(struct uk_virtio_dev *dev, unsigned int off)
{
	return get(dev, CONFIG + off);
}

/* The image is mapped one to one, and ring memory is in the image. */
static __paddr_t paddr(volatile const void *mem)
{
	return (__paddr_t)mem;
}

static int mmio_queue_setup(struct uk_virtio_dev *dev, unsigned int idx,
			    const struct uk_virtq *vq)
{
	__u32 max;

	set(dev, QUEUE_SEL, idx);
	if (get(dev, dev->legacy ? QUEUE_PFN : QUEUE_READY))
		return -EBUSY;
	max = get(dev, QUEUE_NUM_MAX);
	if (max < vq->num)
		return max ? -ENOSPC : -ENODEV;

	set(dev, QUEUE_NUM, vq->num);
	if (dev->legacy) {
		set(dev, QUEUE_ALIGN, UK_VIRTQ_ALIGN);
		set(dev, QUEUE_PFN, (__u32)(paddr(vq->desc) >> __PAGE_SHIFT));
		return 0;
	}
	set64(dev, QUEUE_DESC, paddr(vq->desc));
	set64(dev, QUEUE_DRIVER, paddr(vq->avail));
	set64(dev, QUEUE_DEVICE, paddr(vq->used));
	set(dev, QUEUE_READY, 1);
	return 0;
}

/* Behind what was written to the ring. */
static void mmio_notify(struct uk_virtio_dev *dev, unsigned int idx)
{
	virtio_write_barrier();
	set(dev, QUEUE_NOTIFY, idx);
}

static __u32 mmio_irq_ack(struct uk_virtio_dev *dev)
{
	__u32 why = get(dev, INTERRUPT_STATUS);

	set(dev, INTERRUPT_ACK, why);
#ifdef CONFIG_LIBUKSTORE
	__atomic_fetch_add(&virtio_counts.interrupts, why != 0,
			   __ATOMIC_RELAXED);
#endif
	return why;
}

static const struct uk_virtio_ops mmio_ops = {
	.reset = mmio_reset,
	.status = mmio_status,
	.status_set = mmio_status_set,
	.features = mmio_features,
	.features_set = mmio_features_set,
	.config32 = mmio_config32,
	.queue_setup = mmio_queue_setup,
	.notify = mmio_notify,
	.irq_ack = mmio_irq_ack,
};

void mmio_slot(const struct mmio_place *place)
{
	struct uk_virtio_dev *dev = &devices[device_count];
	__u32 version, type;

	if (place->size < CONFIG ||
	    virtio_read32(place->base + MAGIC_VALUE) != MAGIC)
		return;
	type = virtio_read32(place->base + DEVICE_ID);
	if (!type)
		return;
	version = virtio_read32(place->base + VERSION);
	if (version != 1 && version != 2) {
		uk_pr_warn(
			"virtio device at 0x%lx: version %u is not supported\n",
			place->base, version);
		return;
	}
	if (device_count == ARRAY_SIZE(devices)) {
		uk_pr_warn("virtio device at 0x%lx: more than %u devices, "
			   "see LIBUKVIRTIO_DEVICES\n",
			   place->base, device_count);
		return;
	}
	dev->ops = &mmio_ops;
	dev->base = place->base;
	dev->type = type;
	dev->legacy = version == 1;
	dev->irq = place->irq;
	if (!uk_virtio_found(dev))
		device_count++;
}
