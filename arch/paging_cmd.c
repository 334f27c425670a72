/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the page-table entries of an address, from the root down.
 */
#include <uk/arch/paging.h>
#include <uk/cmd.h>

static int cmd_pagewalk(struct uk_cmd_io *io, int argc, char **argv)
{
	char line[UK_PAGE_WALK_TEXT];
	struct uk_page_walk w;
	__u64 addr;

	if (argc != 2 || uk_cmd_number(argv[1], &addr))
		return -EINVAL;
	if (uk_page_walk(addr, &w) == -EINVAL) {
		uk_cmd_printf(io, "0x%lx is not canonical\n", addr);
		return -EFAULT;
	}
	for (int level = PAGE_LEVELS - 1; level >= w.level; level--) {
		uk_page_walk_text(&w, level, line, sizeof(line));
		uk_cmd_printf(io, "%s\n", line);
	}
	if (w.mapped)
		uk_cmd_printf(io, "physical address 0x%lx\n", w.paddr);
	return 0;
}

UK_CMD(pagewalk, cmd_pagewalk, "shows the page tables of an address", "ADDR",
       UK_CMD_ANY);
