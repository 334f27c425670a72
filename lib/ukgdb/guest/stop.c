/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a trap to the session and back to the program.
 *
 * A stop leaves the program's stack: the frame of its trap is copied to the
 * top of a stack of the stub's own, and what lies below the program's stack
 * pointer is the debugger's to write, as it does when it calls a function.
 * The way back is that copy; nothing returns through where the trap came in.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include <uk/sched.h>
#include <uk/thread.h>
#include <uk/time.h>
#include <uk/stack.h>
#include <uk/trap.h>
#include "guest.h"

#define STACK_SIZE CONFIG_LIBUKGDB_STACK_SIZE

UK_STACK_DEFINE_PERCPU(uk_gdb_stack, "debugger", STACK_SIZE);

struct gdb_guest gdb_guest;
struct gdb_cpu gdb_cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static struct gdb_stop stopped;

long gdb_guest_tid(void)
{
	return uk_thread_id_on(uk_percpu_id());
}

static struct ukarch_trap_frame *frame_of(unsigned int cpu)
{
	return (struct ukarch_trap_frame *)(uk_gdb_stack[cpu] +
					    sizeof(uk_gdb_stack[0])) -
	       1;
}

/* The calling CPU's. */
static struct ukarch_trap_frame *frame(void)
{
	return frame_of(uk_percpu_id());
}

static struct ukarch_trap_ctx *stopped_ctx(void)
{
	return &gdb_cpu()->stopped_ctx;
}

/* --- the way back ---------------------------------------------------------*/

/* A debugger that wants it passed takes it out and steps; of a tracepoint it
 * does not know. One that has set the pc there, as `jump` does, wants it hit.
 */
int gdb_break_hits(__vaddr_t pc)
{
	const struct uk_break *b = uk_break_at(pc);

	return b && (b->users & UK_BREAK_DEBUGGER);
}

void __nobreak gdb_break_again(struct ukarch_trap_ctx *ctx)
{
	__vaddr_t pc = uk_break_pc(ctx->regs);

	if (ctx->why != UKARCH_WHY_BREAKPOINT || !uk_break_at(pc))
		return;
	ukarch_regs_set_pc(ctx->regs, pc);
	ctx->why = UKARCH_WHY_OTHER;
}

void __noreturn gdb_guest_leave(int over)
{
	gdb_shared_flush();
	gdb_arch_hw_enable(1);
	if (over) {
		__vaddr_t pc = ukarch_regs_pc(&frame()->regs);

		uk_break_sync();
		if (pc == gdb_guest.hit || !gdb_break_hits(pc))
			gdb_step_over(&frame()->regs, 0);
		uk_percpu()->in_debugger = 1;
	}
	gdb_arch_resume(&frame()->regs);
	uk_trap_leave(stopped_ctx());
	uk_time_resume();
	gdb_guest_listen(1);
	gdb_signal_kick();
	/* what came before that has no interrupt */
	if (gdb_guest_poll(stopped_ctx()) != GDB_POLL_NONE)
		gdb_guest_relapse();
	ukarch_trap_frame_resume(frame());
}

static void __noreturn serve(void)
{
	struct gdb_guest *g = &gdb_guest;

	for (;;) {
		g->poll = GDB_POLL_NONE;
		g->none_left = 0;
		g->fp_valid = 0;
		gdb_session_stopped(&g->session, &stopped);
		gdb_guest_resume(gdb_session_serve(&g->session), &stopped);
	}
}

/* --- the way in -----------------------------------------------------------*/

/* Traps inside of this one are left: they end with the stop. */
static void unwind_to(struct ukarch_trap_ctx *ctx)
{
	struct uk_percpu *cpu = uk_percpu();

	while (cpu->trap && cpu->trap != ctx)
		uk_trap_leave(cpu->trap);
}

#ifdef CONFIG_LIBUKGDB_TRACE
static void trace_steps_end(void)
{
	gdb_trace_steps_end(&gdb_guest.session, GDB_TID_ALL);
}
#else
static void trace_steps_end(void)
{
}
#endif

static void __noreturn enter(const struct gdb_stop *stop)
{
	struct gdb_guest *g = &gdb_guest;

	stopped = *stop;
	stopped.tid = gdb_guest_tid();
	stopped.core = uk_percpu_id();
	stopped_ctx()->regs = &frame()->regs;
	uk_percpu()->trap = stopped_ctx();
	g->regs = &frame()->regs;
	g->left = 0;
	g->late.signal = GDB_SIGNONE;
	g->hit = gdb_step_hit(uk_percpu_id(), g->regs);
	gdb_step_cancel(uk_percpu_id(), g->regs);
	gdb_cpus_settle();
	gdb_points_passed(&g->session, uk_break_passed());
	trace_steps_end();
	uk_break_leave_slot(g->regs);
	g->crash_pc = ukarch_regs_pc(g->regs);
	g->crash_sp = ukarch_regs_sp(g->regs);
	gdb_guest_listen(0);
	gdb_arch_hw_enable(0);
	uk_time_stop();
	ukarch_run_on_stack(frame(), serve);
}

void __noreturn gdb_guest_stop(struct ukarch_trap_ctx *ctx,
			       const struct gdb_stop *stop)
{
	uk_percpu()->in_debugger = 1;
	/* nothing is to be executed again: others go first, if they do */
	while (!gdb_cpus_stop(ctx))
		;
	unwind_to(ctx);
	memcpy(frame(), ukarch_trap_frame_of(ctx->regs), sizeof(*frame()));
	*stopped_ctx() = *ctx;
	enter(stop);
}

