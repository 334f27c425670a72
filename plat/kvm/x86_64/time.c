/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The clock is the TSC. Its rate comes from CPUID if the hypervisor or the
 * CPU reports it, else from the i8254's channel 2, started at boot. Whatever
 * runs is measuring time that costs nothing: the first use of the clock takes
 * a rough rate (a percent or so), later uses a better one, over windows of 10
 * ms to some seconds. Only a program that first lets the clock lie for long
 * pays for a window of its own.
 *
 * Channel 2 counts modulo 65536 (55 ms). Its output says whether it went
 * round since it was armed; beyond that, the rate known so far says how often.
 */
#include <uk/arch/lcpu.h>
#include <arch/cpuid.h>
#include <arch/io.h>
#include <uk/plat/common.h>
#include "kvm_x86_64.h"

#define CPUID_1_ECX_HYPERVISOR (1U << 31)
#define CPUID_HYPERVISOR 0x40000000
#define CPUID_HYPERVISOR_HZ 0x40000010
#define CPUID_TSC_HZ 0x15

#define PIT_HZ 1193182UL
#define PIT_CH2 0x42
#define PIT_CMD 0x43
#define PIT_CMD_CH2_ONESHOT 0xb0   /* channel 2, low then high byte, mode 0 */
#define PIT_CMD_CH2_READ_BACK 0xc8 /* latches its status and its count */
#define PIT_STATUS_OUT 0x80
#define PORT_61 0x61 /* bit 0: gate of channel 2, on machines that have it */
#define PIT_PERIOD 65536UL

#define WINDOW_FIRST (PIT_HZ / 10000) /* 100 us */
#define WINDOW_OWN (PIT_HZ / 200)     /* 5 ms */
#define READS 5			      /* the best of so many */
#define POLLS_MAX 100000

#define PPM 1000000UL
#define NEVER ((__u64)-1)

/* A reading of the PIT, or its start, between two of the TSC. */
struct reading {
	__u64 before, after;
	__u64 pit; /* modulo PIT_PERIOD, 0 at the start */
	int round; /* it went round since the start */
};

static struct reading armed;
static __u64 hz;    /* of the TSC, 0: not known */
static __u64 error; /* of hz at most, in ppm */

static void pit_arm(void)
{
	outb(PORT_61, (__u8)((inb(PORT_61) & ~2) | 1));
	outb(PIT_CMD, PIT_CMD_CH2_ONESHOT);
	outb(PIT_CH2, 0xff);
	armed.before = ukarch_ticks();
	outb(PIT_CH2, 0xff);
	armed.after = ukarch_ticks();
}

static struct reading pit_read_once(void)
{
	struct reading r;
	__u8 lo;

	r.before = ukarch_ticks();
	outb(PIT_CMD, PIT_CMD_CH2_READ_BACK);
	r.after = ukarch_ticks();
	r.round = inb(PIT_CH2) & PIT_STATUS_OUT;
	lo = inb(PIT_CH2);
	r.pit = 0xffff - (lo | (__u64)inb(PIT_CH2) << 8);
	return r;
}

static struct reading pit_read(void)
{
	struct reading best = pit_read_once();

	for (unsigned int i = 1; i < READS; i++) {
		struct reading r = pit_read_once();

		if (r.after - r.before < best.after - best.before)
			best = r;
	}
	return best;
}

void kvm_time_init(void)
{
	struct plat_clock_rate unknown = { .until = ukarch_ticks() };

	plat_clock_start(unknown.until, unknown);
	pit_arm();
}

/* In Hz, 0 if CPUID does not report it: hypervisor leaf 0x40000010 (kHz) and
 * leaf 0x15 (Intel SDM volume 2, CPUID).
 */
static __u64 hz_from_cpuid(void)
{
	struct x86_cpuid r;

	if ((x86_cpuid(1, 0).ecx & CPUID_1_ECX_HYPERVISOR) &&
	    x86_cpuid(CPUID_HYPERVISOR, 0).eax >= CPUID_HYPERVISOR_HZ) {
		r = x86_cpuid(CPUID_HYPERVISOR_HZ, 0);
		if (r.eax)
			return r.eax * 1000UL;
	}
	if (x86_cpuid(0, 0).eax < CPUID_TSC_HZ)
		return 0;
	r = x86_cpuid(CPUID_TSC_HZ, 0);
	return r.eax && r.ecx ? (__u64)r.ecx * r.ebx / r.eax : 0;
}

/* How far off a rate over that window can be: both readings are known to lie
 * between two of the TSC, and the PIT counts whole ticks.
 */
static __u64 error_of(const struct reading *r, __u64 elapsed)
{
	__u64 window = r->before - armed.after;
	__u64 unsure = r->after - r->before + armed.after - armed.before +
		       window / elapsed;

	return unsure * PPM / window + 1;
}

/* Waits until the PIT has counted `window` since it was armed and reads it.
 * Returns 0 if there is none. Afterwards it has not gone round.
 */
static int pit_wait(__u64 window, struct reading *r)
{
	for (unsigned int i = 0; i < POLLS_MAX; i++) {
		*r = pit_read();
		if (r->round)
			pit_arm();
		else if (r->pit >= window)
			return 1;
	}
	return 0;
}

/* The clock must rather run fast than slow until there is a better rate: who
 * measures another timer by it then never takes that one for too fast.
 */
static int hz_rough(__u64 window)
{
	struct reading r;

	if (!pit_wait(window, &r))
		return 0;
	hz = (r.before - armed.after) * PIT_HZ / (r.pit + 1);
	error = error_of(&r, r.pit);
	return 1;
}

static __u64 middle(const struct reading *r)
{
	return r->before + (r->after - r->before) / 2;
}

static void hz_better(void)
{
	struct reading r = pit_read();
	__u64 window = middle(&r) - middle(&armed);
	__u64 about = (__u64)((unsigned __int128)window * PIT_HZ / hz);
	__u64 rest = (r.pit - about) % PIT_PERIOD;
	__u64 elapsed = about + rest - (rest > PIT_PERIOD / 2 ? PIT_PERIOD : 0);
	__u64 err = elapsed ? error_of(&r, elapsed) : error;

	if (err >= error)
		return; /* a reading took long */
	hz = (__u64)((unsigned __int128)window * 2 * PIT_HZ /
		     (2 * elapsed + 1));
	error = err;
}

/* The next measurement: when the window is 10 ms, then four times as long. */
static __u64 next_at(__u64 ticks)
{
	__u64 window = ticks - armed.after;

	if (window > 2 * hz)
		return NEVER;
	return armed.after + MAX(4 * window, hz / 100);
}

void plat_clock_measure(__u64 ticks, struct plat_clock_rate *rate)
{
	__u64 window = ticks - armed.after;

	if (!hz) {
		hz = hz_from_cpuid();
		if (hz) {
			rate->until = NEVER;
		} else if (hz_rough(WINDOW_FIRST)) {
			rate->until = next_at(ukarch_ticks());
		} else {
			hz = UK_NSEC_PER_SEC; /* no PIT: count in ticks */
			rate->until = NEVER;
		}
	} else if (window / PPM * error >= hz / 80) {
		/* More than 12 ms unsure: it may have gone round once more. */
		pit_arm();
		hz_rough(WINDOW_OWN);
		rate->until = next_at(ukarch_ticks());
	} else {
		hz_better();
		rate->until = next_at(ukarch_ticks());
	}
	rate->ns_per_tick_32 = (UK_NSEC_PER_SEC << 32) / hz;
}
