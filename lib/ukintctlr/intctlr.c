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
#include <uk/trap.h>
#include "intctlr_internal.h"

UK_TABLE_DEFINE(intctlr, struct uk_intctlr_desc);

static const struct uk_intctlr_desc *ctlr;
static unsigned int line_count;
static __u64 spurious;
static int handling = -1;

static int exists(unsigned int irq)
{
	return irq < line_count;
}

static int interrupt(void *data)
{
	int irq;

	if (unlikely(!ctlr))
		return UK_EVENT_NOT_HANDLED;
	irq = ctlr->ops->ack(data);
	if (unlikely(irq < 0)) {
		spurious++;
		return UK_EVENT_HANDLED_CONT;
	}
	handling = irq;
	if (unlikely(!exists((unsigned int)irq) ||
		     !intctlr_run((unsigned int)irq)))
		ctlr->ops->mask_irq((unsigned int)irq);
	handling = -1;
	ctlr->ops->eoi((unsigned int)irq);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, interrupt, UK_TRAP_PRIO_DEVICE);

void uk_intctlr_irq_mask(unsigned int irq)
{
	unsigned long flags = ukarch_irq_save();

	if (exists(irq))
		ctlr->ops->mask_irq(irq);
	ukarch_irq_restore(flags);
}

void uk_intctlr_irq_unmask(unsigned int irq)
{
	unsigned long flags = ukarch_irq_save();

	if (exists(irq))
		ctlr->ops->unmask_irq(irq);
	ukarch_irq_restore(flags);
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
	flags = ukarch_irq_save();
	rc = ctlr->ops->configure_irq(irq);
	ukarch_irq_restore(flags);
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
	flags = ukarch_irq_save();
	rc = ctlr->ops->set_nmi(irq, on);
	ukarch_irq_restore(flags);
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
	flags = ukarch_irq_save();
	ctlr->ops->trigger_irq(irq);
	ukarch_irq_restore(flags);
	return 0;
}

unsigned int uk_intctlr_irq_count(void)
{
	return line_count;
}

__u64 uk_intctlr_spurious_count(void)
{
	return UK_READ_ONCE(spurious);
}

int uk_intctlr_irq_current(void)
{
	return UK_READ_ONCE(handling);
}

const char *uk_intctlr_name(void)
{
	return ctlr ? ctlr->name : __NULL;
}

static int probe(struct uk_init_ctx *ctx __unused)
{
	uk_table_foreach (intctlr, c) {
		int lines = c->ops->probe();

		if (lines < 0)
			continue;
		ctlr = c;
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
