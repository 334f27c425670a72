/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: tracepoints and their events.
 */
#include <string.h>
#include <uk/cmd.h>
#include <uk/thread.h>
#include "trace_internal.h"

static void show(const char *text, void *arg)
{
	uk_cmd_printf(arg, "%s\n", text);
}

static int switch_named(struct uk_cmd_io *io, const char *names, int on)
{
	char text[UK_TRACE_ANSWER_MAX];
	int rc;

	if (!uk_cmd_may_change(io))
		return -EPERM;
	rc = uk_trace_switch_words(names, on, text, sizeof(text));
	show(text, io);
	return MIN(rc, 0);
}

static int cmd_tracepoints(struct uk_cmd_io *io, int argc, char **argv)
{
	__u64 wanted = ~0UL;

	if (argc == 1) {
		uk_trace_list(show, io);
	} else if (argc == 3 && !strcmp(argv[1], "on")) {
		return switch_named(io, argv[2], 1);
	} else if (argc == 3 && !strcmp(argv[1], "off")) {
		return switch_named(io, argv[2], 0);
	} else if (argc == 2 && !strcmp(argv[1], "clear")) {
		if (!uk_cmd_may_change(io))
			return -EPERM;
		uk_trace_clear();
	} else if (!strcmp(argv[1], "last") && argc <= 3 &&
		   (argc == 2 || !uk_cmd_number(argv[2], &wanted))) {
		for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
			uk_trace_last(i, wanted, show, io);
	} else {
		return -EINVAL;
	}
	return 0;
}

/* First words, then names. */
static void complete(struct uk_cmd_words *words, int argc, char **argv)
{
	static const char *const first[] = { "on", "off", "clear", "last" };

	if (argc == 2)
		for (__sz i = 0; i < ARRAY_SIZE(first); i++)
			uk_cmd_offer(words, first[i]);
	if (argc == 3 && (!strcmp(argv[1], "on") || !strcmp(argv[1], "off")))
		uk_table_foreach (tracepoint, point)
			uk_cmd_offer(words, point->name);
}

UK_CMD_COMPLETE(tracepoints, cmd_tracepoints,
		"lists tracepoints, switches them, shows their events",
		"[on NAMES|off NAMES|last [COUNT]|clear]", UK_CMD_ANY,
		complete);
