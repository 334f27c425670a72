/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Says what the machine's interrupts and clocks are like; tests/
 * test_interrupts.py compares. Each line is a name and a number or a word.
 */
#include <stdio.h>
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/time.h>
#include "bench.h"

#define MS 1000000UL

/* Ticks of the counter a second, by the clock. */
static unsigned long hz(__nsec ns)
{
	__nsec start = uk_time_monotonic();
	__u64 ticks = ukarch_ticks();

	uk_time_sleep(ns);
	ticks = ukarch_ticks() - ticks;
	return (unsigned long)((unsigned __int128)ticks * 1000 * MS /
			       (uk_time_monotonic() - start));
}

static void report(const char *name, unsigned long value)
{
	printf("bench %s %lu\n", name, value);
}

int main(void)
{
	struct uk_timer_stats before, after;

	printf("controller %s\n", uk_intctlr_name());
	printf("lines %u\n", uk_intctlr_irq_count());
	printf("wall %lu\n", uk_time_wall() / 1000 / MS);
	printf("rough_hz %lu\n", hz(15 * MS));
	printf("hz %lu\n", hz(500 * MS));
	uk_timer_stats_get(&before);
	for (int i = 0; i < 10; i++)
		uk_time_sleep(20 * MS);
	uk_timer_stats_get(&after);
	printf("interrupts %lu\n", after.interrupts - before.interrupts);
	printf("spurious %lu\n", uk_intctlr_spurious_count());
	bench(report);
	return 0;
}
