/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * GICv3 (Arm IHI 0069): the CPU interface is system registers, and each CPU
 * has a redistributor for its own lines.
 */
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include "gic_internal.h"

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_IAR0_EL1 S3_0_C12_C8_0
#define ICC_EOIR0_EL1 S3_0_C12_C8_1
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7

/* The name is expanded before it is turned into text. */
#define ICC_READ(reg) ICC_READ_(reg)
#define ICC_READ_(reg) UKARCH_SYSREG_READ(reg)
#define ICC_WRITE(reg, val) ICC_WRITE_(reg, val)
#define ICC_WRITE_(reg, val) UKARCH_SYSREG_WRITE(reg, val)

#define SRE_ENABLE 1
#define PMR_ALL 0xff

#define CTLR_ENABLE_GROUPS 0x03
#define CTLR_ARE 0x10 /* affinity routing, needed for system registers */

#define GICR_TYPER 0x08
#define GICR_TYPER_LAST 0x10
#define GICR_TYPER_VLPIS 0x02
#define GICR_WAKER 0x14
#define GICR_WAKER_SLEEP 0x02  /* ProcessorSleep */
#define GICR_WAKER_ASLEEP 0x04 /* ChildrenAsleep */
#define GICR_FRAME 0x10000     /* the second frame is the one of the lines */
#define GICR_FRAMES_MAX 1024
#define WAKE_POLLS_MAX 100000

#define MPIDR_AFFINITY 0xff00ffffffUL

static __u64 affinities[CONFIG_UKPLAT_LCPU_MAXCOUNT]; /* by CPU */

/* This CPU's redistributor: they follow each other, the last one says so. */
static __uptr redistributor(__uptr at)
{
	__u64 aff = UKARCH_SYSREG_READ(mpidr_el1) & MPIDR_AFFINITY;
	__u32 packed = (__u32)(aff >> 8 & 0xff000000) | (aff & 0xffffff);

	affinities[uk_percpu_id()] = aff;
	for (unsigned int i = 0; i < GICR_FRAMES_MAX; i++) {
		__u64 typer = *(volatile __u64 *)(at + GICR_TYPER);

		if (typer >> 32 == packed)
			return at;
		if (typer & GICR_TYPER_LAST)
			break;
		at += GICR_FRAME * (typer & GICR_TYPER_VLPIS ? 4 : 2);
	}
	return 0;
}

static int wake(__uptr redist)
{
	volatile __u32 *waker = gic_reg(redist, GICR_WAKER);

	*waker &= ~(__u32)GICR_WAKER_SLEEP;
	for (unsigned int i = 0; i < WAKE_POLLS_MAX; i++)
		if (!(*waker & GICR_WAKER_ASLEEP))
			return 0;
	return -ENODEV;
}

static int gicv3_fiq(void)
{
	unsigned int irq = (unsigned int)ICC_READ(ICC_IAR0_EL1);

	__asm__ __volatile__("dsb sy" : : : "memory");
	if (irq >= GIC_SPECIAL_FIRST)
		return UK_INTCTLR_SPURIOUS;
	ICC_WRITE(ICC_EOIR0_EL1, irq);
	return (int)irq;
}

static __uptr redistributors;

/* The calling CPU's redistributor. */
static int redist_init(void)
{
	__uptr redist = redistributor(redistributors);

	if (!redist || wake(redist))
		return -ENODEV;
	gic.local[uk_percpu_id()] = redist + GICR_FRAME;
	return 0;
}

/* The calling CPU's interface. */
static void interface_init(void)
{
	ICC_WRITE(ICC_SRE_EL1, SRE_ENABLE);
	__asm__ __volatile__("isb" : : : "memory");
	ICC_WRITE(ICC_PMR_EL1, PMR_ALL);
	ICC_WRITE(ICC_CTLR_EL1, 0);
	ICC_WRITE(ICC_IGRPEN0_EL1, 1);
	ICC_WRITE(ICC_IGRPEN1_EL1, 1);
	__asm__ __volatile__("isb" : : : "memory");
}

static int gicv3_probe(void)
{
	__uptr base[2];
	int lines;

	if (gic_find("arm,gic-v3", base))
		return -ENODEV;
	redistributors = base[1];
	gic = (struct gic){ .dist = base[0], .fiq = gicv3_fiq };
	if (redist_init())
		return -ENODEV;
	*gic_reg(gic.dist, GICD_CTLR) = CTLR_ARE;
	lines = gic_dist_init();
	gic_groups_init(lines);
	*gic_reg(gic.dist, GICD_CTLR) = CTLR_ARE | CTLR_ENABLE_GROUPS;

	interface_init();
	return lines;
}

static int gicv3_ack(const struct ukarch_trap_ctx *ctx __unused)
{
	unsigned int irq = (unsigned int)ICC_READ(ICC_IAR1_EL1);

	/* What the device wrote before it interrupted is seen after this. */
	__asm__ __volatile__("dsb sy" : : : "memory");
	return irq < GIC_SPECIAL_FIRST ? (int)irq : UK_INTCTLR_SPURIOUS;
}

static void gicv3_eoi(unsigned int irq)
{
	ICC_WRITE(ICC_EOIR1_EL1, irq);
}

static int gicv3_set_cpu(unsigned int irq, unsigned int to)
{
	if (irq < GIC_SPI_FIRST)
		return -EINVAL;
	*(volatile __u64 *)(gic.dist + GICD_IROUTER + 8UL * irq) =
		affinities[to];
	return 0;
}

#ifdef CONFIG_HAVE_SMP
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_SGI0R_EL1 S3_0_C12_C11_7

static void gicv3_init_cpu(void)
{
	if (redist_init())
		return;
	gic_local_init();
	interface_init();
}

/* IHI 0069, 12.1.10: a CPU is a bit in a list of 16 of one cluster. */
static void gicv3_ipi(unsigned int to, unsigned int irq)
{
	__u64 aff = affinities[to], aff0 = aff & 0xff;
	__u64 val = (aff >> 32 & 0xff) << 48 | (aff0 >> 4) << 44 |
		    (aff >> 16 & 0xff) << 32 | (__u64)irq << 24 |
		    (aff >> 8 & 0xff) << 16 | 1UL << (aff0 & 15);

	__asm__ __volatile__("dsb ishst" : : : "memory");
	if (irq == GIC_SGI_STOP)
		ICC_WRITE(ICC_SGI0R_EL1, val);
	else
		ICC_WRITE(ICC_SGI1R_EL1, val);
	__asm__ __volatile__("isb" : : : "memory");
}
#endif

static const struct uk_intctlr_driver_ops gicv3_ops = {
	.probe = gicv3_probe,
	.ack = gicv3_ack,
	.eoi = gicv3_eoi,
	.mask_irq = gic_mask,
	.unmask_irq = gic_enable,
	.set_cpu = gicv3_set_cpu,
	.configure_irq = gic_configure,
	.trigger_irq = gic_trigger,
	.set_nmi = gic_set_nmi,
#ifdef CONFIG_HAVE_SMP
	.init_cpu = gicv3_init_cpu,
	.ipi = gicv3_ipi,
	.ipi_irq = GIC_SGI_IPI,
	.stop_irq = gic_stop_irq,
#endif
	.fdt_xlat = gic_fdt_xlat,
};

UK_INTCTLR_REGISTER(gicv3, &gicv3_ops, 5);
