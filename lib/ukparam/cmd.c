/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the parameters and their values.
 */
#include <string.h>
#include <uk/cmd.h>
#include "param_internal.h"

static int cmd_params(struct uk_cmd_io *io, int argc, char **argv)
{
	char value[VALUE_TEXT_MAX];

	if (argc > 2)
		return -EINVAL;
	uk_table_foreach (param, p) {
		if (argc == 2 && !strstr(p->name, argv[1]))
			continue;
		value_text(p, value, sizeof(value));
		uk_cmd_printf(io, "%s=%s  %s\n", p->name, value, p->help);
	}
	return 0;
}

UK_CMD(params, cmd_params, "lists parameters and their values",
       "[PART OF A NAME]", UK_CMD_ANY);
