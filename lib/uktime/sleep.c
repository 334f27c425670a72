/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Sleeping where there is no scheduler: the CPU halts until an interrupt, and
 * again, until the timer ran.
 */
#include <uk/arch/lcpu.h>
#include <uk/time.h>

static void wake(struct uk_timer *timer __unused, void *arg __unused)
{
}

void uk_time_sleep_until(__nsec deadline)
{
	struct uk_timer timer = UK_TIMER_INIT(wake, __NULL);
	unsigned long flags = ukarch_irq_save();

	uk_timer_start(&timer, deadline);
	while (uk_timer_pending(&timer))
		ukarch_halt_irq();
	ukarch_irq_restore(flags);
}
