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
#include <uk/lcpu.h>
#include <uk/spinlock.h>
#include <uk/time.h>
#include <uk/time_dev.h>
#include "apictimer_internal.h"

#define DIVIDE_BY_1 0xb
#define COUNT_MAX 0xffffffffU

/* A rest that is waited for: another interrupt takes as long. */
#define REST_NS 3000

/* Of each CPU. */
static struct {
	/* The count that runs, or ran. */
	__u32 count;
	__nsec start;	  /* not after the count began */
	__nsec armed_for; /* a time of the clock */
	__u64 early;	  /* interrupts before it */
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/* Of all: one clock drives them. */
static struct uk_spinlock rate_lock = UK_SPINLOCK_INITIALIZER(); /* writers */
static __u64 rate;    /* counts a nanosecond, 32.32 */
static __nsec window; /* that it was measured over */

/* The count goes on where a debugger has stopped the clock. */
static __nsec counted(void)
{
	return uk_time_monotonic() + ukplat_clock_stopped();
}

static void count_from(__u32 count)
{
	unsigned int cpu = ukplat_lcpu_id();

	cpus[cpu].count = count;
	cpus[cpu].start = counted();
	uk_apic_write(UK_APIC_TIMER_INITIAL, count);
}

static void improve(__nsec elapsed, __u64 found, __u32 left)
{
	uk_spin_lock(&rate_lock);
	if (left || found > rate) /* else it stopped long ago */
		UK_WRITE_ONCE(window, elapsed);
	if (found > rate)
		UK_WRITE_ONCE(rate, found);
	uk_spin_unlock(&rate_lock);
}

static void measure(void)
{
	unsigned int cpu = ukplat_lcpu_id();
	__nsec elapsed = counted() - cpus[cpu].start;
	__u32 left;

	if (elapsed <= UK_READ_ONCE(window))
		return; /* no better than what is known */
	left = uk_apic_read(UK_APIC_TIMER_CURRENT);
	elapsed = counted() - cpus[cpu].start;
	improve(elapsed, ((__u64)(cpus[cpu].count - left) << 32) / elapsed,
		left);
}

static void apictimer_arm(__nsec deadline)
{
	__nsec now;
	unsigned __int128 count = 0;

	cpus[ukplat_lcpu_id()].armed_for = deadline;
	measure();
	now = uk_time_monotonic();
	if (deadline > now)
		count = (unsigned __int128)(deadline - now) *
				UK_READ_ONCE(rate) >>
			32;
	count_from(count < COUNT_MAX ? (__u32)count + 1 : COUNT_MAX);
}

static int expired(void *arg __unused)
{
	unsigned int cpu = ukplat_lcpu_id();
	__nsec now;

	while ((now = uk_time_monotonic()) < cpus[cpu].armed_for) {
		if (cpus[cpu].armed_for - now <= REST_NS)
			continue;
		cpus[cpu].early++;
		apictimer_arm(cpus[cpu].armed_for);
		return UK_INTCTLR_IRQ_HANDLED;
	}
	uk_time_expired();
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(expired);

__u64 apictimer_early(void)
{
	__u64 sum = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(cpus); i++)
		sum += UK_READ_ONCE(cpus[i].early);
	return sum;
}

static void init(void)
{
	uk_apic_write(UK_APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	count_from(COUNT_MAX);
}

static int apictimer_probe(void)
{
	int rc = uk_intctlr_irq_register(UK_APIC_IRQ_TIMER, expired, __NULL);

	if (rc)
		return rc;
	init();
	return 0;
}

UK_TIME_DEV_REGISTER(apictimer, apictimer_probe, apictimer_arm, 5);

#ifdef CONFIG_HAVE_SMP
static int init_cpu(void *data __unused)
{
	init();
	uk_intctlr_irq_unmask(UK_APIC_IRQ_TIMER);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, init_cpu, 5);
#endif
