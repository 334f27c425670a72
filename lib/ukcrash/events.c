/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The last events of tracepoints before the crash, by CPU.
 */
#include <uk/trace.h>
#include "crash_internal.h"

static void show(const char *text, void *arg)
{
	int *any = arg;

	if (!*any)
		uk_pr_crit("Events:\n");
	*any = 1;
	uk_pr_crit("  %s\n", text);
}

static void events(const struct uk_crash_info *info __unused)
{
	int any = 0;

	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		uk_trace_last(i, CONFIG_LIBUKCRASH_EVENTS, show, &any);
}

UKCRASH_SECTION(events);
