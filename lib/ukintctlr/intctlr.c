/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From the trap to a line's handlers and back to the controller. The
 * controller is the first of the link-time table that the machine has. It gets
 * the end of interrupt after the handlers have run: a level-triggered device is
 * quiet by then, and an edge that arrived meanwhile is pending.
 */
#include <uk/arch/lcpu.h>
#include <uk/init.h>
#include <uk/print.h>
#include <uk/trace.h>
#include <uk/trap.h>
#include "intctlr_internal.h"

UK_TABLE_DEFINE(intctlr, struct uk_intctlr_desc);

static const struct uk_intctlr_desc *ctlr;
static unsigned int line_count;

/* Of each CPU. */
static struct {
	__u64 spurious;
	unsigned int handling; /* line + 1; 0: none */
	int ready;	       /* it takes interrupts */
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

struct uk_spinlock intctlr_lock = UK_SPINLOCK_INITIALIZER();

static int exists(unsigned int irq)
{
	return irq < line_count;
}

UK_TRACEPOINT_FIELDS(trace_irq_enter, "line %u", __u32, line);
UK_TRACEPOINT_FIELDS(trace_irq_leave, "line %u", __u32, line);

static int interrupt(void *data)
{
	unsigned int cpu = uk_percpu_id();
	int irq;

	if (unlikely(!ctlr))
		return UK_EVENT_NOT_HANDLED;
	irq = ctlr->ops->ack(data);
	if (unlikely(irq < 0)) {
		cpus[cpu].spurious += irq == UK_INTCTLR_SPURIOUS;
		return UK_EVENT_HANDLED_CONT;
	}
	trace_irq_enter((__u32)irq);
	cpus[cpu].handling = (unsigned int)irq + 1;
	if (unlikely(!exists((unsigned int)irq) ||
		     !intctlr_run((unsigned int)irq)))
		ctlr->ops->mask_irq((unsigned int)irq);
	UK_WRITE_ONCE(cpus[cpu].handling, 0);
	trace_irq_leave((__u32)irq);
	ctlr->ops->eoi((unsigned int)irq);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, interrupt, UK_TRAP_PRIO_DEVICE);

void intctlr_set_masked(unsigned int irq, int masked)
{
	if (!exists(irq))
		return;
	if (masked) {
		ctlr->ops->mask_irq(irq);
	} else {
		(void)ctlr->ops->set_cpu(irq, uk_percpu_id());
		ctlr->ops->unmask_irq(irq);
	}
}

static void set_masked(unsigned int irq, int masked)
{
	unsigned long flags;

	uk_spin_lock_irqsave(&intctlr_lock, flags);
	intctlr_set_masked(irq, masked);
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
}

void uk_intctlr_irq_mask(unsigned int irq)
{
	set_masked(irq, 1);
}

void uk_intctlr_irq_unmask(unsigned int irq)
{
	set_masked(irq, 0);
}

int uk_intctlr_irq_configure(const struct uk_intctlr_irq *irq)
{
	unsigned long flags;
	int rc;

	if (!ctlr)
		return -ENODEV;
	if (!exists(irq->id))
		return -EINVAL;
	if (irq->trigger == UK_INTCTLR_IRQ_TRIGGER_NONE)
		return 0;
	uk_spin_lock_irqsave(&intctlr_lock, flags);
	rc = ctlr->ops->configure_irq(irq);
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
	return rc;
}

int uk_intctlr_irq_set_cpu(unsigned int irq, unsigned int cpu)
{
	unsigned long flags;
	int rc;

	if (!ctlr)
		return -ENODEV;
	if (!exists(irq) || cpu >= ARRAY_SIZE(cpus) || !cpus[cpu].ready)
		return -EINVAL;
	uk_spin_lock_irqsave(&intctlr_lock, flags);
	rc = ctlr->ops->set_cpu(irq, cpu);
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
	return rc;
}

int uk_intctlr_irq_set_nmi(unsigned int irq, int on)
{
	unsigned long flags;
	int rc;

	if (!ctlr)
		return -ENODEV;
	if (!exists(irq))
		return -EINVAL;
	if (!ctlr->ops->set_nmi)
		return -ENOTSUP;
	uk_spin_lock_irqsave(&intctlr_lock, flags);
	rc = ctlr->ops->set_nmi(irq, on);
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
	return rc;
}

int uk_intctlr_irq_fdt_xlat(const void *fdt, int nodeoffset, __u32 index,
			    struct uk_intctlr_irq *irq)
{
	if (!ctlr || !ctlr->ops->fdt_xlat)
		return -ENOTSUP;
	return ctlr->ops->fdt_xlat(fdt, nodeoffset, index, irq);
}

int uk_intctlr_irq_trigger(unsigned int irq)
{
	unsigned long flags;

	if (!ctlr)
		return -ENODEV;
	if (!exists(irq))
		return -EINVAL;
	uk_spin_lock_irqsave(&intctlr_lock, flags);
	ctlr->ops->trigger_irq(irq);
	uk_spin_unlock_irqrestore(&intctlr_lock, flags);
	return 0;
}

unsigned int uk_intctlr_irq_count(void)
{
	return line_count;
}

__u64 uk_intctlr_spurious_count(void)
{
	__u64 sum = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(cpus); i++)
		sum += UK_READ_ONCE(cpus[i].spurious);
	return sum;
}

int uk_intctlr_irq_current(void)
{
	return (int)UK_READ_ONCE(cpus[uk_percpu_id()].handling) - 1;
}

const char *uk_intctlr_name(void)
{
	return ctlr ? ctlr->name : __NULL;
}

#ifdef CONFIG_HAVE_SMP
void intctlr_wait(unsigned int irq)
{
	unsigned int me = uk_percpu_id();

	/* two that take themselves off would wait for each other */
	if (cpus[me].handling == irq + 1)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(cpus); i++)
		while (i != me && UK_READ_ONCE(cpus[i].handling) == irq + 1)
			ukarch_cpu_relax();
}

int uk_intctlr_ipi_irq(void)
{
	return ctlr ? ctlr->ops->ipi_irq : -1;
}

int uk_intctlr_stop_irq(void)
{
	return ctlr ? ctlr->ops->stop_irq() : -1;
}

void uk_intctlr_ipi(unsigned int cpu, unsigned int irq)
{
	unsigned long flags = ukarch_irq_save();

	ctlr->ops->ipi(cpu, irq);
	ukarch_irq_restore(flags);
}

static int init_cpu(void *data __unused)
{
	if (ctlr) {
		ctlr->ops->init_cpu();
		cpus[uk_percpu_id()].ready = 1;
	}
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, init_cpu, 1);
#else
void intctlr_wait(unsigned int irq __unused)
{
}
#endif

static int probe(struct uk_init_ctx *ctx __unused)
{
	uk_table_foreach (intctlr, c) {
		int lines = c->ops->probe();

		if (lines < 0)
			continue;
		ctlr = c;
		cpus[0].ready = 1;
		line_count = MIN((unsigned int)lines,
				 (unsigned int)CONFIG_LIBUKINTCTLR_LINES);
		return 0;
	}
	uk_pr_err(
		"no supported interrupt controller found (%lu drivers tried)\n",
		uk_table_count(intctlr));
	return -ENODEV;
}

static int enable(struct uk_init_ctx *ctx __unused)
{
	ukarch_irq_enable();
	return 0;
}

static void disable(const struct uk_term_ctx *ctx __unused)
{
	ukarch_irq_disable();
}

uk_plat_initcall_prio(probe, 0, 1);
uk_plat_initcall_prio(enable, disable, 9);
