/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The physical timer of the generic timer (Arm ARM, DDI 0487, D11.2), whose
 * line comes as FIQ. The virtual one is the clock's (lib/generictimer).
 */
#include <uk/arch/lcpu.h>
#include <uk/fdt.h>
#include <uk/intctlr.h>
#include <uk/percpu.h>
#include <uk/plat/bootinfo.h>
#include "nmi_internal.h"

#define CTL_ENABLE 1
#define PHYSICAL 1 /* of the interrupts of its node (Linux' binding) */

const int nmi_source_is_local = 1;

static unsigned int line; /* of each CPU */
static __u64 hz;

/* Of each CPU. */
static __u64 ticks[CONFIG_UKPLAT_LCPU_MAXCOUNT]; /* a period; 0: off */

static __u64 now(void)
{
	__u64 count;

	__asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(count) : : "memory");
	return count;
}

static void compare(__u64 with)
{
	UKARCH_SYSREG_WRITE(cntp_cval_el0, with);
	__asm__ volatile("isb" : : : "memory");
}

static void enable(int on)
{
	UKARCH_SYSREG_WRITE(cntp_ctl_el0, on ? CTL_ENABLE : 0);
	__asm__ volatile("isb" : : : "memory");
}

__nsec nmi_source_set(__nsec period)
{
	__u64 n = (__u64)((unsigned __int128)period * hz / UK_NSEC_PER_SEC);

	enable(0);
	ticks[uk_percpu_id()] = n;
	if (n) {
		compare(now() + n);
		enable(1);
	}
	return period;
}

/* The next one before the handlers: a debugger's does not come back. */
static int interrupt(void *arg __unused)
{
	__u64 n = ticks[uk_percpu_id()], next;

	if (!n) { /* it was on its way */
		enable(0);
		return UK_INTCTLR_IRQ_HANDLED;
	}
	next = UKARCH_SYSREG_READ(cntp_cval_el0) + n;
	compare(next > now() ? next : now() + n);
	nmi_ticked(uk_percpu_read(trap));
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(interrupt);

void nmi_source_init_cpu(void)
{
	uk_intctlr_irq_unmask(line);
}

int nmi_source_init(void)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	int node = uk_fdt_next(dtb, 0, "arm,armv8-timer"), rc;
	struct uk_intctlr_irq irq;

	hz = UKARCH_SYSREG_READ(cntfrq_el0);
	if (!hz || node < 0 ||
	    uk_intctlr_irq_fdt_xlat(dtb, node, PHYSICAL, &irq))
		return -ENODEV;
	line = irq.id;
	enable(0);
	rc = uk_intctlr_irq_register(line, interrupt, __NULL);
	if (rc)
		return rc;
	rc = uk_intctlr_irq_set_nmi(line, 1);
	if (rc)
		(void)uk_intctlr_irq_unregister_arg(line, interrupt, __NULL);
	else
		uk_intctlr_irq_unmask(line);
	return rc;
}
