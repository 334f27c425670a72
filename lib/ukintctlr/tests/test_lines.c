/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The line of a real device: as a level and as an edge, masked, and one that
 * no handler makes cease. The console is quiet meanwhile: the tests before have
 * printed.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/test.h>
#include "uart.h"

static volatile unsigned int calls;

static int quiet(void *arg __unused)
{
	calls++;
	uart_interrupt(0);
	return UK_INTCTLR_IRQ_HANDLED;
}

static int ignore(void *arg __unused)
{
	calls++;
	return UK_INTCTLR_IRQ_NOT_HANDLED;
}

static void spin(void)
{
	for (volatile unsigned int i = 0; i < 20000; i++)
		;
}

static void use(uk_intctlr_irq_handler_func_t handler, unsigned int trigger)
{
	struct uk_intctlr_irq irq = { uart_line, trigger };

	calls = 0;
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_configure(&irq));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(uart_line, handler, NULL));
}

static void leave(uk_intctlr_irq_handler_func_t handler)
{
	uart_interrupt(0);
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(uart_line, handler, NULL));
}

static void each_is_taken_once(unsigned int trigger)
{
	use(quiet, trigger);
	for (unsigned int i = 1; i <= 100; i++) {
		uart_interrupt(1);
		for (unsigned int s = 0; s < 1000000 && calls < i; s++)
			ukarch_cpu_relax();
		UK_TEST_ASSERT_UNUM_EQ(calls, i);
	}
	spin();
	UK_TEST_EXPECT_UNUM_EQ(calls, 100);
	leave(quiet);
}

UK_TESTCASE(ukintctlr_lines, level)
{
	each_is_taken_once(UK_INTCTLR_IRQ_TRIGGER_LEVEL);
}

UK_TESTCASE(ukintctlr_lines, edge)
{
	each_is_taken_once(UK_INTCTLR_IRQ_TRIGGER_EDGE);
}

UK_TESTCASE(ukintctlr_lines, a_masked_level_waits)
{
	use(quiet, UK_INTCTLR_IRQ_TRIGGER_LEVEL);
	uk_intctlr_irq_mask(uart_line);
	uart_interrupt(1);
	spin();
	UK_TEST_EXPECT_ZERO(calls);
	uk_intctlr_irq_unmask(uart_line);
	spin();
	UK_TEST_EXPECT_UNUM_EQ(calls, 1);
	leave(quiet);
}

/* It would come again for ever, and main would never run. */
UK_TESTCASE(ukintctlr_lines, an_endless_one_is_masked)
{
	use(ignore, UK_INTCTLR_IRQ_TRIGGER_LEVEL);
	uart_interrupt(1);
	spin();
	UK_TEST_EXPECT_UNUM_EQ(calls, UK_INTCTLR_UNCLAIMED_MAX);
	leave(ignore);

	/* The next registration starts anew. */
	each_is_taken_once(UK_INTCTLR_IRQ_TRIGGER_LEVEL);
}

/* A console that receives by interrupt has the line, and its handler. */
#ifndef CONFIG_LIBUKCONSOLE_RX_IRQ
uk_testsuite_register(ukintctlr_lines, NULL);
#endif
