/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the lines that interrupted or have a handler.
 */
#include <uk/cmd.h>
#include <uk/intctlr.h>

static int cmd_irq(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	struct uk_intctlr_irq_stats stats;

	if (argc > 1)
		return -EINVAL;
	uk_cmd_printf(io, "%s, %u lines, %lu spurious\n", uk_intctlr_name(),
		      uk_intctlr_irq_count(), uk_intctlr_spurious_count());
	uk_cmd_printf(io, "line      count  unclaimed  handlers\n");
	for (unsigned int i = 0; i < uk_intctlr_irq_count(); i++)
		if (!uk_intctlr_irq_stats(i, &stats) &&
		    (stats.count || stats.handlers))
			uk_cmd_printf(io, "%4u %10lu %10lu %9u\n", i,
				      stats.count, stats.unclaimed,
				      stats.handlers);
	return 0;
}

UK_CMD(irq, cmd_irq, "lists interrupts by line", "", UK_CMD_ANY);
