/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The list of all allocators, and questions about one. The list grows at its
 * end only and each link is written last, so that a trap handler may walk it.
 */
#include <errno.h>
#include <uk/alloc.h>
#include "alloc_internal.h"

static struct uk_alloc *first, *standard;

void uk_alloc_register(struct uk_alloc *a)
{
	unsigned long flags = ukalloc_lock();
	struct uk_alloc **link = &first;

	while (*link)
		link = &(*link)->next;
	UK_WRITE_ONCE(*link, a);
	if (!standard)
		standard = a;
	ukalloc_unlock(flags);
}

struct uk_alloc *uk_alloc_first(void)
{
	return UK_READ_ONCE(first);
}

struct uk_alloc *uk_alloc_get_default(void)
{
	return UK_READ_ONCE(standard);
}

void uk_alloc_set_default(struct uk_alloc *a)
{
	UK_WRITE_ONCE(standard, a);
}

__sz uk_alloc_availmem(struct uk_alloc *a)
{
	unsigned long flags = ukalloc_lock();
	__sz size = a->ops->avail(a);

	ukalloc_unlock(flags);
	return size;
}

__sz uk_alloc_maxalloc(struct uk_alloc *a)
{
	unsigned long flags = ukalloc_lock();
	__sz size = a->ops->largest(a);

	ukalloc_unlock(flags);
	return size;
}

void uk_alloc_stats_get(struct uk_alloc *a, struct uk_alloc_stats *dst)
{
	unsigned long flags = ukalloc_lock();

	*dst = a->stats;
	ukalloc_unlock(flags);
}

int uk_alloc_addmem(struct uk_alloc *a, void *base, __sz len)
{
	unsigned long flags;
	int rc;

	if (!a->ops->addmem)
		return -ENOTSUP;
	flags = ukalloc_lock();
	rc = a->ops->addmem(a, base, len);
	if (!rc)
		a->stats.total += len;
	ukalloc_unlock(flags);
	return rc;
}

int uk_alloc_check(struct uk_alloc *a, struct uk_alloc_damage *d)
{
	unsigned long flags;
	int damaged;

	if (!a->ops->check)
		return 0;
	flags = ukalloc_lock();
	damaged = a->ops->check(a, d);
	ukalloc_unlock(flags);
	return damaged ? -EFAULT : 0;
}
