/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ring (VIRTIO 1.1, 2.6). Of a chain that is lent the notes know the
 * length and the room; descriptors are only ever written here, so that a
 * device that changes them harms no one but itself. A head whose count is 0
 * is not lent: giving it back twice, or one that never was lent, is an error.
 *
 * Not used: indirect descriptors, event indexes, packed rings.
 */
#include <string.h>
#include <uk/trace.h>
#include <virtio_arch.h>
#include <uk/virtq.h>

#define DESC_NEXT 1
#define DESC_WRITE 2
#define AVAIL_NO_INTERRUPT 1
#define USED_NO_NOTIFY 1

void uk_virtq_init(struct uk_virtq *vq, void *mem, struct uk_virtq_note *notes,
		   unsigned int num)
{
	char *at = mem;

	memset(mem, 0, UK_VIRTQ_BYTES(num));
	memset(notes, 0, num * sizeof(*notes));
	memset(vq, 0, sizeof(*vq));
	vq->desc = mem;
	vq->avail = (void *)(at + num * sizeof(struct uk_virtq_desc));
	vq->used = (void *)(at + _UK_VIRTQ_USED(num));
	vq->notes = notes;
	vq->num = (__u16)num;
	vq->free_count = (__u16)num;
	for (unsigned int i = 0; i < num; i++)
		notes[i].next = (__u16)(i + 1);
	vq->avail->flags = AVAIL_NO_INTERRUPT;
}

static int broken(struct uk_virtq *vq, const char *why)
{
	vq->error = why;
	return -EIO;
}

int uk_virtq_add(struct uk_virtq *vq, const struct uk_virtq_buf *bufs,
		 unsigned int count)
{
	unsigned int head = vq->free, at = head;
	__u32 room = 0;

	if (vq->error)
		return -EIO;
	if (count == 0 || count > vq->free_count)
		return -ENOSPC;

	for (unsigned int i = 0; i < count; i++) {
		volatile struct uk_virtq_desc *desc = &vq->desc[at];

		desc->addr = bufs[i].addr;
		desc->len = bufs[i].len;
		desc->flags = (bufs[i].writes ? DESC_WRITE : 0) |
			      (i + 1 < count ? DESC_NEXT : 0);
		desc->next = vq->notes[at].next;
		room += bufs[i].writes ? bufs[i].len : 0;
		at = vq->notes[at].next;
	}
	vq->free = (__u16)at;
	vq->free_count -= count;
	vq->notes[head].room = room;
	vq->notes[head].count = (__u16)count;
	vq->avail->ring[vq->avail_idx++ & (vq->num - 1)] = (__u16)head;
	vq->lent++;
	return (int)head;
}

UK_TRACEPOINT_FIELDS(trace_virtio_publish, "queue %p up to %u", const void *,
		     queue, __u16, index);
UK_TRACEPOINT_FIELDS(trace_virtio_get, "queue %p: buffer %u, %u bytes",
		     const void *, queue, __u32, buffer, __u32, bytes);

/*
 * The index goes after what it covers; the flag is read after the index,
 * since the device looks at the index once more after it cleared the flag.
 */
int uk_virtq_publish(struct uk_virtq *vq)
{
	trace_virtio_publish(vq, vq->avail_idx);
	virtio_write_barrier();
	vq->avail->idx = vq->avail_idx;
	virtio_barrier();
	return !(vq->used->flags & USED_NO_NOTIFY);
}

/* The chain goes to the front of the free list. */
static void chain_free(struct uk_virtq *vq, unsigned int head)
{
	unsigned int count = vq->notes[head].count, last = head;

	for (unsigned int i = 1; i < count; i++)
		last = vq->notes[last].next;
	vq->notes[head].count = 0;
	vq->notes[last].next = vq->free;
	vq->free = (__u16)head;
	vq->free_count += count;
	vq->lent--;
}

int uk_virtq_get(struct uk_virtq *vq, __u32 *written)
{
	volatile struct uk_virtq_used_elem *elem;
	__u16 waiting = (__u16)(vq->used->idx - vq->used_idx);
	__u32 id, len;

	if (vq->error)
		return -EIO;
	if (!waiting)
		return -EAGAIN;
	if (waiting > vq->lent)
		return broken(
			vq, "its used index is ahead of the available buffers");
	virtio_read_barrier();

	elem = &vq->used->ring[vq->used_idx & (vq->num - 1)];
	id = elem->id;
	len = elem->len;
	if (id >= vq->num || !vq->notes[id].count)
		return broken(vq, "it returned a buffer that it did not own");
	if (len > vq->notes[id].room)
		return broken(vq, "it claims more bytes than the buffer holds");
	trace_virtio_get(vq, id, len);
	vq->used_idx++;
	chain_free(vq, id);
	*written = len;
	return (int)id;
}

void uk_virtq_forget(struct uk_virtq *vq, unsigned int head)
{
	if (head < vq->num && vq->notes[head].count)
		chain_free(vq, head);
}

void uk_virtq_interrupts(struct uk_virtq *vq, int on)
{
	vq->avail->flags = on ? 0 : AVAIL_NO_INTERRUPT;
	virtio_barrier();
}
