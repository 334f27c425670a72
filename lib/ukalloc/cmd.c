/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: what each allocator has given. The numbers are read as they stand:
 * in a trap one of them may be ahead of the others.
 */
#include <uk/alloc.h>
#include <uk/cmd.h>

static int cmd_mem(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	uk_alloc_foreach(a)
	{
		const struct uk_alloc_stats *s = &a->stats;

		uk_cmd_printf(io, "%s: %lu bytes, %lu in use, %lu at most\n",
			      a->name, s->total, s->cur_mem_use,
			      s->max_mem_use);
		uk_cmd_printf(io,
			      "  %lu blocks in use, %lu at most; %lu requests, "
			      "%lu failed\n",
			      s->cur_nb_allocs, s->max_nb_allocs,
			      s->tot_nb_allocs + s->nb_enomem, s->nb_enomem);
	}
	return 0;
}

UK_CMD(mem, cmd_mem, "shows the heaps", "", UK_CMD_ANY);
