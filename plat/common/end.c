/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The last event of a guest.
 */
#include <uk/arch/lcpu.h>
#include <uk/event.h>
#include <uk/plat/common.h>
#include <uk/plat/lcpu.h>

UK_EVENT(UKPLAT_EVENT_END);

void plat_end(void)
{
	static int begun;

	ukarch_irq_disable();
	if (begun) /* a handler has crashed */
		return;
	begun = 1;
	uk_raise_event(UKPLAT_EVENT_END, __NULL);
}
