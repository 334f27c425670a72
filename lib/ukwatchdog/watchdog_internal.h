/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of ukwatchdog share.
 */
#ifndef __UKWATCHDOG_INTERNAL_H__
#define __UKWATCHDOG_INTERNAL_H__

#include <uk/arch/trap.h>
#include <uk/plat/time.h>

enum watchdog_hang {
	WATCHDOG_IRQ_OFF, /* interrupts are off */
	WATCHDOG_BUSY,	  /* others wait for the CPU */
};

/** Crashes, or logs a report; `ns`: for how long. Contexts: trap. */
void watchdog_report(struct ukarch_trap_ctx *ctx, enum watchdog_hang hang,
		     __nsec ns, int crashes);

/** Reports since boot. Contexts: any. */
__u64 watchdog_reports(void);

#endif /* __UKWATCHDOG_INTERNAL_H__ */
