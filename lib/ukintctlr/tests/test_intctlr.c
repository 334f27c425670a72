/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Handlers, counters and registers, on a line that no device of the machine
 * has; what triggers it is software.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/percpu.h>
#include <uk/print.h>
#include <uk/test.h>

#define SPINS_MAX 1000000

static struct {
	unsigned int calls;
	unsigned int order[8];
	__uptr pc;
	int enabled;
	unsigned int depth;
	struct __regs regs;
} seen;

static unsigned int line(void)
{
	return uk_intctlr_irq_count() - 2;
}

static int take(void *arg)
{
	const struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);

	seen.order[seen.calls++ % ARRAY_SIZE(seen.order)] =
		(unsigned int)(__uptr)arg;
	seen.enabled = ukarch_irq_enabled();
	seen.depth = uk_percpu_read(trap_depth);
	seen.regs = *ctx->regs;
	return UK_INTCTLR_IRQ_HANDLED;
}

static int refuse(void *arg __unused)
{
	seen.calls++;
	return UK_INTCTLR_IRQ_NOT_HANDLED;
}

static int leave(void *arg)
{
	seen.calls++;
	uk_intctlr_irq_unregister_arg(line(), leave, arg);
	return UK_INTCTLR_IRQ_HANDLED;
}

static __u64 count(void)
{
	struct uk_intctlr_irq_stats stats;

	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(line(), &stats));
	return stats.count;
}

/* Triggers the line and waits until it was counted. */
static int fire(void)
{
	__u64 before = count();

	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(line()));
	for (unsigned int i = 0; i < SPINS_MAX; i++)
		if (count() != before)
			return 1;
	return 0;
}

static int suite_init(struct uk_testsuite *suite __unused)
{
	UK_TEST_EXPECT(ukarch_irq_enabled());
	return uk_intctlr_name() ? 0 : -ENODEV;
}

UK_TESTCASE(ukintctlr, handlers_run_in_order_with_the_frame)
{
	memset(&seen, 0, sizeof(seen));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), take, (void *)1));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), take, (void *)2));
	UK_TEST_EXPECT(fire());
	UK_TEST_EXPECT_UNUM_EQ(seen.calls, 2);
	UK_TEST_EXPECT_UNUM_EQ(seen.order[0], 1);
	UK_TEST_EXPECT_UNUM_EQ(seen.order[1], 2);
	UK_TEST_EXPECT(!seen.enabled);
	UK_TEST_EXPECT_UNUM_EQ(seen.depth, 1);
	UK_TEST_EXPECT_NULL(uk_percpu_read(trap));
	UK_TEST_EXPECT(ukarch_irq_enabled());
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(line(), take, (void *)1));
	UK_TEST_EXPECT(fire());
	UK_TEST_EXPECT_UNUM_EQ(seen.calls, 3);
	UK_TEST_EXPECT_UNUM_EQ(seen.order[2], 2);
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(line(), take, (void *)2));
}

UK_TESTCASE(ukintctlr, misuse_is_an_error)
{
	struct uk_intctlr_irq_stats stats;
	unsigned int none = uk_intctlr_irq_count();
	struct uk_intctlr_irq irq = { none, UK_INTCTLR_IRQ_TRIGGER_EDGE };
	__uptr n = 0;

	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_register(none, take, NULL),
			       -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_register(0, NULL, NULL), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_configure(&irq), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_trigger(none), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_stats(none, &stats), -EINVAL);
	UK_TEST_EXPECT_SNUM_EQ(
		uk_intctlr_irq_unregister_arg(line(), take, NULL), -ENOENT);
	uk_intctlr_irq_mask(none);
	uk_intctlr_irq_unmask(none);

	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), take, NULL));
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_register(line(), take, NULL),
			       -EEXIST);
	while (!uk_intctlr_irq_register(line(), take, (void *)++n))
		UK_TEST_ASSERT_UNUM_LT(n, CONFIG_LIBUKINTCTLR_HANDLERS);
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_register(line(), take, (void *)n),
			       -ENOSPC);
	while (n--)
		UK_TEST_EXPECT_ZERO(
			uk_intctlr_irq_unregister_arg(line(), take, (void *)n));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(line(), &stats));
	UK_TEST_EXPECT_ZERO(stats.handlers);
}

UK_TESTCASE(ukintctlr, a_handler_takes_itself_off)
{
	memset(&seen, 0, sizeof(seen));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), leave, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), take, NULL));
	UK_TEST_EXPECT(fire());
	UK_TEST_EXPECT(fire());
	UK_TEST_EXPECT_UNUM_EQ(seen.calls, 3);
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_unregister_arg(line(), take, NULL));
}

/* How many messages of the log hold that text; a place may stand before it. */
static unsigned int logged(const char *text_part)
{
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	char text[UK_PRINT_TEXT_MAX];
	unsigned int n = 0;

	while (uk_print_next(&it, &rec, text, sizeof(text)))
		n += strstr(text, text_part) != NULL;
	return n;
}

UK_TESTCASE(ukintctlr, unclaimed_is_counted_and_reported_once)
{
	struct uk_intctlr_irq_stats before, after;
	char report[64];

	uk_snprintf(report, sizeof(report), "interrupt %u: no handler", line());
	memset(&seen, 0, sizeof(seen));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(line(), &before));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), refuse, NULL));
	for (unsigned int i = 0; i < 5; i++)
		UK_TEST_EXPECT(fire());
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(line(), &after));
	UK_TEST_EXPECT_UNUM_EQ(seen.calls, 5);
	UK_TEST_EXPECT_UNUM_EQ(after.unclaimed - before.unclaimed, 5);
	UK_TEST_EXPECT_UNUM_EQ(logged(report),
			       UK_PRINT_KLVL_WARN <= UK_PRINT_KLVL_MAX);

	/* Taken by the other of two: not unclaimed. */
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), take, NULL));
	UK_TEST_EXPECT(fire());
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(line(), &before));
	UK_TEST_EXPECT_UNUM_EQ(after.unclaimed, before.unclaimed);
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(line(), refuse, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_unregister_arg(line(), take, NULL));
}

UK_TESTCASE(ukintctlr, held_back_while_interrupts_are_off)
{
	unsigned long flags;
	__u64 before = count();

	memset(&seen, 0, sizeof(seen));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(line(), take, NULL));
	flags = ukarch_irq_save();
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(line()));
	for (volatile unsigned int i = 0; i < 1000; i++)
		;
	UK_TEST_EXPECT_UNUM_EQ(count(), before);
	ukarch_halt_irq();
	UK_TEST_EXPECT(!ukarch_irq_enabled());
	UK_TEST_EXPECT_UNUM_EQ(count(), before + 1);
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT(ukarch_irq_enabled());
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_unregister_arg(line(), take, NULL));
}

uk_testsuite_register(ukintctlr, suite_init);
