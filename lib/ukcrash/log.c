/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Last section: log lines that no console has shown, for they waited in the
 * ring when the guest crashed.
 */
#include "crash_internal.h"

#define LINES_MAX 16

static void log_lines(const struct uk_crash_info *info __unused)
{
	static char text[UK_PRINT_TEXT_MAX];
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	unsigned int lines = 0;

	while (lines < LINES_MAX &&
	       uk_print_next(&it, &rec, text, sizeof(text))) {
		if (rec.on_console)
			continue;
		if (!lines++)
			uk_pr_crit("Log lines not shown before:\n");
		uk_pr_crit("  %s\n", text);
	}
}

UKCRASH_SECTION(log_lines);
