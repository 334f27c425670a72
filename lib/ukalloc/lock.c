/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See alloc_internal.h. An allocator's operations are bounded, so that turning
 * interrupts off costs less than a mutex and lets interrupt handlers allocate.
 */
#include <uk/arch/lcpu.h>
#include "alloc_internal.h"

unsigned long ukalloc_lock(void)
{
	return ukarch_irq_save();
}

void ukalloc_unlock(unsigned long flags)
{
	ukarch_irq_restore(flags);
}
