/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Memory for malloc: the largest free region, taken when it is first asked
 * for. It grows and shrinks at one end; how it is divided is newlib's affair.
 */
#include <errno.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <uk/plat/bootinfo.h>
#include "syscalls.h"

static struct {
	char *start, *brk, *end;
} heap;

static void take_region(void)
{
	const struct ukplat_memregion *region = ukplat_memregion_take();

	if (!region)
		return;
	heap.start = heap.brk = (char *)region->pbase;
	heap.end = heap.start + region->len;
}

void *_sbrk(ptrdiff_t incr)
{
	char *old;

	if (!heap.start)
		take_region();
	if (incr > heap.end - heap.brk || incr < heap.start - heap.brk) {
		errno = ENOMEM;
		return (void *)-1;
	}
	old = heap.brk;
	heap.brk += incr;
	return old;
}

/* newlib 3.3.0's own does not notice when the product overflows. */
void *_calloc_r(struct _reent *reent, size_t count, size_t size)
{
	size_t bytes;
	void *mem;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		reent->_errno = ENOMEM;
		return NULL;
	}
	mem = _malloc_r(reent, bytes);
	return mem ? memset(mem, 0, bytes) : NULL;
}

NEWLIB_POSIX_NAME(sbrk);
