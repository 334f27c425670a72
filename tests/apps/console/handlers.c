/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The callback of the console: irq or trap context, general registers only.
 */
#include <uk/percpu.h>
#include "console_app.h"

struct seen seen;

void note(struct uk_console *con, void *arg)
{
	char c;

	seen.calls++;
	seen.depth = uk_percpu_read(trap_depth);
	while (arg && uk_console_in(con, &c, 1) == 1)
		seen.ctrl_c += c == 3;
}
