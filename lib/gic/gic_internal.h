/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the two versions of the GIC share: the distributor. A line's number is
 * its INTID: 0–15 software-generated (SGI), 16–31 the CPU's own (PPI), from 32
 * on shared (SPI). Register names are those of Arm IHI 0048 and IHI 0069.
 */
#ifndef __GIC_INTERNAL_H__
#define __GIC_INTERNAL_H__

#include <uk/intctlr.h>

#define GIC_PPI_FIRST 16
#define GIC_SPI_FIRST 32
#define GIC_SPECIAL_FIRST 1020 /* INTIDs from here on are no lines */

#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GICD_IGROUPR 0x080
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ISPENDR 0x200
#define GICD_ICPENDR 0x280
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800 /* GICv2 */
#define GICD_ICFGR 0xc00
#define GICD_SGIR 0xf00	    /* GICv2 */
#define GICD_IROUTER 0x6000 /* GICv3, 64 bits a line */
#define GICD_CTLR_RWP (1U << 31)

/* Lines by which CPUs interrupt each other; the second comes as FIQ. */
#define GIC_SGI_IPI 1
#define GIC_SGI_STOP 0

struct gic {
	__uptr dist;
	/* same layout, for each CPU's lines below 32: GICv3's SGI frames */
	__uptr local[CONFIG_UKPLAT_LCPU_MAXCOUNT];
	/* Acknowledges and ends an FIQ; NULL if there are no two groups.
	 * Returns its line, or UK_INTCTLR_SPURIOUS.
	 */
	int (*fiq)(void);
	/* Lines that come as FIQ, by bit; of those that each CPU has of its
	 * own, on all CPUs that start after that.
	 */
	__u32 nmi[GIC_SPECIAL_FIRST / 32 + 1];
};

extern struct gic gic;

static inline volatile __u32 *gic_reg(__uptr base, unsigned int offset)
{
	return (volatile __u32 *)(base + offset);
}

/**
 * Reads the first two address ranges of the controller from the device tree.
 *
 * @return 0, or -ENODEV if it is not there.
 */
int gic_find(const char *compatible, __uptr base[2]);

/** Disables all lines, with nothing pending; returns how many there are. */
int gic_dist_init(void);

/** Puts all lines into group 1: IRQ. Group 0 is FIQ. */
void gic_groups_init(int lines);

/** Disables the calling CPU's own lines, and puts them into their groups. */
void gic_local_init(void);

/** 1 if a line comes as FIQ. */
static inline int gic_is_nmi(unsigned int irq)
{
	return UK_READ_ONCE(gic.nmi[irq / 32]) >> irq % 32 & 1;
}

/**
 * Runs the handlers of a line that came as FIQ: before them those of
 * GIC_SGI_STOP, in which a CPU that stands waits.
 *
 * @return as uk_intctlr_nmi(). Contexts: trap.
 */
int gic_run_nmi(unsigned int irq);

/** As stop_irq of struct uk_intctlr_driver_ops. */
int gic_stop_irq(void);

/* Of struct uk_intctlr_driver_ops. */
void gic_mask(unsigned int irq);
void gic_enable(unsigned int irq);
void gic_trigger(unsigned int irq);
int gic_configure(const struct uk_intctlr_irq *irq);
int gic_set_nmi(unsigned int irq, int on);
int gic_fdt_xlat(const void *fdt, int nodeoffset, __u32 index,
		 struct uk_intctlr_irq *irq);

#endif /* __GIC_INTERNAL_H__ */
