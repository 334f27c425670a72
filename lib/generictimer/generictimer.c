/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The virtual timer of the generic timer (Arm ARM, DDI 0487, D11.2): it
 * compares the counter that the clock is made of. Its line is level-triggered
 * and quiet while the timer is off.
 */
#include <uk/arch/lcpu.h>
#include <uk/fdt.h>
#include <uk/intctlr.h>
#include <uk/lcpu.h>
#include <uk/plat/bootinfo.h>
#include <uk/time.h>
#include <uk/time_dev.h>

#define CTL_ENABLE 1
#define VIRTUAL 2 /* of the interrupts of its node (Linux' binding) */

#define TICKS_MAX (1UL << 62)

static __u64 hz;
static unsigned int line; /* of each CPU */

static void generictimer_arm(__nsec deadline)
{
	__u64 ticks = ukarch_ticks();
	__nsec now = uk_time_monotonic();
	unsigned __int128 wait = 0;

	if (deadline > now)
		wait = (unsigned __int128)(deadline - now) * hz /
			       UK_NSEC_PER_SEC +
		       1;
	ticks += wait < TICKS_MAX ? (__u64)wait : TICKS_MAX;
	UKARCH_SYSREG_WRITE(cntv_cval_el0, ticks);
	UKARCH_SYSREG_WRITE(cntv_ctl_el0, CTL_ENABLE);
	__asm__ __volatile__("isb" : : : "memory");
}

static int expired(void *arg __unused)
{
	UKARCH_SYSREG_WRITE(cntv_ctl_el0, 0);
	__asm__ __volatile__("isb" : : : "memory");
	uk_time_expired();
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(expired);

static int generictimer_probe(void)
{
	const void *dtb = ukplat_bootinfo_get()->dtb;
	struct uk_intctlr_irq irq;
	int node = uk_fdt_next(dtb, 0, "arm,armv8-timer");

	hz = UKARCH_SYSREG_READ(cntfrq_el0);
	if (!hz)
		return -ENODEV;
	if (node < 0 || uk_intctlr_irq_fdt_xlat(dtb, node, VIRTUAL, &irq))
		return -ENODEV;
	line = irq.id;
	UKARCH_SYSREG_WRITE(cntv_ctl_el0, 0);
	return uk_intctlr_irq_register(line, expired, __NULL);
}

UK_TIME_DEV_REGISTER(generictimer, generictimer_probe, generictimer_arm, 5);

#ifdef CONFIG_HAVE_SMP
static int init_cpu(void *data __unused)
{
	UKARCH_SYSREG_WRITE(cntv_ctl_el0, 0);
	if (line)
		uk_intctlr_irq_unmask(line);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, init_cpu, 5);
#endif
