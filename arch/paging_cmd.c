/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the page-table entries of an address, from the root down.
 */
#include <uk/arch/paging.h>
#include <uk/cmd.h>

static void tell(struct uk_cmd_io *io, const struct uk_page_walk *w, int level)
{
	__pte_t pte = w->pte[level];

	uk_cmd_printf(io, "level %d, table %012lx: entry %016lx ", level,
		      w->table[level], pte);
	if (!ukarch_pte_present(pte))
		uk_cmd_printf(io, "not present\n");
	else if (!ukarch_pte_leaf(pte, (unsigned int)level))
		uk_cmd_printf(io, "table\n");
	else
		uk_cmd_printf(io, "page of %lu KiB, %c%c%c%s\n",
			      PAGE_LEVEL_SIZE(level) / 1024,
			      w->attr & PAGE_ATTR_PROT_READ ? 'R' : '-',
			      w->attr & PAGE_ATTR_PROT_WRITE ? 'W' : '-',
			      w->attr & PAGE_ATTR_PROT_EXEC ? 'X' : '-',
			      w->attr & PAGE_ATTR_DEVICE ? ", device" : "");
}

static int cmd_pagewalk(struct uk_cmd_io *io, int argc, char **argv)
{
	struct uk_page_walk w;
	__u64 addr;

	if (argc != 2 || uk_cmd_number(argv[1], &addr))
		return -EINVAL;
	if (uk_page_walk(addr, &w) == -EINVAL) {
		uk_cmd_printf(io, "0x%lx is not canonical\n", addr);
		return -EFAULT;
	}
	for (int level = PAGE_LEVELS - 1; level >= w.level; level--)
		tell(io, &w, level);
	if (w.mapped)
		uk_cmd_printf(io, "physical address 0x%lx\n", w.paddr);
	return 0;
}

UK_CMD(pagewalk, cmd_pagewalk, "shows the page tables of an address", "ADDR",
       UK_CMD_ANY);
