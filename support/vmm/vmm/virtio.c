/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* See virtio.h. */
#include <string.h>
#include "virtio.h"
#include "vm.h"

#define MAGIC_VALUE 0x000
#define VERSION 0x004
#define DEVICE_ID 0x008
#define VENDOR_ID 0x00c
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL 0x030
#define QUEUE_NUM_MAX 0x034
#define QUEUE_NUM 0x038
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK 0x064
#define STATUS 0x070
#define QUEUE_DESC 0x080
#define QUEUE_DRIVER 0x090
#define QUEUE_DEVICE 0x0a0
#define CONFIG_GENERATION 0x0fc
#define CONFIG 0x100

#define MAGIC 0x74726976 /* "virt" */
#define LAYOUT 2
#define VENDOR 0x54524956
#define F_VERSION_1 (1UL << 32)

#define STATUS_DRIVER_OK 4
#define STATUS_FEATURES_OK 8
#define STATUS_NEEDS_RESET 64
#define STATUS_GIVEN_UP 128
#define USED_BUFFER 1 /* of INTERRUPT_STATUS */
#define CONFIG_CHANGE 2

int virtio_is_running(const struct virtio *v)
{
	const uint32_t good = STATUS_FEATURES_OK | STATUS_DRIVER_OK;

	return (v->status & (good | STATUS_NEEDS_RESET | STATUS_GIVEN_UP)) ==
	       good;
}

static void interrupt(struct virtio *v, uint32_t why)
{
	v->interrupts |= why;
	vmm_irq(v->m, v->line, 1);
}

/* For the driver that is a change of the configuration (VIRTIO 1.1, 2.1.2). */
static void broken(struct virtio *v)
{
	if (v->status & STATUS_NEEDS_RESET)
		return;
	v->status |= STATUS_NEEDS_RESET;
	interrupt(v, CONFIG_CHANGE);
	complain(
		"the guest's driver of the virtio device at %#lx breaks the rules; the device stops until its reset",
		(unsigned long)v->base);
}

int virtio_next(struct virtio *v, unsigned int queue, int writes,
		struct virtq_chain *c)
{
	int rc = virtio_is_running(v) && queue < v->n_queues
			 ? virtq_next(v->m, &v->queues[queue], writes, c)
			 : 0;

	if (rc < 0)
		broken(v);
	return rc > 0;
}

void virtio_put(struct virtio *v, unsigned int queue,
		const struct virtq_chain *c, size_t written)
{
	int rc = virtq_put(v->m, &v->queues[queue], c, written);

	if (rc < 0)
		broken(v);
	if (rc > 0)
		interrupt(v, USED_BUFFER);
}

/* ---- registers ---- */

static void reset(struct virtio *v)
{
	v->status = v->features_sel = v->driver_features_sel = v->queue_sel = 0;
	v->driver_features = 0;
	v->interrupts = 0;
	memset(v->queues, 0, sizeof(v->queues));
	vmm_irq(v->m, v->line, 0);
	v->ops->reset(v);
}

static uint32_t half(uint64_t value, uint32_t which)
{
	return which > 1 ? 0 : (uint32_t)(value >> 32 * which);
}

static void half_set(uint64_t *value, int high, uint32_t to)
{
	unsigned int shift = high ? 32 : 0;

	*value = (*value & ~(0xffffffffUL << shift)) | (uint64_t)to << shift;
}

/* A set of features that the device does not have is not taken. */
static void status_set(struct virtio *v, uint32_t value)
{
	uint64_t offered = v->ops->features | F_VERSION_1;

	if (!value) {
		reset(v);
		return;
	}
	if (v->driver_features & ~offered ||
	    !(v->driver_features & F_VERSION_1))
		value &= ~(uint32_t)STATUS_FEATURES_OK;
	v->status = (value & 0xff) | (v->status & STATUS_NEEDS_RESET);
}

/* The queue that is selected; NULL: there is none. */
static struct virtq *selected(struct virtio *v)
{
	return v->queue_sel < v->n_queues ? &v->queues[v->queue_sel] : NULL;
}

static void queue_set(struct virtio *v, unsigned int reg, uint32_t value)
{
	struct virtq *q = selected(v);

	if (!q)
		return;
	if (reg == QUEUE_READY && !(value && q->ready)) {
		q->ready = value && virtq_is_valid(q);
		q->avail_idx = q->used_idx = 0;
	}
	if (q->ready) /* its settings stay */
		return;
	if (reg == QUEUE_NUM)
		q->num = value;
	else if ((reg & ~4U) == QUEUE_DESC)
		half_set(&q->desc, reg & 4, value);
	else if ((reg & ~4U) == QUEUE_DRIVER)
		half_set(&q->avail, reg & 4, value);
	else if ((reg & ~4U) == QUEUE_DEVICE)
		half_set(&q->used, reg & 4, value);
}

static uint32_t reg_read(struct virtio *v, unsigned int reg)
{
	const struct virtq *q = selected(v);

	switch (reg) {
	case MAGIC_VALUE:
		return MAGIC;
	case VERSION:
		return LAYOUT;
	case DEVICE_ID:
		return v->ops->id;
	case VENDOR_ID:
		return VENDOR;
	case DEVICE_FEATURES:
		return half(v->ops->features | F_VERSION_1, v->features_sel);
	case QUEUE_NUM_MAX:
		return q ? VIRTQ_NUM_MAX : 0;
	case QUEUE_READY:
		return q && q->ready;
	case INTERRUPT_STATUS:
		return v->interrupts;
	case STATUS:
		return v->status;
	default:
		return 0;
	}
}

static void reg_write(struct virtio *v, unsigned int reg, uint32_t value)
{
	switch (reg) {
	case DEVICE_FEATURES_SEL:
		v->features_sel = value;
		break;
	case DRIVER_FEATURES:
		if (v->driver_features_sel <= 1)
			half_set(&v->driver_features,
				 (int)v->driver_features_sel, value);
		break;
	case DRIVER_FEATURES_SEL:
		v->driver_features_sel = value;
		break;
	case QUEUE_SEL:
		v->queue_sel = value;
		break;
	case QUEUE_NOTIFY:
		if (value < v->n_queues && virtio_is_running(v))
			v->ops->notified(v, value);
		break;
	case INTERRUPT_ACK:
		v->interrupts &= ~value;
		if (!v->interrupts)
			vmm_irq(v->m, v->line, 0);
		break;
	case STATUS:
		status_set(v, value);
		break;
	default:
		queue_set(v, reg, value);
	}
}

static uint64_t config_read(const struct virtio *v, uint64_t at,
			    unsigned int len)
{
	uint64_t value = 0;

	if (at <= v->config_len && len <= v->config_len - at)
		memcpy(&value, (const char *)v->config + at, len);
	return value;
}

int virtio_access(void *ctx, struct vmm_access *a)
{
	struct virtio *v = ctx;
	uint64_t reg = a->addr - v->base;

	pthread_mutex_lock(v->lock);
	if (reg >= CONFIG) {
		if (!a->write)
			a->value = config_read(v, reg - CONFIG, a->len);
	} else if (a->len != 4 || reg % 4) {
		a->value = 0; /* no such access (4.2.2.2) */
	} else if (a->write) {
		reg_write(v, (unsigned int)reg, (uint32_t)a->value);
	} else {
		a->value = reg_read(v, (unsigned int)reg);
	}
	pthread_mutex_unlock(v->lock);
	return 0;
}
