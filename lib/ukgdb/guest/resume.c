/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the debugger decided at a stop is done: who runs, how far, with which
 * signal, or why none does.
 */
#include <string.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include <uk/sched.h>
#include <uk/snprintf.h>
#include <uk/thread.h>
#include <uk/time.h>
#include <uk/trap.h>
#include "guest.h"

/* What a signal does that the debugger passes on: the program ends, as it
 * would have without a debugger.
 */
static void __noreturn die(int signal)
{
	struct gdb_guest *g = &gdb_guest;
	const struct gdb_stop end = {
		.why = GDB_STOP_KILLED,
		.signal = signal,
		.tid = gdb_guest_tid(),
	};

	gdb_session_stopped(&g->session, &end);
	g->con = __NULL; /* not used again */
	uk_percpu()->in_debugger = 0;
	if (g->in_crash) {
		g->crash.regs = g->regs;
		if (g->crash.trap)
			g->crash.trap = &gdb_cpu()->stopped_ctx;
		uk_crash_go_on(&g->crash);
	}
	uk_trap_leave(&gdb_cpu()->stopped_ctx);
	uk_pr_crit("ended by signal %d from the debugger\n", signal);
	uk_print_exit(UKPLAT_STATUS_CRASH);
	ukplat_poweroff(UKPLAT_STATUS_CRASH);
}

#ifdef CONFIG_LIBUKGDB_SIGNALS
/* The program did not raise it. @return 1 if the handler's call is next */
static int send(int signal)
{
	const char *refusal = gdb_signal_send(gdb_guest.regs, signal);
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
		return sent && (gdb_break_hits(sent) || !gdb_step_at(sent, d));
	stop.act = GDB_ACT_STOP;
	return !gdb_step_at((__vaddr_t)handler, &stop);
}

/* The thread that stopped gets what the debugger passes on. @return 1 if it is
 * to run, as a step of it begins elsewhere
 */
static int pass_on(const struct gdb_decision *d, enum gdb_end end)
{
	__vaddr_t pc = ukarch_regs_pc(gdb_guest.regs);

	if (gdb_signal_resume(gdb_guest_tid(), gdb_guest.regs,
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
static void resume_other(struct gdb_stop *again)
{
	static const char text[] = "The thread waits, and no other may run.\n";
	struct gdb_guest *g = &gdb_guest;
	const struct gdb_decision *d = &g->decision;

	if (is_stuck(d)) {
		*again = (struct gdb_stop){
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
	gdb_guest_leave(1);
}

/* Says why a function cannot be called, and stops again. */
static void refuse_call(const char *why, long tid, struct gdb_stop *again)
{
	char text[120];

	uk_snprintf(text, sizeof(text), "No function is called: %s.\n", why);
	(void)gdb_session_log(&gdb_guest.session, text, strlen(text));
	*again = (struct gdb_stop){
		.why = GDB_STOP_SIGNAL,
		.signal = GDB_SIGTRAP,
		.tid = tid,
	};
}

/* Who else runs. A call begins in the thread that stopped, which no other
 * precedes; a CPU that was stopped in the scheduler is to leave it.
 */
static void choose(const struct gdb_decision *d, int begins, int called)
{
	int holds = d->act != GDB_ACT_CONTINUE ||
		    !(called || uk_sched_is_locked());
	long only = begins ? gdb_guest_tid() : d->tid;

	uk_sched_only(d->alone || begins ? uk_thread_by_id((unsigned int)only)
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

void gdb_guest_resume(enum gdb_end end, struct gdb_stop *stop)
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
			die(stop->signal);
		g->left = (int)uk_percpu_id() + 1;
	}
	why = gdb_call_check(g->regs, d, &calls);
	if (why) {
		refuse_call(why, calls, stop);
		return;
	}
	if (is_over(d)) {
		*stop = gdb_guest_none_left(d->tid);
		return;
	}
	runs = calls ? 0 : pass_on(d, end);
	if (g->in_crash) {
		g->in_crash = 0;
		gdb_cpus_take();
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
		gdb_guest_leave(1);
	}
	cpu = gdb_tid_cpu(d->tid);
	if (cpu >= 0 && d->tid != gdb_guest_tid()) {
		gdb_cpus_hand_over((unsigned int)cpu, d);
		gdb_guest_leave(1);
	}
	if (d->tid != gdb_guest_tid()) {
		resume_other(stop);
		return;
	}
	if (d->act == GDB_ACT_CONTINUE || runs)
		gdb_guest_leave(1);
	/* A step: may need the program to run, or be done at once. */
	if (!gdb_step(g->regs, d))
		gdb_guest_leave(0);
	*stop = (struct gdb_stop){
		.why = GDB_STOP_SIGNAL,
		.signal = GDB_SIGTRAP,
		.tid = gdb_guest_tid(),
		.core = uk_percpu_id(),
	};
}
