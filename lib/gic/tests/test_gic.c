/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A line that interrupts though interrupts are off, as FIQ, beside others.
 */
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/percpu.h>
#include <uk/test.h>

#define SLOT_FIQ 2
#define ROUNDS 10

/* What came last: counted, by which exception, with which lines before. */
static volatile struct {
	unsigned int fiqs, irqs;
	int masked; /* PSTATE.I of what was interrupted */
} seen;

static int take(void *arg __unused)
{
	const struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);

	if (ctx->trapnr % 4 == SLOT_FIQ)
		seen.fiqs++;
	else
		seen.irqs++;
	seen.masked = !!(ctx->regs->pstate & UKARCH_DAIF_I);
	return UK_INTCTLR_IRQ_HANDLED;
}

static void await(const volatile unsigned int *count, unsigned int want)
{
	for (unsigned int s = 0; s < 1000000 && *count < want; s++)
		ukarch_cpu_relax();
}

/* Two lines that the machine's devices do not use: the last ones. */
UK_TESTCASE(gic, fiq_comes_with_interrupts_off)
{
	unsigned int nmi = uk_intctlr_irq_count() - 1, plain = nmi - 1;
	unsigned int second = nmi - 2; /* in the set, too */
	unsigned long flags = ukarch_irq_save();

	seen.fiqs = seen.irqs = 0;
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(nmi, 1));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(second, 1));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(plain, take, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(nmi, take, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(second, take, NULL));
	/* An interrupt that waits is neither lost nor taken in its stead. */
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(plain));
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		UK_TEST_EXPECT_ZERO(
			uk_intctlr_irq_trigger(i % 2 ? nmi : second));
		await(&seen.fiqs, i);
		UK_TEST_EXPECT_UNUM_EQ(seen.fiqs, i);
		UK_TEST_EXPECT_SNUM_EQ(seen.masked, 1);
	}
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(second, 0));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_unregister_arg(second, take, NULL));
	UK_TEST_EXPECT_UNUM_EQ(seen.irqs, 0);
	ukarch_irq_enable();
	await(&seen.irqs, 1);
	UK_TEST_EXPECT_UNUM_EQ(seen.irqs, 1);
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(nmi));
	await(&seen.fiqs, ROUNDS + 1);
	UK_TEST_EXPECT_UNUM_EQ(seen.fiqs, ROUNDS + 1);
	ukarch_irq_disable();

	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(nmi, 0));
	uk_intctlr_irq_unmask(nmi);
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(nmi));
	ukarch_irq_enable();
	await(&seen.irqs, 2);
	UK_TEST_EXPECT_UNUM_EQ(seen.irqs, 2);
	UK_TEST_EXPECT_UNUM_EQ(seen.fiqs, ROUNDS + 1);
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_unregister_arg(nmi, take, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_unregister_arg(plain, take, NULL));
	ukarch_irq_restore(flags);
}

uk_testsuite_register(gic, NULL);
