/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the consoles, what they are for and what passed.
 */
#include <uk/cmd.h>
#include <uk/console.h>
#include "console_internal.h"

static void roles(struct uk_cmd_io *io, const struct uk_console *con)
{
	for (unsigned int r = 0; r < UK_CONSOLE_ROLES; r++)
		if (uk_console_get(r) == con)
			uk_cmd_printf(io, " %s", console_role_names[r]);
}

static int cmd_console(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	struct uk_console *con = __NULL;

	if (argc > 1)
		return -EINVAL;
	while ((con = uk_console_next(con))) {
		const struct uk_console_stats *s = &con->stats;
		int irq = uk_console_irq(con);

		uk_cmd_printf(io, "%s:", con->name);
		roles(io, con);
		uk_cmd_printf(io,
			      "\n  in %lu, overruns %lu; out %lu, dropped "
			      "%lu; ",
			      s->in_bytes, s->in_overruns, s->out_bytes,
			      s->out_dropped);
		if (irq < 0)
			uk_cmd_printf(io, "polled\n");
		else
			uk_cmd_printf(io, "interrupt %d\n", irq);
	}
	return 0;
}

UK_CMD(console, cmd_console, "lists the consoles", "", UK_CMD_ANY);
