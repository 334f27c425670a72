/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The malloc family on the default allocator of ukalloc, in place of newlib's
 * own (then heap.c, with sbrk(), is left out). Every function that newlib has
 * is defined here, or the linker would take newlib's beside ours. Locking is
 * ukalloc's; before there is a default allocator there is no memory.
 */
#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/print.h>

#define HEAP uk_alloc_get_default()
#define CALLER __builtin_return_address(0)

static void *give(struct _reent *reent, void *ptr)
{
	if (!ptr)
		reent->_errno = ENOMEM;
	return ptr;
}

static void *get(struct _reent *reent, size_t align, size_t size, void *caller)
{
	return give(reent, uk_alloc_from(HEAP, align, size, caller));
}

/* align: a power of two, or there is no memory. */
static void *get_aligned(struct _reent *reent, size_t align, size_t size,
			 void *caller)
{
	if (!align || (align & (align - 1))) {
		reent->_errno = EINVAL;
		return NULL;
	}
	return get(reent, MAX(align, (size_t)UK_ALLOC_ALIGN), size, caller);
}

static void *get_cleared(struct _reent *reent, size_t count, size_t size,
			 void *caller)
{
	size_t bytes;
	void *ptr = NULL;

	if (!__builtin_mul_overflow(count, size, &bytes))
		ptr = uk_alloc_from(HEAP, UK_ALLOC_ALIGN, bytes, caller);
	return give(reent, ptr ? memset(ptr, 0, bytes) : NULL);
}

static void *get_resized(struct _reent *reent, void *ptr, size_t size,
			 void *caller)
{
	void *moved = uk_realloc_from(HEAP, ptr, size, caller);

	return !size && ptr ? NULL : give(reent, moved);
}

void *malloc(size_t size)
{
	return get(_REENT, UK_ALLOC_ALIGN, size, CALLER);
}

void *_malloc_r(struct _reent *reent, size_t size)
{
	return get(reent, UK_ALLOC_ALIGN, size, CALLER);
}

void free(void *ptr)
{
	uk_free_from(HEAP, ptr, CALLER);
}

void _free_r(struct _reent *reent __unused, void *ptr)
{
	uk_free_from(HEAP, ptr, CALLER);
}

void cfree(void *ptr)
{
	uk_free_from(HEAP, ptr, CALLER);
}

void *calloc(size_t count, size_t size)
{
	return get_cleared(_REENT, count, size, CALLER);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t size)
{
	return get_cleared(reent, count, size, CALLER);
}

void *realloc(void *ptr, size_t size)
{
	return get_resized(_REENT, ptr, size, CALLER);
}

void *_realloc_r(struct _reent *reent, void *ptr, size_t size)
{
	return get_resized(reent, ptr, size, CALLER);
}

void *memalign(size_t align, size_t size)
{
	return get_aligned(_REENT, align, size, CALLER);
}

void *_memalign_r(struct _reent *reent, size_t align, size_t size)
{
	return get_aligned(reent, align, size, CALLER);
}

void *aligned_alloc(size_t align, size_t size)
{
	return get_aligned(_REENT, align, size, CALLER);
}

/* Its errors are results, and errno is left alone. */
int posix_memalign(void **memptr, size_t align, size_t size)
{
	void *ptr;

	if (align < sizeof(void *) || (align & (align - 1)))
		return EINVAL;
	ptr = uk_alloc_from(HEAP, MAX(align, (size_t)UK_ALLOC_ALIGN), size,
			    CALLER);
	if (!ptr)
		return ENOMEM;
	*memptr = ptr;
	return 0;
}

void *valloc(size_t size)
{
	return get(_REENT, __PAGE_SIZE, size, CALLER);
}

void *_valloc_r(struct _reent *reent, size_t size)
{
	return get(reent, __PAGE_SIZE, size, CALLER);
}

void *pvalloc(size_t size)
{
	if (size > SIZE_MAX - __PAGE_SIZE)
		return give(_REENT, NULL);
	return get(_REENT, __PAGE_SIZE, ALIGN_UP(size, __PAGE_SIZE), CALLER);
}

void *_pvalloc_r(struct _reent *reent, size_t size)
{
	if (size > SIZE_MAX - __PAGE_SIZE)
		return give(reent, NULL);
	return get(reent, __PAGE_SIZE, ALIGN_UP(size, __PAGE_SIZE), CALLER);
}

size_t malloc_usable_size(void *ptr)
{
	return uk_alloc_usable(HEAP, ptr);
}

size_t _malloc_usable_size_r(struct _reent *reent __unused, void *ptr)
{
	return uk_alloc_usable(HEAP, ptr);
}

struct mallinfo mallinfo(void)
{
	struct uk_alloc *heap = HEAP;
	struct mallinfo info = { 0 };
	struct uk_alloc_stats stats;

	if (!heap)
		return info;
	uk_alloc_stats_get(heap, &stats);
	info.arena = stats.total;
	info.uordblks = stats.cur_mem_use;
	info.fordblks = uk_alloc_availmem(heap);
	return info;
}

struct mallinfo _mallinfo_r(struct _reent *reent __unused)
{
	return mallinfo();
}

/* Goes to the log: what it would print on is not ours to choose. */
void malloc_stats(void)
{
	struct mallinfo info = mallinfo();

	uk_pr_info("heap: %lu bytes, %lu in use, %lu free\n", info.arena,
		   info.uordblks, info.fordblks);
}

void _malloc_stats_r(struct _reent *reent __unused)
{
	malloc_stats();
}

/* There is nothing to tune and nothing to give back. */
int mallopt(int what __unused, int value __unused)
{
	return 0;
}

int _mallopt_r(struct _reent *reent __unused, int what __unused,
	       int value __unused)
{
	return 0;
}

int malloc_trim(size_t pad __unused)
{
	return 0;
}

int _malloc_trim_r(struct _reent *reent __unused, size_t pad __unused)
{
	return 0;
}
