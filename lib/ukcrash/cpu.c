/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which CPU crashed, and what the others do meanwhile:
 *
 *	CPU: 1; stopped: 0 2; did not stop: 3
 */
#include <uk/lcpu.h>
#include "crash_internal.h"

#define LINE_MAX 256

/* "; stopped: 0 2", or nothing; what does not fit is left out. */
static int list(char *buf, __sz len, const char *what, enum uk_lcpu_state state)
{
	int at = 0;

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		if (i == ukplat_lcpu_id() || uk_lcpu_state(i) != state ||
		    len - (__sz)at < sizeof("; did not stop: 255"))
			continue;
		at += uk_snprintf(buf + at, len - (__sz)at, "%s%s %u",
				  at ? "" : "; ", at ? "" : what, i);
	}
	return at;
}

static void cpu(const struct uk_crash_info *info __unused)
{
	char line[LINE_MAX] = "";
	int at = 0;

	at += list(line, sizeof(line), "stopped:", UK_LCPU_STOPPED);
	at += list(line + at, sizeof(line) - (__sz)at,
		   "did not stop:", UK_LCPU_RUNS);
	list(line + at, sizeof(line) - (__sz)at, "did not start:", UK_LCPU_OFF);
	uk_pr_crit("CPU: %u%s\n", ukplat_lcpu_id(), line);
}

UKCRASH_SECTION(cpu);
