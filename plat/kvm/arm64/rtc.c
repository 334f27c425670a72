/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The time of day is the PL031's (Arm DDI 0224): its first register counts
 * the seconds since 1970.
 */
#include <uk/fdt.h>
#include <uk/plat/common.h>

__u64 plat_rtc_seconds(void)
{
	__u64 base;

	if (uk_fdt_device(plat_bootinfo.dtb, "arm,pl031", 0, &base, __NULL))
		return 0;
	return *(const volatile __u32 *)base;
}
