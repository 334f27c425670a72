/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <uk/arch/lcpu.h>
#include <uk/assert.h>
#include <uk/plat/lcpu.h>
#include "scenes.h"

static void call(struct __regs *regs __unused, void *user)
{
	((void (*)(unsigned int))user)(ukplat_lcpu_id());
}

void everywhere(void (*fn)(unsigned int cpu))
{
	struct ukplat_lcpu_func func = { call, (void *)fn };
	unsigned long flags;
	int rc;

	rc = ukplat_lcpu_run(__NULL, __NULL, &func, 0);
	UK_ASSERT(!rc);
	flags = ukarch_irq_save();
	fn(ukplat_lcpu_id());
	ukarch_irq_restore(flags);
	rc = ukplat_lcpu_wait(__NULL, __NULL, 0);
	UK_ASSERT(!rc);
}

/* tests/test_smp.py disassembles it. */
__noinline unsigned int smp_this_cpu(void)
{
	return ukplat_lcpu_id();
}

unsigned int dice(unsigned int n)
{
	static __u32 states[CPUS];
	unsigned int cpu = smp_this_cpu();
	__u32 *state = &states[cpu];

	*state = *state * 1664525 + 1013904223 + cpu;
	return (unsigned int)((__u64)*state * n >> 32);
}
