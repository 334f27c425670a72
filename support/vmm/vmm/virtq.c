/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* See virtq.h. */
#include <errno.h>
#include <string.h>
#include "virtq.h"

#define DESC_NEXT 1
#define DESC_WRITE 2
#define AVAIL_NO_INTERRUPT 1

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

/* The drivers' and the devices' ring begin alike. */
struct ring {
	uint16_t flags, idx;
};

struct used_elem {
	uint32_t id, len;
};

int virtq_is_valid(const struct virtq *q)
{
	return q->num && q->num <= VIRTQ_NUM_MAX && !(q->num & (q->num - 1)) &&
	       !(q->desc % 16) && !(q->avail % 2) && !(q->used % 4);
}

static struct ring *ring_at(const struct vmm_machine *m, uint64_t at)
{
	return vmm_memory_at(m, at, sizeof(struct ring));
}

static int piece(const struct vmm_machine *m, const struct desc *d, int writes,
		 struct virtq_chain *c)
{
	void *at = d->len ? vmm_memory_at(m, d->addr, d->len) : NULL;

	if ((d->len && !at) || !(d->flags & DESC_WRITE) != !writes ||
	    c->n == VIRTQ_PIECES)
		return -EIO;
	if (d->len)
		c->iov[c->n++] = (struct iovec){ at, d->len };
	c->len += d->len;
	return 0;
}

/* A chain has no more descriptors than the queue, so that a loop ends. */
static int walk(const struct vmm_machine *m, const struct virtq *q, int writes,
		struct virtq_chain *c)
{
	struct desc d = { .next = c->head, .flags = DESC_NEXT };

	for (uint32_t i = 0; d.flags & DESC_NEXT; i++) {
		const void *at =
			i < q->num && d.next < q->num
				? vmm_memory_at(m, q->desc + d.next * sizeof(d),
						sizeof(d))
				: NULL;

		if (!at)
			return -EIO;
		memcpy(&d, at, sizeof(d));
		if (piece(m, &d, writes, c))
			return -EIO;
	}
	return 1;
}

int virtq_next(const struct vmm_machine *m, const struct virtq *q, int writes,
	       struct virtq_chain *c)
{
	const struct ring *avail;
	const uint16_t *head;
	uint16_t waiting;

	c->n = 0;
	c->len = 0;
	if (!q->ready)
		return 0;
	avail = ring_at(m, q->avail);
	head = vmm_memory_at(m,
			     q->avail + sizeof(*avail) +
				     q->avail_idx % q->num * sizeof(*head),
			     sizeof(*head));
	if (!avail || !head)
		return -EIO;
	waiting = (uint16_t)(__atomic_load_n(&avail->idx, __ATOMIC_ACQUIRE) -
			     q->avail_idx);
	if (!waiting)
		return 0;
	if (waiting > q->num)
		return -EIO;
	c->head = __atomic_load_n(head, __ATOMIC_RELAXED);
	return walk(m, q, writes, c);
}

int virtq_put(const struct vmm_machine *m, struct virtq *q,
	      const struct virtq_chain *c, size_t written)
{
	struct used_elem elem = { c->head, (uint32_t)written };
	struct ring *used = ring_at(m, q->used);
	const struct ring *avail = ring_at(m, q->avail);
	void *at = vmm_memory_at(m,
				 q->used + sizeof(*used) +
					 q->used_idx % q->num * sizeof(elem),
				 sizeof(elem));

	if (!used || !avail || !at)
		return -EIO;
	memcpy(at, &elem, sizeof(elem));
	q->avail_idx++;
	__atomic_store_n(&used->idx, ++q->used_idx, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&avail->flags, __ATOMIC_RELAXED) &
		 AVAIL_NO_INTERRUPT);
}
