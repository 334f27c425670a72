/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * All threads, each with its state, its stack and where it is. The call traces
 * of those that run are not repeated: they are those of the CPUs.
 */
#include <uk/lcpu.h>
#include <uk/param.h>
#include <uk/snprintf.h>
#include <uk/thread.h>
#include "crash_internal.h"

#define NSEC_PER_MS 1000000UL

static unsigned int threads_max = CONFIG_LIBUKCRASH_THREADS;
UK_PARAM(crash, threads, &threads_max, uint,
	 "threads that a crash screen shows at most");

/* Its call trace, or where on the screen that is. */
static void trace(struct uk_thread *t)
{
	struct __regs *regs = uk_thread_regs(t);
	int cpu = uk_thread_cpu(t);

	if (t == uk_thread_current())
		uk_pr_crit("  call trace: see above\n");
	else if (cpu >= 0)
		uk_pr_crit("  call trace: %s CPU %d\n",
			   regs ? "see" : "none of", cpu);
	else if (regs)
		ukcrash_trace(regs, 0, &t->stack);
}

static void thread(struct uk_thread *t)
{
	__nsec ns = uk_thread_cpu_time(t);
	char wait[UK_WAIT_TEXT_MAX], most[64] = "";
	__sz used = uk_thread_stack_used(t);

	uk_pr_crit("Thread %u: %s, %s, %lu.%03lu ms on the CPU, %lu switches\n",
		   t->id, t->name, uk_thread_state_name(t), ns / NSEC_PER_MS,
		   ns % NSEC_PER_MS / 1000, t->switches);
	if (uk_thread_wait_text(t, wait, sizeof(wait)))
		uk_pr_crit("  %s %s\n", uk_thread_state_name(t), wait);
	if (used)
		uk_snprintf(most, sizeof(most),
			    ", %lu of %lu bytes used at most", used,
			    (__sz)(t->stack.top - t->stack.base));
	uk_pr_crit("  stack 0x%lx-0x%lx%s\n", (__vaddr_t)t->stack.base,
		   (__vaddr_t)t->stack.top, most);
	trace(t);
}

static void threads(const struct uk_crash_info *info __unused)
{
	const struct uk_thread *self = uk_thread_current();
	struct uk_thread *t, *last = __NULL;
	unsigned int count = 0;

	if (self && uk_thread_on(ukplat_lcpu_id()))
		uk_pr_crit("Running: thread %u, %s\n", self->id, self->name);
	else if (self)
		uk_pr_crit("Running: a thread whose structure is damaged "
			   "(0x%lx)\n",
			   (__vaddr_t)self);
	while ((t = uk_thread_next(last))) {
		if (count++ < threads_max)
			thread(t);
		last = t;
	}
	if (count > threads_max)
		uk_pr_crit("Threads not shown: %u\n", count - threads_max);
	if (uk_threads_are_cut(last))
		uk_pr_crit("Threads behind that: unknown, the list is "
			   "damaged\n");
}

UKCRASH_SECTION(threads);
