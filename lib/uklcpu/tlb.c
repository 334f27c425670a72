/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * TLBs of other CPUs, where no instruction flushes them (x86_64). They are
 * asked by the line that comes as NMI, and flush all they have: that needs no
 * data that two askers could fight for, and works while both have interrupts
 * off, or wait for a lock that the other holds.
 */
#include <uk/arch/paging.h>
#include <uk/intctlr.h>
#include <uk/print.h>
#include "lcpu_internal.h"

#define FLUSH_NS UK_NSEC_PER_SEC

static struct {
	unsigned int asked; /* how often */
	unsigned int done;  /* all that had been asked so far */
} cpus[CPUS];

void lcpu_tlb_asked(void)
{
	unsigned int me = ukplat_lcpu_id();
	unsigned int asked = __atomic_load_n(&cpus[me].asked, __ATOMIC_ACQUIRE);

	if (asked == cpus[me].done)
		return;
	ukarch_pt_root_set(ukarch_pt_root(0));
	__atomic_store_n(&cpus[me].done, asked, __ATOMIC_RELEASE);
}

static int is_done(unsigned int cpu, unsigned int asked)
{
	return (int)(__atomic_load_n(&cpus[cpu].done, __ATOMIC_ACQUIRE) -
		     asked) >= 0;
}

/* One that is stopped has the NMI before it goes on. */
static void wait_for(unsigned int cpu, unsigned int asked)
{
	__nsec last = ukplat_monotonic_clock(), time = 0;

	while (!is_done(cpu, asked) && uk_lcpu_state(cpu) == UK_LCPU_RUNS) {
		time += lcpu_waited(&last);
		if (time >= FLUSH_NS) {
			uk_pr_err("CPU %u does not flush its TLB\n", cpu);
			return;
		}
		ukarch_cpu_relax();
	}
}

void uk_lcpu_tlb_flush(void)
{
	unsigned long flags = ukarch_irq_save();
	unsigned int me = ukplat_lcpu_id(), asked[CPUS] = { 0 };

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		if (i == me || !lcpu_is_online(i))
			continue;
		asked[i] =
			__atomic_add_fetch(&cpus[i].asked, 1, __ATOMIC_SEQ_CST);
		(void)uk_lcpu_nmi(i);
	}
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (i != me && lcpu_is_online(i))
			wait_for(i, asked[i]);
	ukarch_irq_restore(flags);
}
