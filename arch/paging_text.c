/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a walk through the page tables saw, in words.
 */
#include <uk/arch/paging.h>
#include <uk/snprintf.h>

static void entry_words(__pte_t pte, int level, char *buf, __sz len)
{
	unsigned long prot;

	if (!ukarch_pte_present(pte)) {
		uk_snprintf(buf, len, "not present");
		return;
	}
	if (!ukarch_pte_leaf(pte, (unsigned int)level)) {
		uk_snprintf(buf, len, "table");
		return;
	}
	prot = ukarch_pte_prot(pte);
	uk_snprintf(buf, len, "page of %lu KiB, %c%c%c%s",
		    PAGE_LEVEL_SIZE(level) / 1024,
		    prot & PAGE_ATTR_PROT_READ ? 'R' : '-',
		    prot & PAGE_ATTR_PROT_WRITE ? 'W' : '-',
		    prot & PAGE_ATTR_PROT_EXEC ? 'X' : '-',
		    prot & PAGE_ATTR_DEVICE ? ", device" : "");
}

void uk_page_walk_text(const struct uk_page_walk *walk, int level, char *buf,
		       __sz len)
{
	static const char *const names[PAGE_LEVELS] = UKARCH_PT_NAMES;
	char words[48];

	entry_words(walk->pte[level], level, words, sizeof(words));
	uk_snprintf(buf, len, "%s, table %012lx: entry %016lx %s", names[level],
		    walk->table[level], walk->pte[level], words);
}
