/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The pool of pages: taken from the end of the largest free memory before the
 * heap takes the rest.
 */
#include <string.h>
#include <uk/crash.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/plat/bootinfo.h>
#include <uk/spinlock.h>
#include "paging_internal.h"

static struct frames frames;
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER(); /* frames */
static __sz pool = CONFIG_LIBUKPAGING_POOL_KB * 1024UL;

UK_PARAM(paging, pool, &pool, size, "memory reserved for the page pool");

unsigned long ukpaging_frames_lock(void)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	return flags;
}

void ukpaging_frames_unlock(unsigned long flags)
{
	uk_spin_unlock_irqrestore(&lock, flags);
}

__paddr_t ukpaging_frame_alloc(unsigned int order, enum frame_use use)
{
	__paddr_t paddr = __PADDR_INV;
	unsigned long flags;

	flags = ukpaging_frames_lock();
	if (frames.pages)
		paddr = frames_alloc(&frames, order, use);
	ukpaging_frames_unlock(flags);
	return paddr;
}

int ukpaging_frame_free(__paddr_t paddr, unsigned int order, enum frame_use use)
{
	unsigned long flags;
	int rc;

	flags = ukpaging_frames_lock();
	rc = frames_free(&frames, paddr, order, use);
	ukpaging_frames_unlock(flags);
	return rc;
}

void ukpaging_frame_split(__paddr_t paddr, enum frame_use use)
{
	unsigned long flags;

	flags = ukpaging_frames_lock();
	frames_split(&frames, paddr, use);
	ukpaging_frames_unlock(flags);
}

int ukpaging_is_table(__paddr_t paddr)
{
	return frames_is(&frames, paddr, 0, FRAME_TABLE);
}

__paddr_t ukpaging_table_alloc(void)
{
	__paddr_t paddr = ukpaging_frame_alloc(0, FRAME_TABLE);

	if (paddr != __PADDR_INV)
		memset((void *)paddr, 0, __PAGE_SIZE);
	return paddr;
}

__paddr_t uk_falloc(unsigned int order)
{
	return ukpaging_frame_alloc(order, FRAME_DIRECT);
}

void uk_ffree(__paddr_t paddr, unsigned int order)
{
	if (ukpaging_frame_free(paddr, order, FRAME_DIRECT))
		uk_crash_here(
			"pages",
			"uk_ffree() of pages that uk_falloc() did not return",
			__NULL, 0);
}

__sz uk_falloc_free_next(__paddr_t paddr, __paddr_t *start)
{
	return frames_free_next(&frames, paddr, start);
}

void uk_falloc_stats_get(struct uk_falloc_stats *dst)
{
	unsigned long flags;

	flags = ukpaging_frames_lock();
	dst->total = frames.pages * __PAGE_SIZE;
	dst->free = frames.free * __PAGE_SIZE;
	dst->largest = frames.pages ? frames_largest(&frames) : 0;
	ukpaging_frames_unlock(flags);
}

/* Without any memory to take there are no pages, and mapping says so. */
static int falloc_init(struct uk_init_ctx *ctx __unused)
{
	const struct ukplat_memregion *r;

	r = ukplat_memregion_take_end(ALIGN_UP(pool, __PAGE_SIZE));
	if (r)
		frames_init(&frames, r->pbase, r->len);
	return 0;
}

uk_plat_initcall_prio(falloc_init, 0, 1);
