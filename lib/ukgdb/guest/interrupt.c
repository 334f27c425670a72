/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Ctrl-C, and a debugger that comes: what the interrupt of the line brings.
 *
 * An interrupt that cannot be masked may find the program on its way into a
 * trap or out of it: registers are half saved then, or the breakpoint that was
 * hit is not seen yet. It has the CPU trap after each instruction until the
 * program is out, or the stub looks for what it missed itself.
 */
#include <uk/percpu.h>
#include <uk/sched.h>
#include <uk/thread.h>
#include <uk/trap.h>
#include "guest.h"

struct gdb_stop gdb_guest_none_left(long tid)
{
	return (struct gdb_stop){
		.why = GDB_STOP_NO_RESUMED,
		.signal = GDB_SIGTRAP,
		.tid = tid,
		.what = "the thread has ended, and no other may run",
	};
}

struct gdb_stop gdb_guest_polled_stop(void)
{
	if (gdb_guest.poll == GDB_POLL_NONE && gdb_guest.none_left)
		return gdb_guest_none_left(gdb_guest_tid());
	return (struct gdb_stop){
		.why = GDB_STOP_SIGNAL,
		.signal = gdb_guest.poll == GDB_POLL_INTERRUPT ? GDB_SIGINT
							       : GDB_SIGTRAP,
	};
}

/* Returns if the program goes on first, for an instruction. */
static void stop_polled(struct ukarch_trap_ctx *ctx)
{
	const struct gdb_stop stop = gdb_guest_polled_stop();

	if (!gdb_guest_goes_first(ctx->regs))
		gdb_guest_stop(ctx, &stop);
}

enum gdb_poll gdb_guest_poll(struct ukarch_trap_ctx *ctx)
{
	struct gdb_guest *g = &gdb_guest;

	do {
		g->poll = GDB_POLL_NONE;
		uk_percpu()->in_debugger = 1;
		if (!gdb_cpus_stop(ctx)) {
			uk_percpu()->in_debugger = 0;
			return GDB_POLL_NONE;
		}
		do {
			uk_percpu()->in_debugger = 1;
			g->missed = 0;
			g->poll_cpu = uk_percpu_id();
			g->poll = gdb_session_poll(&g->session);
			uk_percpu()->in_debugger = 0;
		} while (g->poll == GDB_POLL_NONE && g->missed);
		if (g->poll != GDB_POLL_NONE)
			return g->poll;
		uk_percpu()->in_debugger = 1;
		gdb_cpus_resume();
		uk_percpu()->in_debugger = 0;
	} while (g->missed); /* while the others were resumed */
	return GDB_POLL_NONE;
}

void gdb_guest_catch_up(struct ukarch_trap_ctx *ctx)
{
	if (gdb_guest_poll(ctx) != GDB_POLL_NONE)
		stop_polled(ctx);
}

int __nobreak gdb_guest_come_out(struct ukarch_trap_ctx *ctx)
{
	struct gdb_guest *g = &gdb_guest;
	int nested = uk_percpu()->in_debugger;

	if (!nested && gdb_arch_trap_path(ctx) != GDB_PATH_NONE)
		return UK_EVENT_HANDLED;
	uk_percpu()->in_debugger = 1;
	g->coming_out = 0;
	gdb_break_again(ctx); /* where the program goes on there was one */
	/* a way back from the trap took it, one to a handler did not */
	gdb_arch_trace(ctx->regs, 0);
	if (!nested) {
		stop_polled(ctx);
		return UK_EVENT_HANDLED;
	}
	g->missed = 1;
	return UK_EVENT_HANDLED;
}

void gdb_guest_received(struct uk_console *con __unused, void *arg __unused)
{
	struct gdb_guest *g = &gdb_guest;
	struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);

	if (uk_percpu()->in_debugger || g->coming_out) {
		g->missed = 1;
		return;
	}
	/* An interrupt that cannot be masked has nothing to be finished. */
	if (gdb_guest_poll(ctx) == GDB_POLL_NONE || !ctx ||
	    !uk_break_is_nmi(ctx))
		return;
	if (gdb_guest_on_stack(ukarch_regs_sp(ctx->regs))) {
		gdb_guest_relapse();
		return;
	}
	switch (gdb_arch_trap_path(ctx)) {
	case GDB_PATH_NONE:
		stop_polled(ctx);
		break;
	case GDB_PATH_TRAP:
		g->coming_out = (int)uk_percpu_id() + 1;
		gdb_arch_trace(ctx->regs, 1);
		break;
	case GDB_PATH_DEBUG_ENTRY:
		g->missed = 1;
	}
}

#ifdef CONFIG_LIBUKSCHED
static int only_exits(void *data __unused)
{
	gdb_guest.none_left = 1;
	gdb_guest_kick();
	return UK_EVENT_HANDLED_CONT;
}
UK_EVENT_HANDLER_PRIO(UK_EVENT_SCHED_ONLY_EXITS, only_exits, UK_PRIO_EARLIEST);
#endif

/* The interrupt was the line's, and it brought a reason to stop; or it is one
 * after which a thread gets its signal.
 */
static int on_irq(void *data)
{
	const struct gdb_guest *g = &gdb_guest;

	if (uk_percpu()->in_debugger)
		return UK_EVENT_NOT_HANDLED;
	if ((g->poll == GDB_POLL_NONE || g->poll_cpu != uk_percpu_id()) &&
	    !g->none_left) {
		gdb_guest_deliver(data);
		return UK_EVENT_NOT_HANDLED;
	}
	stop_polled(data);
	return UK_EVENT_HANDLED_CONT;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, on_irq, UK_TRAP_PRIO_AFTER_DEVICE);
