/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Command: the threads there are.
 */
#include <uk/arch/lcpu.h>
#include <uk/cmd.h>
#include <uk/thread.h>

static void show(struct uk_cmd_io *io, struct uk_thread *t)
{
	struct __regs *regs = uk_thread_regs(t);
	__u64 us = uk_thread_cpu_time(t) / 1000;

	uk_cmd_printf(io, "%3u %-16s %-8s %6lu.%06lu s %8lu switches", t->id,
		      t->name, uk_thread_state_name(t), us / 1000000,
		      us % 1000000, t->switches);
	if (regs)
		uk_cmd_printf(io, "  at 0x%lx", ukarch_regs_pc(regs));
	uk_cmd_printf(io, "\n");
}

static int cmd_threads(struct uk_cmd_io *io, int argc, char **argv __unused)
{
	struct uk_thread *t = __NULL;
	unsigned long flags;

	if (argc > 1)
		return -EINVAL;
	flags = ukarch_irq_save();
	while ((t = uk_thread_next(t)))
		show(io, t);
	ukarch_irq_restore(flags);
	return 0;
}

UK_CMD(threads, cmd_threads, "lists threads with their CPU time", "",
       UK_CMD_ANY);
