/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Whether interrupts were on, and which one was being handled.
 */
#include <uk/intctlr.h>
#include "crash_internal.h"

static void interrupts(const struct uk_crash_info *info)
{
	const char *state = ukarch_regs_irq_enabled(info->regs) ? "on" : "off";
	int irq = uk_intctlr_irq_current();

	if (irq < 0)
		uk_pr_crit("Interrupts: %s\n", state);
	else
		uk_pr_crit("Interrupts: %s, in a handler of line %d\n", state,
			   irq);
}

UKCRASH_SECTION(interrupts);
