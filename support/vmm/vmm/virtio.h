/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A virtio device over mmio, register layout 2 (VIRTIO 1.1, 4.2.2). What kind
 * of device it is, its functions know. All calls are made with the lock of the
 * machine's devices held.
 */
#ifndef __VIRTIO_H__
#define __VIRTIO_H__

#include <pthread.h>
#include "virtq.h"

#define VIRTIO_SIZE 0x200 /* bytes of the bus that a device takes */
#define VIRTIO_QUEUES_MAX 10

struct virtio;

struct virtio_ops {
	uint32_t id;	   /* VIRTIO 1.1, 5 */
	uint64_t features; /* beside VERSION_1 */
	/* The driver has put buffers in a queue. */
	void (*notified)(struct virtio *v, unsigned int queue);
	/* The driver has reset it. */
	void (*reset)(struct virtio *v);
};

struct virtio {
	const struct virtio_ops *ops;
	struct vmm_machine *m;
	pthread_mutex_t *lock;
	uint64_t base;
	unsigned int line; /* its interrupt */
	const void *config;
	size_t config_len;
	unsigned int n_queues;
	/* The driver's settings */
	uint32_t status, features_sel, driver_features_sel, queue_sel;
	uint64_t driver_features;
	uint32_t interrupts;
	struct virtq queues[VIRTIO_QUEUES_MAX];
};

/** An access to its registers: a vmm_access_fn, which takes the lock. */
int virtio_access(void *ctx, struct vmm_access *a);

/** 1: the driver runs. */
int virtio_is_running(const struct virtio *v);

/** As virtq_next() and virtq_put() of a queue; an error ends the device until
 * its reset. put raises the interrupt. @return 1: a buffer; 0: none */
int virtio_next(struct virtio *v, unsigned int queue, int writes,
		struct virtq_chain *c);
void virtio_put(struct virtio *v, unsigned int queue,
		const struct virtq_chain *c, size_t written);

#endif /* __VIRTIO_H__ */
