/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The commands there are, by name. They are few: the next one is looked for
 * each time, so that nothing has to be sorted or kept.
 */
#include <string.h>
#include <uk/cmd.h>
#include "cmd_internal.h"

#define COLUMN 26

static const struct uk_cmd *behind(const char *name)
{
	const struct uk_cmd *next = __NULL;

	uk_table_foreach (cmd, c)
		if (strcmp(c->name, name) > 0 &&
		    (!next || strcmp(c->name, next->name) < 0))
			next = c;
	return next;
}

static void describe(struct uk_cmd_io *io, const struct uk_cmd *c)
{
	int width = COLUMN - (int)strlen(c->name);

	uk_cmd_printf(io, "%s %-*s %s%s\n", c->name, MAX(width, 0), c->usage,
		      c->help,
		      (c->flags & UK_CMD_THREAD) ? " (threads only)" : "");
}

void cmd_usage(struct uk_cmd_io *io, const struct uk_cmd *c)
{
	uk_cmd_printf(io, "usage: %s %s\n", c->name,
		      c->usage[0] ? c->usage : "(no arguments)");
}

static int cmd_help(struct uk_cmd_io *io, int argc, char **argv)
{
	const struct uk_cmd *c = __NULL;

	if (argc > 2)
		return -EINVAL;
	if (argc == 2) {
		c = uk_cmd_find(argv[1]);
		if (!c)
			return cmd_unknown(io, argv[1]);
		cmd_usage(io, c);
		uk_cmd_printf(io, "%s %s%s\n", c->name, c->help,
			      (c->flags & UK_CMD_THREAD) ? " (threads only)"
							 : "");
		return 0;
	}
	while ((c = behind(c ? c->name : "")))
		describe(io, c);
	return 0;
}

void cmd_offer_commands(struct uk_cmd_words *words)
{
	const struct uk_cmd *c = __NULL;

	while ((c = behind(c ? c->name : "")))
		uk_cmd_offer(words, c->name);
}

static void complete(struct uk_cmd_words *words, int argc, char **argv __unused)
{
	if (argc == 2)
		cmd_offer_commands(words);
}

UK_CMD_COMPLETE(help, cmd_help, "lists the commands, or describes one",
		"[NAME]", UK_CMD_ANY, complete);
