/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Crashes in irq context and with interrupts off. What runs in irq context
 * leaves vector registers alone, so that this file is built without them.
 */
#include <stddef.h>
#include <uk/arch/lcpu.h>
#include <uk/time.h>
#include "crash.h"

#define MS 1000000UL

static void *volatile nowhere = NULL;

static __attribute__((noinline)) void timer_handler(struct uk_timer *timer,
						    void *arg)
{
	*(volatile int *)nowhere = 1;
}

/* The handler faults while this loop is interrupted. */
void __attribute__((noinline)) in_interrupt(void)
{
	static struct uk_timer timer = UK_TIMER_INIT(timer_handler, NULL);
	volatile unsigned long turns = 0;

	uk_timer_start(&timer, uk_time_monotonic() + 50 * MS);
	while (uk_timer_pending(&timer) || turns)
		turns++;
}

void __attribute__((noinline)) irqs_off(void)
{
	ukarch_irq_disable();
	*(volatile int *)nowhere = 1;
}
