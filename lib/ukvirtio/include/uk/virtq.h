/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A split virtqueue (VIRTIO 1.1, 2.6): buffers are lent to a device, which
 * gives them back in its own time. The ring knows neither how the device is
 * reached nor what is in the buffers.
 *
 *	head = uk_virtq_add(vq, &buf, 1);	lend, not yet visible
 *	if (uk_virtq_publish(vq))		make visible what was lent
 *		notify the device
 *	head = uk_virtq_get(vq, &len);		what came back
 *
 * What the device writes is never trusted: of the shared memory only the used
 * ring is read, each word once, and checked against notes that the device
 * does not see. A ring whose device breaks the rules is broken for good
 * (`error` says why) and every call on it fails.
 *
 * Contexts of all functions: any, but one at a time for one ring: a call that
 * interrupts another one for the same ring finds it half-changed. Nothing
 * waits, allocates or logs.
 */
#ifndef __UK_VIRTQ_H__
#define __UK_VIRTQ_H__

#include <errno.h>
#include <uk/essentials.h>

/* The shared memory; little-endian as all machines here. */
struct uk_virtq_desc {
	__u64 addr; /* physical */
	__u32 len;
	__u16 flags;
	__u16 next;
};

struct uk_virtq_avail {
	__u16 flags;
	__u16 idx;
	__u16 ring[];
};

struct uk_virtq_used_elem {
	__u32 id;
	__u32 len;
};

struct uk_virtq_used {
	__u16 flags;
	__u16 idx;
	struct uk_virtq_used_elem ring[];
};

/* Where the used ring begins in the legacy layout (VIRTIO 1.1, 2.6.2). */
#define UK_VIRTQ_ALIGN 64

#define _UK_VIRTQ_USED(num) \
	ALIGN_UP(16UL * (num) + 6 + 2UL * (num), (unsigned long)UK_VIRTQ_ALIGN)

/** Bytes of shared memory of a ring with num descriptors. It must begin on a
 * page for the sake of legacy devices; up to 128 descriptors fit in one.
 */
#define UK_VIRTQ_BYTES(num) (_UK_VIRTQ_USED(num) + 6 + 8UL * (num))

/* The driver's note on a descriptor. */
struct uk_virtq_note {
	__u32 room;  /* of a lent head: bytes that the device may write */
	__u16 next;  /* in the chain, or in the list of free ones */
	__u16 count; /* of a lent head: descriptors of the chain; else 0 */
};

struct uk_virtq {
	/* volatile: every access is one access */
	volatile struct uk_virtq_desc *desc;
	volatile struct uk_virtq_avail *avail;
	volatile struct uk_virtq_used *used;
	struct uk_virtq_note *notes;
	__u16 num;  /* descriptors, a power of two */
	__u16 free; /* first free one, if free_count */
	__u16 free_count;
	__u16 avail_idx;   /* of the next chain that is lent */
	__u16 used_idx;	   /* of the next one that comes back */
	__u16 lent;	   /* chains that the device has or will be shown */
	const char *error; /* NULL while the device keeps the rules */
};

/* One piece of memory that is lent. */
struct uk_virtq_buf {
	__paddr_t addr;
	__u32 len;    /* bytes */
	__u32 writes; /* 1 if the device writes it, 0 if it reads it */
};

/**
 * Makes an empty ring.
 *
 * @param mem UK_VIRTQ_BYTES(num) bytes, the device's as long as it uses the
 *   ring; cleared here
 * @param notes num notes, the driver's alone
 * @param num a power of two, 1 to 32768
 */
void uk_virtq_init(struct uk_virtq *vq, void *mem, struct uk_virtq_note *notes,
		   unsigned int num);

/**
 * Lends a chain of buffers, those that the device reads before those that it
 * writes. It becomes visible with uk_virtq_publish().
 *
 * @param count 1 or more
 * @return the chain's head, by which it comes back, below num; -ENOSPC if
 *   there are too few free descriptors; -EIO if the ring is broken.
 */
int uk_virtq_add(struct uk_virtq *vq, const struct uk_virtq_buf *bufs,
		 unsigned int count);

/**
 * Shows the device all chains that were lent.
 *
 * @return 1 if the device wants to be notified, else 0.
 */
int uk_virtq_publish(struct uk_virtq *vq);

/**
 * Takes a chain back that the device is done with.
 *
 * @param written receives how many bytes the device wrote, at most the sum of
 *   what it was allowed to
 * @return the chain's head; -EAGAIN if there is none; -EIO if the ring is
 *   broken, which this call may be the first to notice.
 */
int uk_virtq_get(struct uk_virtq *vq, __u32 *written);

/** Whether uk_virtq_get() would return something other than -EAGAIN. */
static inline int uk_virtq_waits(const struct uk_virtq *vq)
{
	return vq->error || vq->used->idx != vq->used_idx;
}

/**
 * Takes a chain back that the device lost, and will not give back.
 *
 * @param head a chain that is lent; others are ignored
 */
void uk_virtq_forget(struct uk_virtq *vq, unsigned int head);

/** Asks the device to interrupt when it gives something back, or not to. It
 * may do so all the same. Initially it is not asked to.
 */
void uk_virtq_interrupts(struct uk_virtq *vq, int on);

#endif /* __UK_VIRTQ_H__ */
