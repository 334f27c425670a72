/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Signals that the program sends to itself. It traps to show one; the debugger
 * that resumes the program there, at the same pc and stack pointer, says which
 * signal it gets. A function that the debugger calls meanwhile, or a jump,
 * resumes it elsewhere and decides nothing.
 */
#include "guest.h"

#define SI_TKILL (-6) /* raise(), as Linux has it */

static struct {
	int number;
	int *to; /* receives what the program gets; NULL: nothing is shown */
	int trapping;
	__vaddr_t pc, sp;
} shown;

static int ended_by;

int uk_gdb_signal(int signal)
{
	struct gdb_guest *g = &gdb_guest;
	int result = signal;

	if (uk_percpu()->in_debugger || !g->con || !uk_gdb_attached() ||
	    gdb_session_passes(&g->session, signal))
		return signal;
	shown.number = signal;
	shown.to = &result;
	shown.trapping = 1;
	uk_gdb_break();
	return UK_READ_ONCE(result);
}

void gdb_signal_trap(struct ukarch_trap_ctx *ctx)
{
	const struct gdb_stop stop = {
		.why = GDB_STOP_SIGNAL,
		.signal = shown.number,
		.code = SI_TKILL,
	};

	if (!shown.trapping)
		return;
	shown.trapping = 0;
	shown.pc = ukarch_regs_pc(ctx->regs);
	shown.sp = ukarch_regs_sp(ctx->regs);
	gdb_guest_stop(ctx, &stop);
}

int gdb_signal_resume(const struct __regs *regs, const int *signal)
{
	if (!shown.to || ukarch_regs_pc(regs) != shown.pc ||
	    ukarch_regs_sp(regs) != shown.sp)
		return 0;
	*shown.to = signal ? *signal : shown.number;
	shown.to = __NULL;
	return 1;
}

void uk_gdb_ended_by(int signal)
{
	struct gdb_guest *g = &gdb_guest;
	const struct gdb_stop end = {
		.why = GDB_STOP_KILLED,
		.signal = signal,
		.tid = gdb_guest_tid(),
	};

	ended_by = signal;
	if (!g->con || !uk_gdb_attached())
		return;
	gdb_session_stopped(&g->session, &end);
	g->con = __NULL; /* it is not asked again */
}

int gdb_signal_of_end(void)
{
	return ended_by ? ended_by : GDB_SIGABRT;
}
