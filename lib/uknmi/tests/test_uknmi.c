/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Two users, each at its rate, with interrupts off; none after the stop. A host
 * that is busy leaves ticks out, but adds none: the time is as long as it takes
 * to see some of both.
 */
#include <uk/arch/lcpu.h>
#include <uk/nmi.h>
#include <uk/percpu.h>
#include <uk/test.h>

#define MS 1000000UL
#define SLOW (10 * MS)
#define FAST MS
#define LOOK_MIN (60 * MS)
#define LOOK_MAX (20000 * MS)

static volatile unsigned int slow_ticks, fast_ticks, off_ticks;
static unsigned int watched; /* the CPU of the test */

static void slow(struct ukarch_trap_ctx *ctx __unused, void *arg __unused)
{
	slow_ticks += uk_percpu_id() == watched;
}

static void fast(struct ukarch_trap_ctx *ctx, void *arg)
{
	if (uk_percpu_id() != watched)
		return;
	fast_ticks++;
	off_ticks += !ukarch_regs_irq_enabled(ctx->regs);
	*(volatile unsigned int *)arg += 1;
}

static unsigned int counted;
static struct uk_nmi_user user_slow = UK_NMI_USER(slow, __NULL);
static struct uk_nmi_user user_fast = UK_NMI_USER(fast, &counted);

static void look(__nsec ns)
{
	__nsec end = ukplat_monotonic_clock() + ns;

	while (ukplat_monotonic_clock() < end)
		ukarch_cpu_relax();
}

UK_TESTCASE(uknmi, two_users_with_interrupts_off)
{
	unsigned long flags = ukarch_irq_save();
	__nsec start = ukplat_monotonic_clock(), time;

	watched = uk_percpu_id();
	UK_TEST_EXPECT_ZERO(uk_nmi_start(&user_slow, SLOW));
	UK_TEST_EXPECT_ZERO(uk_nmi_start(&user_fast, FAST));
	do {
		ukarch_cpu_relax();
		time = ukplat_monotonic_clock() - start;
	} while (time < LOOK_MIN ||
		 ((slow_ticks <= 2 || fast_ticks <= slow_ticks) &&
		  time < LOOK_MAX));
	uk_nmi_stop(&user_fast);
	uk_nmi_stop(&user_slow);
	time = ukplat_monotonic_clock() - start;
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT(slow_ticks > 2 && slow_ticks <= time / SLOW + 1);
	UK_TEST_EXPECT(fast_ticks > slow_ticks &&
		       fast_ticks <= time / FAST + 1);
	UK_TEST_EXPECT_UNUM_EQ(off_ticks, fast_ticks);
	UK_TEST_EXPECT_UNUM_EQ(counted, fast_ticks);
}

UK_TESTCASE(uknmi, none_after_the_stop)
{
	unsigned int before;

	look(5 * MS); /* another CPU's source stops by an interrupt */
	before = slow_ticks + fast_ticks;
	look(30 * MS);
	UK_TEST_EXPECT_UNUM_EQ(slow_ticks + fast_ticks, before);
	UK_TEST_EXPECT_SNUM_EQ(uk_nmi_start(&user_fast, UK_NMI_PERIOD_MIN - 1),
			       -EINVAL);
}

uk_testsuite_register(uknmi, NULL);
