/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Third section, for refused addresses: the page-table entries from the root
 * down to the one that refused.
 */
#include <uk/arch/paging.h>
#include "crash_internal.h"

static void pagewalk(const struct uk_crash_info *info)
{
	struct uk_page_walk w;
	char line[UK_PAGE_WALK_TEXT];

	if (!info->trap || !info->trap->addr_valid)
		return;
	uk_page_walk(info->trap->fault_address, &w);
	if (w.level < 0)
		return; /* non-canonical: there is nothing to walk */
	uk_pr_crit("Page tables of 0x%lx:\n", info->trap->fault_address);
	for (int level = PAGE_LEVELS - 1; level >= w.level; level--) {
		uk_page_walk_text(&w, level, line, sizeof(line));
		uk_pr_crit("  %s\n", line);
	}
}

UKCRASH_SECTION(pagewalk);
