/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The distributor, as far as it is the same for GICv2 (Arm IHI 0048) and
 * GICv3 (Arm IHI 0069). All lines are in group 1 and have one priority, so
 * that nothing is nested. Some may be in group 0 instead, above the others:
 * they come as FIQ, which only traps mask.
 */
#include <libfdt.h>
#include <uk/fdt.h>
#include <uk/percpu.h>
#include <uk/plat/bootinfo.h>
#include <uk/trap.h>
#include "gic_internal.h"

#define PRIORITY 0xa0
#define PRIORITY_NMI 0x80
#define SLOT_FIQ 2 /* of the four that a vector has */
#define RWP_POLLS_MAX 100000

/* An entry of `interrupts` (Linux' binding arm,gic): type, number, flags. */
#define CELLS 3
#define TYPE_SPI 0
#define TYPE_PPI 1
#define FLAGS_EDGE 0x3
#define FLAGS_LEVEL 0xc

struct gic gic;

int gic_find(const char *compatible, __uptr base[2])
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	int node = uk_fdt_next(dtb, 0, compatible);

	if (node < 0 || uk_fdt_reg(dtb, 0, node, 0, &base[0], __NULL) ||
	    uk_fdt_reg(dtb, 0, node, 1, &base[1], __NULL))
		return -ENODEV;
	return 0;
}

static __uptr base_of(unsigned int irq)
{
	__uptr local = gic.local[uk_percpu_id()];

	return local && irq < GIC_SPI_FIRST ? local : gic.dist;
}

/* The word of a register with one bit a line. */
static volatile __u32 *word(unsigned int irq, unsigned int offset)
{
	return gic_reg(base_of(irq), offset + irq / 32 * 4);
}

static void wait_for_write(void)
{
	for (unsigned int i = 0; gic.local[0] && i < RWP_POLLS_MAX; i++)
		if (!(*gic_reg(gic.dist, GICD_CTLR) & GICD_CTLR_RWP))
			return;
}

int gic_dist_init(void)
{
	unsigned int lines = ((*gic_reg(gic.dist, GICD_TYPER) & 31) + 1) * 32;

	for (unsigned int irq = 0; irq < lines; irq += 32) {
		*word(irq, GICD_ICENABLER) = ~0U;
		*word(irq, GICD_ICPENDR) = ~0U;
	}
	wait_for_write();
	return (int)MIN(lines, (unsigned int)GIC_SPECIAL_FIRST);
}

void gic_groups_init(int lines)
{
#ifdef CONFIG_HAVE_SMP
	gic.nmi[0] = 1U << GIC_SGI_STOP;
#endif
	for (int irq = 0; irq < lines; irq += 32)
		*word((unsigned int)irq, GICD_IGROUPR) = ~gic.nmi[irq / 32];
}

#ifdef CONFIG_HAVE_SMP
void gic_local_init(void)
{
	*word(0, GICD_ICENABLER) = ~0U;
	*word(0, GICD_ICPENDR) = ~0U;
	*word(0, GICD_IGROUPR) = ~gic.nmi[0];
}

int gic_stop_irq(void)
{
	return gic.fiq ? GIC_SGI_STOP : -1;
}
#endif

void gic_mask(unsigned int irq)
{
	*word(irq, GICD_ICENABLER) = 1U << irq % 32;
	wait_for_write();
}

void gic_enable(unsigned int irq)
{
	*(volatile __u8 *)(base_of(irq) + GICD_IPRIORITYR + irq) =
		gic_is_nmi(irq) ? PRIORITY_NMI : PRIORITY;
	*word(irq, GICD_ISENABLER) = 1U << irq % 32;
}

int gic_set_nmi(unsigned int irq, int on)
{
	volatile __u32 *group = word(irq, GICD_IGROUPR);
	__u32 bit = 1U << irq % 32;

	if (!gic.fiq)
		return -ENOTSUP;
	gic_mask(irq);
	*group = on ? *group & ~bit : *group | bit;
	UK_WRITE_ONCE(gic.nmi[irq / 32],
		      on ? gic.nmi[irq / 32] | bit : gic.nmi[irq / 32] & ~bit);
	return 0;
}

int gic_run_nmi(unsigned int irq)
{
#ifdef CONFIG_HAVE_SMP
	if (irq != GIC_SGI_STOP)
		(void)uk_intctlr_nmi(GIC_SGI_STOP);
#endif
	return uk_intctlr_nmi(irq);
}

/*
 * It is over before its handlers run: a debugger's does not come back. No
 * other comes meanwhile, as traps mask them.
 */
static int fiq(void *data)
{
	const struct ukarch_trap_ctx *ctx = data;
	int irq;

	if (ctx->trapnr % 4 != SLOT_FIQ || !gic.fiq)
		return UK_EVENT_NOT_HANDLED;
	irq = gic.fiq();
	if (irq == UK_INTCTLR_SPURIOUS || gic_run_nmi((unsigned int)irq))
		return UK_EVENT_HANDLED;
	/* what CPUs send each other may have been sent twice */
	return irq < GIC_PPI_FIRST ? UK_EVENT_HANDLED : UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, fiq, UK_TRAP_PRIO_DEVICE);

void gic_trigger(unsigned int irq)
{
	*word(irq, GICD_ISPENDR) = 1U << irq % 32;
}

int gic_configure(const struct uk_intctlr_irq *irq)
{
	volatile __u32 *cfg =
		gic_reg(base_of(irq->id), GICD_ICFGR + irq->id / 16 * 4);
	__u32 edge = 2U << irq->id % 16 * 2;
	int want_edge = irq->trigger == UK_INTCTLR_IRQ_TRIGGER_EDGE;
	__u32 enabled = *word(irq->id, GICD_ISENABLER) & 1U << irq->id % 32;

	gic_mask(irq->id);
	*cfg = want_edge ? *cfg | edge : *cfg & ~edge;
	if (enabled)
		*word(irq->id, GICD_ISENABLER) = enabled;
	return !!(*cfg & edge) == want_edge ? 0 : -EINVAL;
}

int gic_fdt_xlat(const void *fdt, int nodeoffset, __u32 index,
		 struct uk_intctlr_irq *irq)
{
	int len;
	const fdt32_t *cell = fdt_getprop(fdt, nodeoffset, "interrupts", &len);
	__u32 type, number, flags;

	if (!cell || index >= (__u32)len / 4 / CELLS)
		return -ENOENT;
	cell += index * CELLS;
	type = fdt32_ld(cell);
	number = fdt32_ld(cell + 1);
	flags = fdt32_ld(cell + 2);
	if (type > TYPE_PPI || number >= (type == TYPE_SPI ? 988 : 16))
		return -EINVAL;
	irq->id = number + (type == TYPE_SPI ? GIC_SPI_FIRST : 16);
	irq->trigger = (flags & FLAGS_EDGE)    ? UK_INTCTLR_IRQ_TRIGGER_EDGE
		       : (flags & FLAGS_LEVEL) ? UK_INTCTLR_IRQ_TRIGGER_LEVEL
					       : UK_INTCTLR_IRQ_TRIGGER_NONE;
	return 0;
}
