/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What is the same for every allocator: locking, statistics, and whatever can
 * be built of alloc, free and resize. Copying and clearing are done outside of
 * the lock, for the blocks belong to the caller then.
 */
#include <errno.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/trace.h>
#include "alloc_internal.h"

#define CALLER __builtin_return_address(0)

static void count_alloc(struct uk_alloc_stats *s, __sz size, __sz usable)
{
	s->last_alloc_size = size;
	s->max_alloc_size = MAX(s->max_alloc_size, size);
	s->cur_mem_use += usable;
	s->max_mem_use = MAX(s->max_mem_use, s->cur_mem_use);
	s->tot_nb_allocs++;
	s->cur_nb_allocs++;
	s->max_nb_allocs = MAX(s->max_nb_allocs, s->cur_nb_allocs);
}

UK_TRACEPOINT_FIELDS(trace_heap_alloc, "%lu bytes at %p for %p", __sz, bytes,
		     const void *, block, const void *, caller);
UK_TRACEPOINT_FIELDS(trace_heap_free, "%p by %p", const void *, block,
		     const void *, caller);
UK_TRACEPOINT_FIELDS(trace_heap_resize, "%p to %lu bytes", const void *, block,
		     __sz, bytes);

/* Of an origin, for a tracepoint that is on. */
static const void *caller_of(void *origin)
{
	const __u32 *pcs;

	return ukalloc_origin_frames((__u32)(__uptr)origin, &pcs)
		       ? (const void *)(__uptr)pcs[0]
		       : origin;
}

void *uk_alloc_from(struct uk_alloc *a, __sz align, __sz size, void *caller)
{
	unsigned long flags;
	void *ptr;

	if (!a)
		return __NULL;
	caller = ukalloc_origin(caller);
	flags = ukalloc_lock();
	ptr = a->ops->alloc(a, align, MAX(size, 1UL), caller);
	if (ptr)
		count_alloc(&a->stats, size, a->ops->usable(a, ptr));
	else
		a->stats.nb_enomem++;
	trace_heap_alloc(size, ptr, caller_of(caller));
	ukalloc_unlock(flags);
	return ptr;
}

void uk_free_from(struct uk_alloc *a, void *ptr, void *caller)
{
	unsigned long flags;

	if (!ptr)
		return;
	caller = ukalloc_origin(caller);
	flags = ukalloc_lock();
	a->stats.cur_mem_use -= a->ops->free(a, ptr, caller);
	a->stats.tot_nb_frees++;
	a->stats.cur_nb_allocs--;
	trace_heap_free(ptr, caller_of(caller));
	ukalloc_unlock(flags);
}

/* Returns 1 if the block now has the size. *usable: what it had. */
static int resize(struct uk_alloc *a, void *ptr, __sz size, void *caller,
		  __sz *usable)
{
	struct uk_alloc_stats *s = &a->stats;
	unsigned long flags = ukalloc_lock();
	int done;

	*usable = a->ops->usable(a, ptr);
	done = a->ops->resize(a, ptr, size, caller);
	if (done) {
		s->cur_mem_use += a->ops->usable(a, ptr) - *usable;
		s->max_mem_use = MAX(s->max_mem_use, s->cur_mem_use);
		trace_heap_resize(ptr, size);
	}
	ukalloc_unlock(flags);
	return done;
}

void *uk_realloc_from(struct uk_alloc *a, void *ptr, __sz size, void *caller)
{
	__sz usable;
	void *moved;

	caller = ukalloc_origin(caller);
	if (!ptr)
		return uk_alloc_from(a, UK_ALLOC_ALIGN, size, caller);
	if (!size) {
		uk_free_from(a, ptr, caller);
		return __NULL;
	}
	if (resize(a, ptr, size, caller, &usable))
		return ptr;
	moved = uk_alloc_from(a, UK_ALLOC_ALIGN, size, caller);
	if (moved) {
		memcpy(moved, ptr, MIN(usable, size));
		uk_free_from(a, ptr, caller);
	}
	return moved;
}

void *uk_malloc(struct uk_alloc *a, __sz size)
{
	return uk_alloc_from(a, UK_ALLOC_ALIGN, size, CALLER);
}

void *uk_calloc(struct uk_alloc *a, __sz nmemb, __sz size)
{
	__sz bytes;
	void *ptr;

	if (__builtin_mul_overflow(nmemb, size, &bytes))
		return __NULL;
	ptr = uk_alloc_from(a, UK_ALLOC_ALIGN, bytes, CALLER);
	return ptr ? memset(ptr, 0, bytes) : __NULL;
}

void *uk_realloc(struct uk_alloc *a, void *ptr, __sz size)
{
	return uk_realloc_from(a, ptr, size, CALLER);
}

void *uk_memalign(struct uk_alloc *a, __sz align, __sz size)
{
	if (!align || (align & (align - 1)))
		return __NULL;
	return uk_alloc_from(a, MAX(align, (__sz)UK_ALLOC_ALIGN), size, CALLER);
}

int uk_posix_memalign(struct uk_alloc *a, void **memptr, __sz align, __sz size)
{
	void *ptr;

	if (align < sizeof(void *) || (align & (align - 1)))
		return -EINVAL;
	ptr = uk_alloc_from(a, MAX(align, (__sz)UK_ALLOC_ALIGN), size, CALLER);
	if (!ptr)
		return -ENOMEM;
	*memptr = ptr;
	return 0;
}

void uk_free(struct uk_alloc *a, void *ptr)
{
	uk_free_from(a, ptr, CALLER);
}

__sz uk_alloc_usable(struct uk_alloc *a, void *ptr)
{
	unsigned long flags;
	__sz size;

	if (!ptr)
		return 0;
	flags = ukalloc_lock();
	size = a->ops->usable(a, ptr);
	ukalloc_unlock(flags);
	return size;
}
