/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Buddies: a block of 2^n pages is aligned to its size, and its buddy is the
 * other half of the block of 2^(n+1) pages. Two buddies that are free are one
 * free block. Free blocks are linked through their first bytes; the state of
 * a block stands in a byte beside the pool, so that freeing the wrong thing
 * is noticed. Every operation takes at most UK_FALLOC_ORDERS steps, but for
 * frames_init() and frames_split().
 */
#include <errno.h>
#include <string.h>
#include "frames.h"

/* State of a block's first page: use << 4 | order; of the others: INSIDE. */
#define USE_FREE 0
#define INSIDE 0xff

#define STATE(use, order) ((__u8)((use) << 4 | (order)))

static __sz index_of(const struct frames *f, __paddr_t paddr)
{
	return (paddr - f->base) >> __PAGE_SHIFT;
}

static int inside(const struct frames *f, __paddr_t paddr, unsigned int order)
{
	__sz len = f->pages << __PAGE_SHIFT, at = paddr - f->base;

	return paddr >= f->base && at < len &&
	       len - at >= UK_FALLOC_SIZE(order);
}

static void put(struct frames *f, __paddr_t paddr, unsigned int order)
{
	f->state[index_of(f, paddr)] = STATE(USE_FREE, order);
	uk_list_add((struct uk_list_head *)paddr, &f->lists[order]);
}

static void take(struct frames *f, __paddr_t paddr)
{
	f->state[index_of(f, paddr)] = INSIDE;
	uk_list_del((struct uk_list_head *)paddr);
}

void frames_init(struct frames *f, __paddr_t start, __sz len)
{
	__paddr_t end = ALIGN_DOWN(start + len, __PAGE_SIZE), p;

	start = ALIGN_UP(start, __PAGE_SIZE);
	/* The states stand in front of the pages. */
	f->state = (__u8 *)start;
	f->pages = (end - start) >> __PAGE_SHIFT;
	f->base = ALIGN_UP(start + f->pages, __PAGE_SIZE);
	f->pages = (end - f->base) >> __PAGE_SHIFT;
	f->free = f->pages;
	memset(f->state, INSIDE, f->pages);
	for (unsigned int o = 0; o < UK_FALLOC_ORDERS; o++)
		UK_INIT_LIST_HEAD(&f->lists[o]);

	for (p = f->base; p < end;) {
		unsigned int o = UK_FALLOC_ORDERS - 1;

		while ((p & (UK_FALLOC_SIZE(o) - 1)) ||
		       p + UK_FALLOC_SIZE(o) > end)
			o--;
		put(f, p, o);
		p += UK_FALLOC_SIZE(o);
	}
}

__paddr_t frames_alloc(struct frames *f, unsigned int order, enum frame_use use)
{
	unsigned int o = order;
	__paddr_t paddr;

	while (o < UK_FALLOC_ORDERS && uk_list_empty(&f->lists[o]))
		o++;
	if (o >= UK_FALLOC_ORDERS)
		return __PADDR_INV;
	paddr = (__paddr_t)f->lists[o].next;
	take(f, paddr);
	while (o > order) {
		o--;
		put(f, paddr + UK_FALLOC_SIZE(o), o);
	}
	f->state[index_of(f, paddr)] = STATE(use, order);
	f->free -= 1UL << order;
	return paddr;
}

int frames_is(const struct frames *f, __paddr_t paddr, unsigned int order,
	      enum frame_use use)
{
	return order < UK_FALLOC_ORDERS &&
	       !(paddr & (UK_FALLOC_SIZE(order) - 1)) &&
	       inside(f, paddr, order) &&
	       f->state[index_of(f, paddr)] == STATE(use, order);
}

int frames_free(struct frames *f, __paddr_t paddr, unsigned int order,
		enum frame_use use)
{
	if (!frames_is(f, paddr, order, use))
		return -EINVAL;

	f->free += 1UL << order;
	f->state[index_of(f, paddr)] = INSIDE;
	while (order < UK_FALLOC_ORDERS - 1) {
		__paddr_t buddy = paddr ^ UK_FALLOC_SIZE(order);

		if (!inside(f, buddy, order) ||
		    f->state[index_of(f, buddy)] != STATE(USE_FREE, order))
			break;
		take(f, buddy);
		paddr = MIN(paddr, buddy);
		order++;
	}
	put(f, paddr, order);
	return 0;
}

void frames_split(struct frames *f, __paddr_t paddr, enum frame_use use)
{
	__u8 state;

	if (!inside(f, paddr, 0))
		return;
	state = f->state[index_of(f, paddr)];
	if (state == INSIDE || state >> 4 != use)
		return;
	memset(&f->state[index_of(f, paddr)], STATE(use, 0),
	       1UL << (state & 15));
}

__sz frames_free_next(const struct frames *f, __paddr_t paddr, __paddr_t *start)
{
	__sz i = 0;

	/* a block that holds the address begins where one of its size may */
	if (paddr > f->base)
		i = index_of(f, MAX(f->base,
				    ALIGN_DOWN(paddr,
					       UK_FALLOC_SIZE(UK_FALLOC_ORDERS -
							      1))));
	for (; i < f->pages; i++) {
		__u8 state = f->state[i];
		__paddr_t at = f->base + (i << __PAGE_SHIFT);

		if (state == INSIDE || state >> 4 != USE_FREE ||
		    (state & 15) >= UK_FALLOC_ORDERS ||
		    at + UK_FALLOC_SIZE(state & 15) <= paddr)
			continue;
		*start = at;
		return UK_FALLOC_SIZE(state & 15);
	}
	return 0;
}

__sz frames_largest(const struct frames *f)
{
	for (int o = UK_FALLOC_ORDERS - 1; o >= 0; o--)
		if (!uk_list_empty(&f->lists[o]))
			return UK_FALLOC_SIZE(o);
	return 0;
}
