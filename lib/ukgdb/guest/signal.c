/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Signals that the program sends to itself, and those that it gets from the
 * debugger. For one of its own it traps to show one; the debugger
 * that resumes the program there, at the same pc and stack pointer, says which
 * signal it gets. A function that the debugger calls meanwhile, or a jump,
 * resumes it elsewhere and decides nothing.
 */
#include <string.h>
#include <uk/arch/fpstate.h>
#include <uk/nofault.h>
#include <uk/thread.h>
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

/* --- from the debugger ----------------------------------------------------*/

#ifdef CONFIG_LIBUKGDB_SIGNALS
UK_EVENT(UK_EVENT_GDB_SIGNAL);

#define ROOM 8192UL /* of the stack, for a handler */

/* On the stack of the thread. */
struct sent {
	int signal;
	char fpstate[] __aligned(UKARCH_FPSTATE_ALIGN);
};

static void receive(void *arg)
{
	struct sent *s = arg;

	ukarch_fpstate_save(s->fpstate);
	(void)uk_raise_event(UK_EVENT_GDB_SIGNAL, &s->signal);
	ukarch_fpstate_restore(s->fpstate);
}

/* Where the code of a handler, which may use stdio, is out of place. */
static const char *out_of_place(const struct __regs *regs)
{
#ifdef CONFIG_LIBUKSCHED
	const struct uk_thread *t = uk_thread_current();

	if (t && strcmp(uk_thread_state_name(t), "running"))
		return "the thread waits";
#endif
	if (gdb_cpu()->stopped_ctx.outer)
		return "the program handles a trap or an interrupt";
	if (!ukarch_regs_irq_enabled(regs))
		return "interrupts are off";
	return __NULL;
}

const char *gdb_signal_send(struct __regs *regs, int signal)
{
	const char *refusal = out_of_place(regs);
	__vaddr_t top = ukarch_regs_sp(regs), at;
	struct ukarch_trap_frame *frame;
	struct sent *s;

	if (refusal)
		return refusal;
	at = ALIGN_DOWN(top - sizeof(*s) - ukarch_fpstate_size(),
			(__vaddr_t)UKARCH_FPSTATE_ALIGN);
	s = (struct sent *)at;
	frame = (struct ukarch_trap_frame *)ALIGN_DOWN(at - sizeof(*frame),
						       16UL);
	at = (__vaddr_t)frame - ROOM;
	if (uk_nofault_probe_rw(at, top - at, 0) != top - at)
		return "its stack has no room";
	s->signal = signal;
#ifdef CONFIG_HAVE_SMP
	ukarch_percpu_resume(regs); /* the handler may change the CPU */
#endif
	ukarch_trap_frame_call(frame, regs, receive, s);
	return __NULL;
}
#endif

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
