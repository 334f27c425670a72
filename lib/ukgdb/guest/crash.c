/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A crash stops in the debugger, after the screen, with the signal that a
 * program of an operating system would get.
 */
#include <uk/print.h>
#include <uk/trap.h>
#include "guest.h"

/* After ukcrash's screen, see <uk/crash.h>. */
#define PRIO_CRASH 5

static int on_crash(void *data)
{
	struct gdb_guest *g = &gdb_guest;
	const struct uk_crash_info *info = data;
	struct gdb_stop stop = {
		.why = GDB_STOP_SIGNAL,
		.signal = info->trap ? uk_crash_signal(info)
				     : gdb_signal_of_end(),
		.what = info->what,
	};
	struct __regs regs;

	if (uk_percpu()->in_debugger || !g->con ||
	    !(gdb_session_attached(&g->session) || g->crash_waits))
		return UK_EVENT_NOT_HANDLED;
	if (!gdb_session_attached(&g->session))
		uk_pr_always("gdb: waiting for a debugger on %s\n",
			     g->con->name);
	uk_percpu()->in_debugger = 1;
	if (info->trap && info->trap->addr_valid)
		stop.addr = info->trap->fault_address;
	g->crash = *info;
	g->in_crash = 1;
	g->call_pc = 0;
	if (info->trap)
		gdb_guest_stop(info->trap, &stop);
	/* In the call that crashes: after it may be another function. */
	regs = *info->regs;
	g->call_pc = ukarch_regs_pc(&regs);
	ukarch_regs_set_pc(&regs, g->call_pc - UKARCH_INSN_UNIT);
	gdb_guest_stop_at(&regs, &stop);
}
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, on_crash, PRIO_CRASH);
