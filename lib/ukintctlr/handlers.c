/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The handlers and the counters of each line. A handler is an entry of a
 * bounded pool, chained to its line by index, so that nothing is allocated.
 * Chains are changed with interrupts off and are whole at any instruction:
 * an entry is filled before it is linked.
 *
 * An unclaimed interrupt is counted, and reported once a line. A
 * level-triggered one repeats at once, for ever: after UK_INTCTLR_UNCLAIMED_MAX
 * in a row the line is masked.
 */
#include <uk/arch/lcpu.h>
#include <uk/print.h>
#include "intctlr_internal.h"

UK_TABLE_DEFINE(wakes_none, struct uk_intctlr_wakes_none);

#define LINES CONFIG_LIBUKINTCTLR_LINES
#define HANDLERS CONFIG_LIBUKINTCTLR_HANDLERS

/* Indices count from 1; 0 is the end of a chain. */
struct entry {
	uk_intctlr_irq_handler_func_t func; /* NULL: free */
	void *arg;
	__u16 next;
};

static struct entry pool[HANDLERS];

static struct {
	__u64 count[CONFIG_UKPLAT_LCPU_MAXCOUNT];
	__u64 unclaimed;
	__u16 first;
	__u16 in_a_row; /* unclaimed */
} lines[LINES];

int intctlr_has_handler(unsigned int irq)
{
	return lines[irq].first != 0;
}

static void unclaimed(unsigned int irq)
{
	if (!__atomic_fetch_add(&lines[irq].unclaimed, 1, __ATOMIC_RELAXED))
		uk_pr_warn(
			"interrupt %u: no handler claimed it; further ones are only counted\n",
			irq);
	lines[irq].in_a_row++;
	if (lines[irq].in_a_row == UK_INTCTLR_UNCLAIMED_MAX)
		uk_pr_warn(
			"interrupt %u: masked after %u unclaimed interrupts\n",
			irq, UK_INTCTLR_UNCLAIMED_MAX);
}

static int call_handlers(unsigned int irq)
{
	int taken = 0;
	__u16 i = lines[irq].first;

	while (i) {
		struct entry *e = &pool[i - 1];

		i = e->next; /* it may take itself off */
		taken |= e->func(e->arg);
	}
	return taken;
}

int uk_intctlr_nmi(unsigned int irq)
{
	int taken = call_handlers(irq);

	lines[irq].count[uk_percpu_id()] += !!taken;
	return taken;
}

int intctlr_run(unsigned int irq)
{
	lines[irq].count[uk_percpu_id()]++;
	if (likely(call_handlers(irq)))
		lines[irq].in_a_row = 0;
	else
		unclaimed(irq);
	return lines[irq].in_a_row < UK_INTCTLR_UNCLAIMED_MAX;
}

/* The link that points to a handler's entry, or to the end of the chain. */
static __u16 *find(unsigned int irq, uk_intctlr_irq_handler_func_t func,
		   const void *arg)
{
	__u16 *link = &lines[irq].first;

	while (*link &&
	       (pool[*link - 1].func != func || pool[*link - 1].arg != arg))
		link = &pool[*link - 1].next;
	return link;
}

static int add(unsigned int irq, uk_intctlr_irq_handler_func_t func, void *arg)
{
	__u16 *link = find(irq, func, arg);

	if (*link)
		return -EEXIST;
	for (unsigned int i = 0; i < HANDLERS; i++) {
		if (pool[i].func)
			continue;
		pool[i] = (struct entry){ func, arg, 0 };
		UK_WRITE_ONCE(*link, (__u16)(i + 1));
		lines[irq].in_a_row = 0;
		return 0;
	}
	return -ENOSPC;
}

int uk_intctlr_irq_register(unsigned int irq,
			    uk_intctlr_irq_handler_func_t handler, void *arg)
{
	unsigned long flags;
	int rc;

	if (!uk_intctlr_irq_count())
		return -ENODEV;
	if (irq >= uk_intctlr_irq_count() || !handler)
		return -EINVAL;
	uk_spin_lock_irqsave(&intctlr_lock, flags);
	rc = add(irq, handler, arg);
	if (!rc && !pool[lines[irq].first - 1].next)
		intctlr_set_masked(irq, 0);
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
	return rc;
}

int uk_intctlr_irq_unregister_arg(unsigned int irq,
				  uk_intctlr_irq_handler_func_t handler,
				  void *arg)
{
	unsigned long flags;
	struct entry *e;
	__u16 *link;

	if (irq >= uk_intctlr_irq_count())
		return -ENOENT;
	uk_spin_lock_irqsave(&intctlr_lock, flags);
	link = find(irq, handler, arg);
	e = *link ? &pool[*link - 1] : __NULL;
	if (e) {
		*link = e->next;
		e->func = __NULL;
		if (!intctlr_has_handler(irq))
			intctlr_set_masked(irq, 1);
	}
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
	intctlr_wait(irq);
	return e ? 0 : -ENOENT;
}

int uk_intctlr_wakes_none(const void *func)
{
	uk_table_foreach (wakes_none, w)
		if (w->func == func)
			return 1;
	return 0;
}

int uk_intctlr_may_wake(void)
{
	for (unsigned int i = 0; i < HANDLERS; i++) {
		const void *func = (const void *)UK_READ_ONCE(pool[i].func);

		if (func && !uk_intctlr_wakes_none(func))
			return 1;
	}
	return 0;
}

int uk_intctlr_irq_stats(unsigned int irq, struct uk_intctlr_irq_stats *stats)
{
	if (irq >= uk_intctlr_irq_count())
		return -EINVAL;
	*stats = (struct uk_intctlr_irq_stats){
		.unclaimed = UK_READ_ONCE(lines[irq].unclaimed),
	};
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		stats->count += UK_READ_ONCE(lines[irq].count[i]);
	for (__u16 i = lines[irq].first; i; i = pool[i - 1].next)
		stats->handlers++;
	return 0;
}

#ifdef CONFIG_HAVE_SMP
__u64 uk_intctlr_cpu_count(unsigned int cpu)
{
	__u64 sum = 0;

	for (unsigned int irq = 0; irq < uk_intctlr_irq_count(); irq++)
		sum += UK_READ_ONCE(lines[irq].count[cpu]);
	return sum;
}

__u64 uk_intctlr_cpu_ipis(unsigned int cpu)
{
	const int irqs[] = { uk_intctlr_ipi_irq(), uk_intctlr_stop_irq() };
	__u64 sum = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(irqs); i++)
		if (irqs[i] >= 0)
			sum += UK_READ_ONCE(lines[irqs[i]].count[cpu]);
	return sum;
}
#endif
