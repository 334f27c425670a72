/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: what each allocator has given. The numbers are read as they stand:
 * in a trap one of them may be ahead of the others.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/cmd.h>
#include <uk/percpu.h>
#include "alloc_internal.h"

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

#ifdef CONFIG_LIBUKALLOC_CHECKS
static void print_line(const char *line, void *io)
{
	uk_cmd_printf(io, "%s\n", line);
}

static int check(struct uk_cmd_io *io, struct uk_alloc *a)
{
	/* in a debugger the other CPUs stand, and the lock may be held */
	int stopped = uk_percpu_read(trap) != __NULL;
	struct uk_alloc_damage damage;
	int ret;

	if (!stopped)
		ret = uk_alloc_check(a, &damage);
	else
		ret = a->ops->check && a->ops->check(a, &damage) ? -EFAULT : 0;
	if (ret)
		ukalloc_describe(&damage, print_line, io);
	else
		uk_cmd_printf(io, "%s: no damage\n", a->name);
	return ret;
}

static int cmd_heap(struct uk_cmd_io *io, int argc, char **argv)
{
	int ret = 0;

	if (argc != 2 || strcmp(argv[1], "check"))
		return -EINVAL;
	uk_alloc_foreach(a) ret = ret ? ret : check(io, a);
	return ret;
}

UK_CMD(heap, cmd_heap, "looks for damage of the heaps", "check", UK_CMD_ANY);
#endif

UK_CMD(mem, cmd_mem, "shows the heaps", "", UK_CMD_ANY);
