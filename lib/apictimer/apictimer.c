/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The timer of the local APIC (Intel SDM volume 3, 10.5.4), one-shot. No
 * register holds its rate. It counts from the start of the boot on; the count,
 * divided by the time between two reads of the clock around it, is never more
 * than the rate. So `rate` is always a lower bound that grows with longer
 * windows, and an inexact interrupt is early: the count then starts again for
 * the remaining time, and uktime is called for the last interrupt only.
 * TSC-deadline mode is not used: TCG does not have it, and the clock's rate
 * would have to be known for good.
 */
#include <uk/apic.h>
#include <uk/intctlr.h>
#include <uk/time.h>
#include <uk/time_dev.h>
#include "apictimer_internal.h"

#define DIVIDE_BY_1 0xb
#define COUNT_MAX 0xffffffffU

/* A rest that is waited for: another interrupt takes as long. */
#define REST_NS 3000

/* The count that runs, or ran. */
static struct {
	__u32 count;
	__nsec start; /* not after the count began */
} run;

static __u64 rate;    /* counts a nanosecond, 32.32 */
static __nsec window; /* that it was measured over */

static __nsec armed_for; /* a time of the clock */
static __u64 early;	 /* interrupts before it */

/* The count goes on where a debugger has stopped the clock. */
static __nsec counted(void)
{
	return uk_time_monotonic() + ukplat_clock_stopped();
}

static void count_from(__u32 count)
{
	run.count = count;
	run.start = counted();
	uk_apic_write(UK_APIC_TIMER_INITIAL, count);
}

static void measure(void)
{
	__nsec elapsed = counted() - run.start;
	__u64 found;
	__u32 left;

	if (elapsed <= window)
		return; /* no better than what is known */
	left = uk_apic_read(UK_APIC_TIMER_CURRENT);
	elapsed = counted() - run.start;
	found = ((__u64)(run.count - left) << 32) / elapsed;
	if (left || found > rate) /* else it stopped long ago */
		window = elapsed;
	if (found > rate)
		rate = found;
}

static void apictimer_arm(__nsec deadline)
{
	__nsec now;
	unsigned __int128 count = 0;

	armed_for = deadline;
	measure();
	now = uk_time_monotonic();
	if (deadline > now)
		count = (unsigned __int128)(deadline - now) * rate >> 32;
	count_from(count < COUNT_MAX ? (__u32)count + 1 : COUNT_MAX);
}

static int expired(void *arg __unused)
{
	__nsec now;

	while ((now = uk_time_monotonic()) < armed_for) {
		if (armed_for - now <= REST_NS)
			continue;
		early++;
		apictimer_arm(armed_for);
		return UK_INTCTLR_IRQ_HANDLED;
	}
	uk_time_expired();
	return UK_INTCTLR_IRQ_HANDLED;
}

__u64 apictimer_early(void)
{
	return early;
}

static int apictimer_probe(void)
{
	int rc = uk_intctlr_irq_register(UK_APIC_IRQ_TIMER, expired, __NULL);

	if (rc)
		return rc;
	uk_apic_write(UK_APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	count_from(COUNT_MAX);
	return 0;
}

UK_TIME_DEV_REGISTER(apictimer, apictimer_probe, apictimer_arm, 5);
