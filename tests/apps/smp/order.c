/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Two locks in two orders, on two CPUs, one after the other: no CPU ever waits,
 * and it is an error all the same.
 */
#include <uk/plat/lcpu.h>
#include <uk/spinlock.h>
#include "scenes.h"

static struct uk_spinlock first = UK_SPINLOCK_INITIALIZER();
static struct uk_spinlock second = UK_SPINLOCK_INITIALIZER();

static void take_both(unsigned int cpu)
{
	if (cpu)
		return;
	uk_spin_lock(&first);
	uk_spin_lock(&second);
	uk_spin_unlock(&second);
	uk_spin_unlock(&first);
}

static void take_both_reversed(unsigned int cpu)
{
	if (cpu != ukplat_lcpu_count() - 1)
		return;
	uk_spin_lock(&second);
	uk_spin_lock(&first);
	uk_spin_unlock(&first);
	uk_spin_unlock(&second);
}

int scene_order(void)
{
	everywhere(take_both);
	everywhere(take_both_reversed);
	return 0;
}
