/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: probes.
 */
#include <string.h>
#include <uk/cmd.h>
#include "probe_internal.h"

static void show(const char *line, void *arg)
{
	uk_cmd_printf(arg, "%s\n", line);
}

static int add(struct uk_cmd_io *io, int argc, char **argv)
{
	char why[160];
	int rc = uk_probe_add(argc, argv, why, sizeof(why));

	if (rc)
		uk_cmd_printf(io, "%s\n", why);
	return rc == -EINVAL ? -ECANCELED : rc;
}

static int drop(struct uk_cmd_io *io, const char *name)
{
	int rc = uk_probe_remove(name);

	if (rc)
		uk_cmd_printf(io, "%s: %s\n", name,
			      rc == -ENOENT ? "there is no such probe"
					    : "another probe is being changed; "
					      "try again");
	return rc;
}

static int cmd_probe(struct uk_cmd_io *io, int argc, char **argv)
{
	int adds = argc > 2 && !strcmp(argv[1], "add");

	if (argc == 1) {
		uk_probe_list(show, io);
		return 0;
	}
	if (!adds && (argc != 3 || strcmp(argv[1], "remove")))
		return -EINVAL;
	if (!uk_cmd_may_change(io))
		return -EPERM;
	return adds ? add(io, argc - 2, argv + 2) : drop(io, argv[2]);
}

static void complete(struct uk_cmd_words *words, int argc, char **argv)
{
	if (argc == 2) {
		uk_cmd_offer(words, "add");
		uk_cmd_offer(words, "remove");
	} else if (argc == 3 && !strcmp(argv[1], "remove")) {
		for (unsigned int i = 0; i < CONFIG_LIBUKPROBE_MAX; i++)
			if (probes[i].used)
				uk_cmd_offer(words, probes[i].name);
	}
}

UK_CMD_COMPLETE(probe, cmd_probe,
		"lists probes, adds and removes them (support/probe --print)",
		"[add NAME ADDRESS [WORDS]|remove NAME]", UK_CMD_THREAD,
		complete);
