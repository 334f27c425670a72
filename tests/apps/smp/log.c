/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * All CPUs write to the log at a time; the reader counts the lines.
 */
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include "scenes.h"

#define CHUNKS 5
#define LINES 20

static unsigned int lines[CPUS];

static void write_lines(unsigned int cpu)
{
	for (unsigned int i = 0; i < LINES; i++)
		uk_pr_info("log: cpu %u line %u "
			   "abcdefghijklmnopqrstuvwxyz0123456789 end\n",
			   cpu, lines[cpu]++);
}

int scene_log(void)
{
	for (unsigned int i = 0; i < CHUNKS; i++)
		everywhere(write_lines);
	return 0;
}