#ifdef CONFIG_LIBUKGDB_SIGNALS
/* On the stub's stack: what is below the thread's stack pointer is written. */
static void __noreturn deliver(void)
{
	int signal = gdb_signal_due();

	if (!gdb_signal_send(&frame()->regs, signal))
		gdb_signal_done(signal);
	uk_trap_leave(stopped_ctx());
	uk_percpu()->in_debugger = 0;
	if (gdb_guest.missed && gdb_guest_poll(stopped_ctx()) != GDB_POLL_NONE)
		gdb_guest_relapse();
	ukarch_trap_frame_resume(frame());
}

void gdb_guest_deliver(struct ukarch_trap_ctx *ctx)
{
	struct uk_percpu *cpu = uk_percpu();

	if (likely(!gdb_signal_due()) || gdb_step_is_on())
		return;
	if (ctx->outer || !ukarch_regs_irq_enabled(ctx->regs))
		return;
	if (uk_sched_idles()) {
		/* it is about to go on, perhaps */
		if (uk_thread_current()->state == UK_THREAD_READY)
			gdb_signal_kick();
		return;
	}
	cpu->in_debugger = 1;
	unwind_to(ctx);
	memcpy(frame(), ukarch_trap_frame_of(ctx->regs), sizeof(*frame()));
	*stopped_ctx() = *ctx;
	stopped_ctx()->regs = &frame()->regs;
	cpu->trap = stopped_ctx();
	uk_break_leave_slot(&frame()->regs);
	ukarch_run_on_stack(frame(), deliver);
}
#else
void gdb_guest_deliver(struct ukarch_trap_ctx *ctx __unused)
{
}
#endif

void __noreturn gdb_guest_stop_at(const struct __regs *regs,
				  const struct gdb_stop *stop)
{
	uk_percpu()->in_debugger = 1;
	ukarch_trap_frame_init(frame(), regs);
	*stopped_ctx() =
		(struct ukarch_trap_ctx){ .outer = uk_percpu_read(trap) };
	uk_percpu()->trap_depth++;
	enter(stop);
}

enum gdb_check gdb_guest_check(struct __regs *regs, __vaddr_t addr)
{
	struct gdb_guest *g = &gdb_guest;
	enum gdb_check verdict;
	int nested = uk_percpu()->in_debugger;

	uk_percpu()->in_debugger = 1;
	g->regs = regs;
	g->fp_valid = 0;
	verdict = gdb_points_check(&g->session, gdb_guest_tid(), addr);
	uk_percpu()->in_debugger = nested;
	return verdict;
}

#ifdef CONFIG_LIBUKGDB_TRACE
int gdb_guest_traced(struct __regs *regs, long tid)
{
	struct gdb_guest *g = &gdb_guest;
	int more, nested = uk_percpu()->in_debugger;

	uk_percpu()->in_debugger = 1;
	g->regs = regs;
	g->fp_valid = 0;
	more = gdb_trace_stepped(&g->session, tid);
	uk_percpu()->in_debugger = nested;
	return more;
}
#endif

#ifdef CONFIG_HAVE_SMP
int gdb_guest_passes(struct __regs *regs, __vaddr_t addr)
{
	struct gdb_guest *g = &gdb_guest;
	int passes;

	if (!gdb_cpus_share())
		return 0;
	g->regs = regs;
	g->fp_valid = 0;
	passes = gdb_points_pass(&g->session, gdb_guest_tid(), addr);
	gdb_cpus_share_end();
	return passes;
}
#endif

int gdb_guest_goes_first(struct __regs *regs)
{
	struct gdb_guest *g = &gdb_guest;
	const struct __regs *from = &frame()->regs;
	const struct gdb_decision one = { .act = GDB_ACT_STEP,
					  .tid = gdb_guest_tid() };
	__vaddr_t pc = ukarch_regs_pc(regs);
	int goes = g->left == (int)uk_percpu_id() + 1 &&
		   pc == ukarch_regs_pc(from) &&
		   ukarch_regs_sp(regs) == ukarch_regs_sp(from) &&
		   !gdb_arch_halts(pc);

	uk_percpu()->in_debugger = 1;
	/* it is on where a second interrupt comes before the instruction */
	goes = goes && (gdb_step_is_on() || !gdb_step(regs, &one));
	if (goes)
		gdb_cpus_resume();
	else
		g->left = 0;
	uk_percpu()->in_debugger = 0;
	return goes;
}

void gdb_guest_relapse(void)
{
	const struct gdb_stop stop = gdb_guest_polled_stop();
	struct uk_percpu *cpu = uk_percpu();

	if (gdb_guest_goes_first(&frame()->regs))
		return;
	cpu->in_debugger = 1;
	while (cpu->trap && cpu->trap != stopped_ctx()->outer)
		uk_trap_leave(cpu->trap);
	cpu->trap_depth++;
	enter(&stop);
}

static int on_stack(unsigned int cpu, __vaddr_t sp)
{
	return sp - (__vaddr_t)uk_gdb_stack[cpu] < sizeof(uk_gdb_stack[0]);
}

int gdb_guest_on_stack(__vaddr_t sp)
{
	return on_stack(uk_percpu_id(), sp);
}

/* One that was stopped on its way out of the stub goes on with its frame. */
struct __regs *gdb_cpu_regs(unsigned int cpu)
{
	struct ukarch_trap_ctx *trap = uk_lcpu_trap(cpu);

	if (!trap)
		return __NULL;
	return on_stack(cpu, ukarch_regs_sp(trap->regs)) ? &frame_of(cpu)->regs
							 : trap->regs;
}
