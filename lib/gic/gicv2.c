/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * GICv2 (Arm IHI 0048): the CPU interface is memory mapped. Where there are
 * no groups all lines are in group 0, delivered as IRQ.
 */
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include "gic_internal.h"

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10

#define CTLR_ENABLE_GROUP0 0x1
#define CTLR_ENABLE_GROUP1 0x2
#define GICC_CTLR_ACK 0x4 /* GICC_IAR acknowledges group 1 as well */
#define GICC_CTLR_FIQ 0x8 /* group 0 is FIQ */
#define PMR_ALL 0xff
#define SGIR_SELF (2U << 24)
#define SGIR_GROUP1 (1U << 15)

static __uptr cpu;

/* Of each CPU: its bit in GICD_ITARGETSR, and what it acknowledged last, with
 * the CPU that sent it.
 */
static __u8 targets[CONFIG_UKPLAT_LCPU_MAXCOUNT];
static __u32 acked[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static __u32 ctlr; /* GICC_CTLR of each CPU */

static void gicv2_trigger(unsigned int irq)
{
	if (irq < 16)
		*gic_reg(gic.dist, GICD_SGIR) =
			SGIR_SELF | (gic.fiq ? SGIR_GROUP1 : 0) | irq;
	else
		gic_trigger(irq);
}

/*
 * Such lines have the highest priority, so that GICC_IAR has one, unless it has
 * gone meanwhile: another one comes again, as an IRQ.
 */
static int gicv2_fiq(void)
{
	__u32 iar = *gic_reg(cpu, GICC_IAR);
	unsigned int irq = iar & 0x3ff;
	int taken = gic_is_nmi(irq);

	if (irq >= GIC_SPECIAL_FIRST)
		return UK_INTCTLR_SPURIOUS;
	if (!taken)
		gicv2_trigger(irq);
	*gic_reg(cpu, GICC_EOIR) = iar;
	return taken ? (int)irq : UK_INTCTLR_SPURIOUS;
}

/* The interface of the calling CPU. */
static void local_init(void)
{
	targets[uk_percpu_id()] = *(volatile __u8 *)(gic.dist + GICD_ITARGETSR);
	*gic_reg(cpu, GICC_PMR) = PMR_ALL;
	*gic_reg(cpu, GICC_CTLR) = ctlr;
}

static int gicv2_probe(void)
{
	static const char *const names[] = { "arm,cortex-a15-gic",
					     "arm,gic-400" };
	__uptr base[2];
	__u32 groups = CTLR_ENABLE_GROUP0;
	int lines;

	if (gic_find(names[0], base) && gic_find(names[1], base))
		return -ENODEV;
	gic = (struct gic){ .dist = base[0] };
	cpu = base[1];
	ctlr = CTLR_ENABLE_GROUP0;
	lines = gic_dist_init();
	gic_groups_init(lines);
	if (*gic_reg(gic.dist, GICD_IGROUPR)) {
		groups |= CTLR_ENABLE_GROUP1;
		ctlr = groups | GICC_CTLR_ACK | GICC_CTLR_FIQ;
		gic.fiq = gicv2_fiq;
	}
	*gic_reg(gic.dist, GICD_CTLR) = groups;
	local_init();
	return lines;
}

/*
 * GICC_IAR may have a line that comes as FIQ, and came meanwhile. It is handled
 * as in gicv2_fiq() and fiq(): it ends before its handlers, and what was to be
 * acknowledged comes again. FIQs are masked as there, or the device, which asks
 * until its handler has run, interrupts that one.
 */
static void ack_nmi(__u32 iar, unsigned int irq)
{
	__u64 daif = UKARCH_SYSREG_READ(daif);

	__asm__ volatile("msr daifset, #1" : : : "memory");
	*gic_reg(cpu, GICC_EOIR) = iar;
	(void)gic_run_nmi(irq);
	UKARCH_SYSREG_WRITE(daif, daif);
}

static int gicv2_ack(const struct ukarch_trap_ctx *ctx __unused)
{
	__u32 iar = *gic_reg(cpu, GICC_IAR);
	unsigned int irq = iar & 0x3ff;

	if (unlikely(gic_is_nmi(irq))) {
		ack_nmi(iar, irq);
		return UK_INTCTLR_DONE;
	}
	acked[uk_percpu_id()] = iar;
	return irq < GIC_SPECIAL_FIRST ? (int)irq : UK_INTCTLR_SPURIOUS;
}

static void gicv2_eoi(unsigned int irq __unused)
{
	*gic_reg(cpu, GICC_EOIR) = acked[uk_percpu_id()];
}

/* With one CPU there is nothing to choose, and its bit reads as 0. */
static int gicv2_set_cpu(unsigned int irq, unsigned int to)
{
	if (irq < GIC_SPI_FIRST)
		return -EINVAL;
	if (targets[to])
		*(volatile __u8 *)(gic.dist + GICD_ITARGETSR + irq) =
			targets[to];
	return 0;
}

#ifdef CONFIG_HAVE_SMP
static void gicv2_init_cpu(void)
{
	gic_local_init();
	local_init();
}

static void gicv2_ipi(unsigned int to, unsigned int irq)
{
	__u32 group = gic.fiq && irq != GIC_SGI_STOP ? SGIR_GROUP1 : 0;

	__asm__ __volatile__("dsb ishst" : : : "memory");
	*gic_reg(gic.dist, GICD_SGIR) = (__u32)targets[to] << 16 | group | irq;
}
#endif

static const struct uk_intctlr_driver_ops gicv2_ops = {
	.probe = gicv2_probe,
	.ack = gicv2_ack,
	.eoi = gicv2_eoi,
	.mask_irq = gic_mask,
	.unmask_irq = gic_enable,
	.set_cpu = gicv2_set_cpu,
	.configure_irq = gic_configure,
	.trigger_irq = gicv2_trigger,
	.set_nmi = gic_set_nmi,
#ifdef CONFIG_HAVE_SMP
	.init_cpu = gicv2_init_cpu,
	.ipi = gicv2_ipi,
	.ipi_irq = GIC_SGI_IPI,
	.stop_irq = gic_stop_irq,
#endif
	.fdt_xlat = gic_fdt_xlat,
};

UK_INTCTLR_REGISTER(gicv2, &gicv2_ops, 5);
