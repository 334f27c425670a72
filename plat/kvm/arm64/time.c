/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The clock is the virtual counter of the generic timer, whose rate
 * CNTFRQ_EL0 holds (Arm ARM, DDI 0487, D11): nothing is measured.
 */
#include <uk/arch/lcpu.h>
#include <uk/plat/common.h>
#include "kvm_arm64.h"

/* cntfrq_el0 is written by firmware; QEMU's rate if it was not. */
#define HZ_DEFAULT 62500000UL

void kvm_time_init(void)
{
	__u64 hz = UKARCH_SYSREG_READ(cntfrq_el0);
	struct plat_clock_rate rate = {
		.ns_per_tick_32 =
			(UK_NSEC_PER_SEC << 32) / (hz ? hz : HZ_DEFAULT),
		.until = (__u64)-1,
	};

	plat_clock_start(ukarch_ticks(), rate);
}

void plat_clock_measure(__u64 ticks __unused, struct plat_clock_rate *rate)
{
	rate->until = (__u64)-1;
}
