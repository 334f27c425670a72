/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * CPU 1 stands in a call, where NMIs reach it. The handlers of one wait until
 * the stop is over: CPU 0, which is alone, uses what they use without a lock.
 */
#include <stdio.h>
#include <uk/event.h>
#include <uk/intctlr.h>
#include <uk/lcpu.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>
#include "scenes.h"

#define STAY_NS (UK_NSEC_PER_SEC / 50)

static unsigned int nmis;  /* on CPU 1 */
static unsigned int lines; /* interrupts of the line */
static int defers;	   /* CPU 1 does */

static int on_nmi(void *data)
{
	(void)data;
	if (ukplat_lcpu_id() == 1)
		__atomic_add_fetch(&nmis, 1, __ATOMIC_SEQ_CST);
	return UK_EVENT_HANDLED_CONT;
}
UK_EVENT_HANDLER(UK_EVENT_LCPU_NMI, on_nmi);

static int on_line(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&lines, 1, __ATOMIC_SEQ_CST);
	return UK_INTCTLR_IRQ_HANDLED;
}

static unsigned int count(const unsigned int *of)
{
	return __atomic_load_n(of, __ATOMIC_SEQ_CST);
}

/* Has a line of no device interrupt CPU 1 as NMI; where a CPU can trigger but
 * its own (x86_64), it is an interrupt of CPU 0.
 */
static int line_of_cpu_1(void)
{
	unsigned int line = uk_intctlr_irq_count();

	while (line-- && uk_intctlr_irq_set_nmi(line, 1))
		;
	if (uk_intctlr_irq_register(line, on_line, NULL) ||
	    uk_intctlr_irq_set_nmi(line, 1))
		return -1;
	uk_intctlr_irq_unmask(line);
	return uk_intctlr_irq_set_cpu(line, 1) ? -1 : (int)line;
}

/* Not in the handler of the interrupt that asks it to. */
static void stops_too(struct __regs *regs, void *user)
{
	(void)regs;
	(void)user;
	uk_lcpu_stop_defer();
	__atomic_store_n(&defers, 1, __ATOMIC_SEQ_CST);
	while (!uk_lcpu_is_stopping())
		ukarch_cpu_relax();
	(void)uk_lcpu_stop_others(NULL);
	uk_lcpu_stop_allow();
}

int scene_stand(void)
{
	struct ukplat_lcpu_func fn = { stops_too, NULL };
	__lcpuid id = 1;
	unsigned int one = 1, before, standing;
	int line = line_of_cpu_1();
	__nsec start;

	if (line < 0)
		return 4;
	if (ukplat_lcpu_run(&id, &one, &fn, 0))
		return 1;
	while (!__atomic_load_n(&defers, __ATOMIC_SEQ_CST))
		ukarch_cpu_relax();
	ukarch_irq_disable();
	while (uk_lcpu_stop_others(NULL) == UK_LCPU_LATE)
		;
	if (uk_lcpu_state(1) != UK_LCPU_STOPPED)
		return 2;
	before = count(&nmis);
	if (uk_intctlr_irq_trigger((unsigned int)line) || uk_lcpu_nmi(1))
		return 3;
	start = ukplat_monotonic_clock();
	while (ukplat_monotonic_clock() - start < STAY_NS)
		ukarch_cpu_relax();
	standing = count(&nmis) - before + count(&lines);
	uk_lcpu_resume_others();
	ukarch_irq_enable();
	while (count(&nmis) == before || !count(&lines))
		ukarch_cpu_relax();
	printf("handlers while it stood: %u, after that: some\n", standing);
	return ukplat_lcpu_wait(&id, &one, 0);
}
