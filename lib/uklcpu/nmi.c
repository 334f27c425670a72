/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The line that reaches a CPU even while interrupts are off: for stopping it,
 * for its TLB, and for other libraries. An NMI (x86_64) has no sender, and of
 * several that come while one is handled one remains. So each CPU counts what
 * was sent to it: one that finds nothing new is of those that an earlier one,
 * perhaps of another line, has found. Controllers call lcpu_on_nmi() before the
 * handlers of other lines that come so.
 */
#include <uk/intctlr.h>
#include "lcpu_internal.h"

static struct {
	unsigned int sent, seen;
	unsigned int rest; /* so many more may come, one of each CPU */
} cpus[CPUS];

UK_EVENT(UK_EVENT_LCPU_NMI);

int uk_lcpu_nmi(unsigned int cpu)
{
	int irq = uk_intctlr_stop_irq();

	if (irq < 0)
		return -ENOTSUP;
	__atomic_add_fetch(&cpus[cpu].sent, 1, __ATOMIC_SEQ_CST);
	uk_intctlr_ipi(cpu, (unsigned int)irq);
	return 0;
}

int lcpu_on_nmi(void *arg __unused)
{
	unsigned int cpu = ukplat_lcpu_id(), news, rest = cpus[cpu].rest;

	lcpu_stand_on();
	news = __atomic_load_n(&cpus[cpu].sent, __ATOMIC_SEQ_CST) -
	       cpus[cpu].seen;
	if (!news && !rest)
		return UK_INTCTLR_IRQ_NOT_HANDLED;
	cpus[cpu].seen += news;
	cpus[cpu].rest = MIN(rest + news - 1, CPUS - 1U);
	lcpu_tlb_asked();
	uk_raise_event(UK_EVENT_LCPU_NMI, uk_percpu_read(trap));
	return lcpu_stop_asked() ? UK_INTCTLR_IRQ_HANDLED
				 : UK_INTCTLR_IRQ_PERHAPS;
}
UK_INTCTLR_WAKES_NONE(lcpu_on_nmi);
