/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Third section, for refused addresses: the page-table entries from the root
 * down to the one that refused.
 */
#include <uk/arch/paging.h>
#include "crash_internal.h"

static const char *entry_words(const struct uk_page_walk *w, int level,
			       char *buf, __sz len)
{
	__pte_t pte = w->pte[level];
	unsigned long prot;

	if (!ukarch_pte_present(pte))
		return "not present";
	if (!ukarch_pte_leaf(pte, (unsigned int)level))
		return "table";
	prot = ukarch_pte_prot(pte);
	uk_snprintf(buf, len, "page of %lu KiB, %c%c%c%s",
		    PAGE_LEVEL_SIZE(level) / 1024,
		    (prot & PAGE_ATTR_PROT_READ) ? 'R' : '-',
		    (prot & PAGE_ATTR_PROT_WRITE) ? 'W' : '-',
		    (prot & PAGE_ATTR_PROT_EXEC) ? 'X' : '-',
		    (prot & PAGE_ATTR_DEVICE) ? ", device" : "");
	return buf;
}

static void pagewalk(const struct uk_crash_info *info)
{
	struct uk_page_walk w;
	char words[48];

	if (!info->trap || !info->trap->addr_valid)
		return;
	uk_page_walk(info->trap->fault_address, &w);
	if (w.level < 0)
		return; /* non-canonical: there is nothing to walk */
	uk_pr_crit("Page tables of 0x%lx:\n", info->trap->fault_address);
	for (int level = PAGE_LEVELS - 1; level >= w.level; level--)
		uk_pr_crit("  level %d, table %012lx: entry %016lx %s\n", level,
			   w.table[level], w.pte[level],
			   entry_words(&w, level, words, sizeof(words)));
}

UKCRASH_SECTION(pagewalk);
