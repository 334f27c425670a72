/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The device's side of a virtqueue (VIRTIO 1.1, 2.6). Ring and descriptors are
 * the guest's, which may write anything at any time: each index is bounded and
 * each address checked against guest memory when it is used, and a value that
 * decides is read once. Indirect descriptors are not offered.
 */
#ifndef __VIRTQ_H__
#define __VIRTQ_H__

#include <sys/uio.h>
#include <vmm.h>

#define VIRTQ_NUM_MAX 256 /* entries of a queue */
#define VIRTQ_PIECES 64	  /* descriptors of a chain */

struct virtq {
	/* What the driver has set; guest-physical addresses */
	uint32_t num;
	uint64_t desc, avail, used;
	int ready;
	uint16_t avail_idx, used_idx; /* the device's own */
};

/* A buffer of the driver, in this process' memory. */
struct virtq_chain {
	uint16_t head;
	int n;
	struct iovec iov[VIRTQ_PIECES];
	size_t len; /* of all pieces */
};

/** 1 if the size is a power of two up to VIRTQ_NUM_MAX, and rings are aligned.
 */
int virtq_is_valid(const struct virtq *q);

/**
 * The next buffer of the driver, which stays the next one until virtq_put().
 *
 * @param writes 1: all of it is for the device to write; 0: to read
 * @return 1; 0: there is none, or the queue is not ready; -EIO: the driver
 *   breaks the rules
 */
int virtq_next(const struct vmm_machine *m, const struct virtq *q, int writes,
	       struct virtq_chain *c);

/**
 * Gives that buffer back.
 *
 * @param written bytes, of one that the device writes
 * @return 1: the driver wants an interrupt; 0; -EIO
 */
int virtq_put(const struct vmm_machine *m, struct virtq *q,
	      const struct virtq_chain *c, size_t written);

#endif /* __VIRTQ_H__ */
