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
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include <uk/sched.h>
#include <uk/snprintf.h>
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

/* 1 if a breakpoint stands where the program goes on that it must not pass: a
 * debugger that wants it passed takes it out and steps. One that has set the
 * pc there, as `jump` does, wants it hit.
 */
static int hits_at(__vaddr_t pc)
{
	const struct uk_break *b = uk_break_at(pc);

	return b && (b->users & UK_BREAK_DEBUGGER);
}

/* The program goes on with the registers in the frame, past what the stub has
 * put there.
 */
static void __noreturn leave(int over)
{
	gdb_shared_flush();
	gdb_guest_fp_flush();
	gdb_arch_hw_enable(1);
	if (over) {
		uk_break_sync();
		if (!hits_at(ukarch_regs_pc(&frame()->regs)))
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

/* What a signal does that the debugger passes on: the program ends, as it
 * would have without a debugger.
 */
static void __noreturn die(int signal)
{
	struct gdb_guest *g = &gdb_guest;
	const struct gdb_stop end = {
		.why = GDB_STOP_KILLED,
		.signal = signal,
		.tid = stopped.tid,
	};

	gdb_session_stopped(&g->session, &end);
	g->con = __NULL; /* not used again */
	uk_percpu()->in_debugger = 0;
	if (g->in_crash) {
		g->crash.regs = g->regs;
		if (g->crash.trap)
			g->crash.trap = stopped_ctx();
		uk_crash_go_on(&g->crash);
	}
	uk_trap_leave(stopped_ctx());
	uk_pr_crit("ended by signal %d from the debugger\n", signal);
	uk_print_exit(UKPLAT_STATUS_CRASH);
	ukplat_poweroff(UKPLAT_STATUS_CRASH);
}

#ifdef CONFIG_LIBUKGDB_SIGNALS
/* The program did not raise it. @return 1 if the handler's call is next */
static int send(int signal)
{
	const char *refusal = gdb_signal_send(&frame()->regs, signal);
	char text[80];

	if (!refusal)
		return 1;
	uk_snprintf(text, sizeof(text), "No signal is delivered: %s.\n",
		    refusal);
	(void)gdb_session_log(&gdb_guest.session, text, strlen(text));
	return 0;
}
#else
static int send(int signal)
{
	die(signal);
}
#endif

/* A step with a signal leads to the first instruction of its handler. One that
 * has none, or is blocked, is done with before the step.
 *
 * @param sent where the program was before the call that handles it; 0: it
 *   raised the signal
 * @return 1 if the program is to run
 */
static int step_with_signal(const struct gdb_decision *d, __vaddr_t sent)
{
	const void *handler = uk_gdb_signal_handler(d->signal);
	struct gdb_decision stop = *d;

	if (d->act == GDB_ACT_CONTINUE || !d->signal ||
	    d->tid != gdb_guest_tid())
		return 0;
	if (!handler)
		return sent && (hits_at(sent) || !gdb_step_at(sent, d));
	stop.act = GDB_ACT_STOP;
	return !gdb_step_at((__vaddr_t)handler, &stop);
}

/* The thread that stopped gets what the debugger passes on. @return 1 if it is
 * to run, as a step of it begins elsewhere
 */
static int pass_on(const struct gdb_decision *d, enum gdb_end end)
{
	__vaddr_t pc = ukarch_regs_pc(&frame()->regs);

	if (gdb_signal_resume(gdb_guest_tid(), &frame()->regs,
			      end == GDB_END_RESUMED ? &d->signal : __NULL))
		return step_with_signal(d, 0);
	if (gdb_signal_is_harmless(d->signal))
		return 0;
	if (gdb_guest.in_crash) /* has no way back */
		die(d->signal);
	return send(d->signal) && step_with_signal(d, pc);
}

/* A thread that waits for one that may not run would not get anywhere. */
static int is_stuck(const struct gdb_decision *d)
{
	const struct uk_thread *t = uk_thread_by_id((unsigned int)d->tid);

	if (!d->alone || !t || t->state != UK_THREAD_WAITING)
		return 0;
	/* an interrupt may end other waits: a step does not take as long */
	return d->act != GDB_ACT_CONTINUE ||
	       (t->wait.until == UK_TIME_NEVER &&
		(t->wait.kind == UK_WAIT_MUTEX ||
		 t->wait.kind == UK_WAIT_CONDITION ||
		 t->wait.kind == UK_WAIT_JOIN));
}

/* A thread that is to run alone, and has exited. */
static int is_over(const struct gdb_decision *d)
{
	const struct uk_thread *t = uk_thread_by_id((unsigned int)d->tid);

	return d->alone && t && t->state == UK_THREAD_EXITED;
}

/* Another thread than the one that stopped steps, or runs alone. Returns if it
 * cannot, and the program is to be stopped again.
 */
static void resume_other(void)
{
	static const char text[] = "The thread waits, and no other may run.\n";
	struct gdb_guest *g = &gdb_guest;
	const struct gdb_decision *d = &g->decision;

	if (is_stuck(d)) {
		stopped = (struct gdb_stop){
			.why = GDB_STOP_SIGNAL,
			.signal = GDB_SIGTRAP,
			.tid = d->tid,
			.what = "it waits, and no other thread may run",
		};
		(void)gdb_session_log(&g->session, text, sizeof(text) - 1);
		return;
	}
	if (d->act != GDB_ACT_CONTINUE && gdb_step_later(d))
		uk_pr_warn("gdb: no step in thread %ld\n", d->tid);
	if (d->alone)
		gdb_guest_kick();
	leave(1);
}

/* Says why a function cannot be called, and stops again. */
static void refuse_call(const char *why, long tid)
{
	char text[120];

	uk_snprintf(text, sizeof(text), "No function is called: %s.\n", why);
	(void)gdb_session_log(&gdb_guest.session, text, strlen(text));
	stopped = (struct gdb_stop){
		.why = GDB_STOP_SIGNAL,
		.signal = GDB_SIGTRAP,
		.tid = tid,
	};
}

/* Who else runs. A call begins in the thread that stopped; a CPU that was
 * stopped in the scheduler is to leave it.
 */
static void choose(const struct gdb_decision *d, int begins, int called)
{
	int holds = d->act != GDB_ACT_CONTINUE ||
		    !(called || uk_sched_is_locked());

	uk_sched_only(d->alone && !begins
			      ? uk_thread_by_id((unsigned int)d->tid)
			      : __NULL);
	gdb_cpus_hold(d->alone && holds);
}

/* A debugger has put the crashed thread back to where it was before it called a
 * function there, or elsewhere: what crashed is given up.
 */
static int has_left_the_crash(const struct gdb_guest *g)
{
	return ukarch_regs_pc(g->regs) != g->crash_pc ||
	       ukarch_regs_sp(g->regs) != g->crash_sp;
}

/* Runs what the debugger decided. Returns if that is done already and the
 * program is to be stopped again.
 */
static void resume(enum gdb_end end)
{
	struct gdb_guest *g = &gdb_guest;
	struct gdb_decision *d = &g->decision;
	__vaddr_t pc;
	const char *why;
	long called, calls;
	int cpu, runs;

	if (end == GDB_END_KILLED)
		die(GDB_SIGKILL);
	if (end != GDB_END_RESUMED) {
		*d = (struct gdb_decision){ .act = GDB_ACT_CONTINUE,
					    .tid = gdb_guest_tid() };
		if (g->in_crash && !has_left_the_crash(g))
			die(stopped.signal);
		g->left = (int)uk_percpu_id() + 1;
	}
	why = gdb_call_check(g->regs, d, &calls);
	if (why) {
		refuse_call(why, calls);
		return;
	}
	if (is_over(d)) {
		stopped = gdb_guest_none_left(d->tid);
		return;
	}
	runs = calls ? 0 : pass_on(d, end);
	if (g->in_crash) {
		g->in_crash = 0;
		uk_crash_mended();
		if (g->call_pc &&
		    ukarch_regs_pc(g->regs) == g->call_pc - UKARCH_INSN_UNIT)
			ukarch_regs_set_pc(g->regs, g->call_pc);
	}
	g->call_pc = 0;
	called = gdb_call_go(g->regs, d, calls != 0, &pc);
	choose(d, calls != 0, called != 0);
	if (called && called == d->tid) {
		if (d->act != GDB_ACT_CONTINUE)
			(void)gdb_step_at(pc, d);
		leave(1);
	}
	cpu = gdb_tid_cpu(d->tid);
	if (cpu >= 0 && d->tid != gdb_guest_tid()) {
		gdb_cpus_hand_over((unsigned int)cpu, d);
		leave(1);
	}
	if (d->tid != gdb_guest_tid()) {
		resume_other();
		return;
	}
	if (d->act == GDB_ACT_CONTINUE || runs)
		leave(1);
	/* A step: may need the program to run, or be done at once. */
	if (!gdb_step(&frame()->regs, d))
		leave(0);
	stopped = (struct gdb_stop){
		.why = GDB_STOP_SIGNAL,
		.signal = GDB_SIGTRAP,
		.tid = gdb_guest_tid(),
		.core = uk_percpu_id(),
	};
}

static void __noreturn serve(void)
{
	struct gdb_guest *g = &gdb_guest;

	for (;;) {
		g->poll = GDB_POLL_NONE;
		g->none_left = 0;
		g->fp_valid = 0;
		gdb_session_stopped(&g->session, &stopped);
		resume(gdb_session_serve(&g->session));
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
	gdb_guest_fp_flush();
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
