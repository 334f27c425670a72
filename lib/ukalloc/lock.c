/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See alloc_internal.h. An allocator's operations are bounded, so that turning
 * interrupts off costs less than a mutex and lets interrupt handlers allocate.
 */
#include <uk/spinlock.h>
#include "alloc_internal.h"

/* All allocators, their statistics, and the list of them. */
static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();

unsigned long ukalloc_lock(void)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&lock, flags);
	return flags;
}

void ukalloc_unlock(unsigned long flags)
{
	uk_spin_unlock_irqrestore(&lock, flags);
}

int ukalloc_locked_elsewhere(void)
{
#ifdef CONFIG_HAVE_SMP
	__u32 owner = __atomic_load_n(&lock.owner, __ATOMIC_RELAXED);

	return owner && owner != uk_percpu_id() + 1;
#else
	return 0;
#endif
}
