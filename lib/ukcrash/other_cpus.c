/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The other CPUs: registers and call trace of each where it was stopped.
 */
#include <uk/lcpu.h>
#include <uk/stack.h>
#include <uk/thread.h>
#include <uk/trap.h>
#include "crash_internal.h"

/* ", thread 3, worker" */
static const char *thread_text(unsigned int cpu, char *buf, __sz len)
{
	const struct uk_thread *t = uk_thread_on(cpu);

	buf[0] = '\0';
	if (t)
		uk_snprintf(buf, len, ", thread %u, %s", t->id, t->name);
	return buf;
}

/* What it was in when it was stopped: nothing, unless it crashed as well. */
static const char *event_of(const struct ukarch_trap_ctx *trap)
{
	const char *name = trap->event_name;

	return name == UK_EVENT_PTR(UKARCH_TRAP_OTHER)->name ||
			       name == UK_EVENT_PTR(UKARCH_TRAP_IRQ)->name
		       ? __NULL
		       : name;
}

static void one(unsigned int cpu, struct ukarch_trap_ctx *trap)
{
	int is_call = trap->trapnr == UK_LCPU_NO_TRAP;
	const struct uk_crash_info info = {
		.regs = trap->regs,
		.trap = is_call ? __NULL : trap,
	};
	const char *event = event_of(trap);
	char thread[64];

	uk_pr_crit("CPU %u%s%s%s, interrupts %s:\n", cpu,
		   thread_text(cpu, thread, sizeof(thread)),
		   event ? ", crashed as well: " : "", event ? event : "",
		   ukarch_regs_irq_enabled(trap->regs) ? "on" : "off");
	ukcrash_registers(&info);
	ukcrash_trace(trap->regs, is_call, __NULL);
}

static void other_cpus(const struct uk_crash_info *info __unused)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		struct ukarch_trap_ctx *trap = uk_lcpu_trap(i);

		if (i != ukplat_lcpu_id() && trap)
			one(i, trap);
	}
}

UKCRASH_SECTION(other_cpus);
