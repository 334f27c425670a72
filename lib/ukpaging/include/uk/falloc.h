/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Physical memory by pages: a binary buddy allocator (Knowlton 1965) over a
 * pool that is set aside at boot. What it gives is mapped one to one, read and
 * write.
 *
 * Contexts: init, thread, irq-off; interrupts are off meanwhile, for a number
 * of steps that is bounded by UK_FALLOC_ORDERS. Not in trap context.
 */
#ifndef __UK_FALLOC_H__
#define __UK_FALLOC_H__

#include <uk/essentials.h>

/* Blocks are 1 << order pages, order 0 (4 KiB) to 9 (2 MiB). */
#define UK_FALLOC_ORDERS 10
#define UK_FALLOC_SIZE(order) (__PAGE_SIZE << (order))

struct uk_falloc_stats {
	__sz total;   /* bytes of the pool that can be given */
	__sz free;    /* bytes of them that are free */
	__sz largest; /* bytes of the largest free block */
};

/**
 * Allocates a block of pages, aligned to its size. Not cleared.
 *
 * @return its physical (and virtual) address; __PADDR_INV if there is none,
 *   or order is out of range.
 */
__paddr_t uk_falloc(unsigned int order);

/** Frees a block that uk_falloc() gave; crashes for anything else. */
void uk_ffree(__paddr_t paddr, unsigned int order);

/**
 * Finds the first free block that ends after an address, for code that leaves
 * free memory out.
 *
 * @param start receives where it begins
 * @return its bytes; 0 if there is none. Contexts: any; while blocks are
 *   allocated or freed a block may be missed.
 */
#ifdef CONFIG_LIBUKPAGING
__sz uk_falloc_free_next(__paddr_t paddr, __paddr_t *start);
#else
static inline __sz uk_falloc_free_next(__paddr_t paddr __unused,
				       __paddr_t *start __unused)
{
	return 0;
}
#endif

/** The numbers of this moment. */
void uk_falloc_stats_get(struct uk_falloc_stats *dst);

#endif /* __UK_FALLOC_H__ */
