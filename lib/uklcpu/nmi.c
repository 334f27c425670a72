/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The line that reaches a CPU even while interrupts are off: for stopping it
 * and for its TLB. An NMI (x86_64) has no sender, and of several that come
 * while one is handled one remains. So each CPU counts what was sent to it: one
 * that finds nothing new is that rest, if there was more than one before.
 */
#include <uk/intctlr.h>
#include "lcpu_internal.h"

static struct {
	unsigned int sent, seen;
	unsigned int rest; /* 1: one more may come */
} cpus[CPUS];

int lcpu_nmi_send(unsigned int cpu)
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
	unsigned int cpu = ukplat_lcpu_id(), news;

	news = __atomic_load_n(&cpus[cpu].sent, __ATOMIC_SEQ_CST) -
	       cpus[cpu].seen;
	if (!news && !cpus[cpu].rest)
		return UK_INTCTLR_IRQ_NOT_HANDLED;
	cpus[cpu].seen += news;
	cpus[cpu].rest = news > 1 || (news && cpus[cpu].rest);
	lcpu_tlb_asked();
	return lcpu_stop_asked() ? UK_INTCTLR_IRQ_HANDLED
				 : UK_INTCTLR_IRQ_PERHAPS;
}
