/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Starting CPUs. The boot starts all that are configured; each raises an
 * event, so that the libraries that have something for each CPU take part, and
 * waits for interrupts.
 */
#include <errno.h>
#include <uk/init.h>
#include <uk/print.h>
#include "lcpu_internal.h"

#define START_NS UK_NSEC_PER_SEC

UK_EVENT(UK_EVENT_LCPU_INIT);

void (*uk_lcpu_idle)(void);

/* By number; the first boots. */
static struct {
	__u8 asked, online, missed; /* missed: it was not there in time */
	ukplat_lcpu_entry_t entry;
} cpus[CPUS] = { { .asked = 1, .online = 1 } };

__u32 ukplat_lcpu_count(void)
{
	return MIN(plat_lcpu_found, (unsigned int)CPUS);
}

int lcpu_is_online(unsigned int cpu)
{
	return __atomic_load_n(&cpus[cpu].online, __ATOMIC_ACQUIRE);
}

int lcpu_check(const __lcpuid ids[], const unsigned int *num)
{
	if (ids && !num)
		return -EINVAL;
	for (unsigned int i = 0; ids && i < *num; i++)
		if (ids[i] >= ukplat_lcpu_count())
			return -EINVAL;
	return 0;
}

void __noreturn ukplat_lcpu_halt(void)
{
	for (;;) {
		ukarch_irq_disable();
		ukarch_halt();
	}
}

/* Where a CPU is in C for the first time. */
static void enter(void)
{
	unsigned int cpu = ukplat_lcpu_id();

	uk_raise_event(UK_EVENT_LCPU_INIT, __NULL);
	lcpu_listen();
	__atomic_store_n(&cpus[cpu].online, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&cpus[cpu].missed, __ATOMIC_SEQ_CST))
		uk_pr_warn("CPU %u has started late\n", cpu);
	if (cpus[cpu].entry)
		cpus[cpu].entry();
	if (uk_lcpu_idle)
		uk_lcpu_idle();
	/* arm64's FIQs are masked until then */
	ukarch_irq_enable();
	ukarch_irq_disable();
	for (;;)
		ukarch_halt_irq();
}

/* Waits until all that were asked are there. */
static void wait_online(const __u32 list[], unsigned int count)
{
	__nsec last = ukplat_monotonic_clock(), time = 0;

	for (unsigned int i = 0; i < count; i++)
		while (!lcpu_is_online(list[i]) &&
		       (time += lcpu_waited(&last)) < START_NS)
			ukarch_cpu_relax();
}

static int did_start(unsigned int cpu)
{
	if (lcpu_is_online(cpu))
		return 1;
	__atomic_store_n(&cpus[cpu].missed, 1, __ATOMIC_SEQ_CST);
	uk_pr_err("CPU %u (id 0x%lx) did not start\n", cpu,
		  plat_lcpu_hwid[cpu]);
	return 0;
}

int ukplat_lcpu_start(const __lcpuid ids[], unsigned int *num, void *sp[],
		      const ukplat_lcpu_entry_t entry[],
		      unsigned long flags __unused)
{
	__u32 list[CPUS];
	unsigned int i, cpu, count = 0, online = 0;
	int rc = lcpu_check(ids, num);

	if (rc)
		return rc;
	lcpu_foreach(cpu, ids, num, i)
	{
		if (cpus[cpu].asked)
			continue;
		cpus[cpu].asked = 1;
		cpus[cpu].entry = entry ? entry[i] : __NULL;
		if (sp && sp[i])
			plat_lcpu_sp[cpu] = sp[i];
		list[count++] = cpu;
	}
	plat_lcpu_entry = enter;
	rc = count ? plat_lcpu_start(list, count) : 0;
	if (!rc)
		wait_online(list, count);
	for (i = 0; i < count; i++)
		if (!did_start(list[i]))
			rc = rc ? rc : -ETIMEDOUT;
	for (i = 0; ids && i < *num; i++)
		online += (unsigned int)lcpu_is_online(ids[i]);
	if (num)
		*num = online;
	return rc;
}

/* A CPU that is missing does not keep the others from starting. */
static int start_all(struct uk_init_ctx *ctx __unused)
{
	if (plat_lcpu_found > CPUS)
		uk_pr_info("%u of %u CPUs are used: "
			   "CONFIG_UKPLAT_LCPU_MAXCOUNT\n",
			   CPUS, plat_lcpu_found);
	lcpu_listen();
	(void)ukplat_lcpu_start(__NULL, __NULL, __NULL, __NULL, 0);
	return 0;
}

/* Behind interrupt controller and timer, before interrupts are on. */
uk_plat_initcall_prio(start_all, 0, 6);

/* What other CPUs do comes no further, their exits included. */
static void stop_all(const struct uk_term_ctx *ctx __unused)
{
	unsigned long flags = ukarch_irq_save();

	while (uk_lcpu_stop_others(__NULL) == UK_LCPU_LATE)
		;
	ukarch_irq_restore(flags);
}

uk_late_initcall(0, stop_all);
