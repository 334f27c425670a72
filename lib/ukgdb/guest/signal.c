/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Signals that the program sends to itself, and those that it gets from the
 * debugger. For one of its own it traps to show one; the debugger
 * that resumes the thread there, at the same pc and stack pointer, says which
 * signal it gets. A function that the debugger calls meanwhile, or a jump,
 * resumes it elsewhere and decides nothing.
 */
#include <string.h>
#include <uk/sched.h>
#include <uk/thread.h>
#include <uk/thread_area.h>
#include <uk/trap.h>
#include "guest.h"

#define SI_TKILL (-6) /* raise(), as Linux has it */

#define DECIDED ~0UL

/* A thread that shows one. pc is 0 until the debugger knows of it. */
struct shown {
	long tid; /* 0: free */
	int number;
	__vaddr_t pc, sp;
};

#define SHOWN 8

static struct shown all_shown[SHOWN];
static int ended_by;

/* The calling thread's, if it shows one: one whose stack pointer is below has
 * been left, by a jump of the debugger's.
 */
static struct shown *claim(long tid, __vaddr_t sp)
{
	for (unsigned int i = 0; i < SHOWN; i++) {
		struct shown *s = &all_shown[i];
		long none = 0;

		if ((UK_READ_ONCE(s->tid) == tid && s->sp < sp) ||
		    __atomic_compare_exchange_n(&s->tid, &none, tid, 0,
						__ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return s;
	}
	return __NULL;
}

/* The one of a thread at a pc; 0: the debugger does not know of it yet. */
static struct shown *shown_at(long tid, __vaddr_t pc)
{
	for (unsigned int i = 0; i < SHOWN; i++)
		if (all_shown[i].tid == tid && all_shown[i].pc == pc)
			return &all_shown[i];
	return __NULL;
}

int uk_gdb_signal(int signal)
{
	struct gdb_guest *g = &gdb_guest;
	__vaddr_t here = (__vaddr_t)__builtin_frame_address(0);
	struct shown *s;
	int result;

	if (uk_percpu()->in_debugger || !g->con || !uk_gdb_attached() ||
	    gdb_session_passes(&g->session, signal))
		return signal;
	s = claim(gdb_guest_tid(), here);
	if (!s) /* too many threads show one */
		return signal;
	s->sp = here;
	s->number = signal;
	s->pc = 0;
	uk_gdb_break();
	result = UK_READ_ONCE(s->number);
	s->pc = DECIDED;
	__atomic_store_n(&s->tid, 0, __ATOMIC_RELEASE);
	return result;
}

void gdb_signal_trap(struct ukarch_trap_ctx *ctx)
{
	struct shown *s = shown_at(gdb_guest_tid(), 0);
	struct gdb_stop stop = {
		.why = GDB_STOP_SIGNAL,
		.code = SI_TKILL,
	};

	if (!s)
		return;
	stop.signal = s->number;
	s->pc = ukarch_regs_pc(ctx->regs);
	s->sp = ukarch_regs_sp(ctx->regs);
	gdb_guest_stop(ctx, &stop);
}

int gdb_signal_resume(long tid, const struct __regs *regs, const int *signal)
{
	struct shown *s = shown_at(tid, ukarch_regs_pc(regs));

	if (!s || ukarch_regs_sp(regs) != s->sp)
		return 0;
	if (signal)
		s->number = *signal;
	s->pc = DECIDED;
	return 1;
}

/* --- from the debugger ----------------------------------------------------*/

const void *__weak uk_gdb_signal_handler(int signal __unused)
{
	return __NULL;
}

#ifdef CONFIG_LIBUKGDB_SIGNALS
UK_EVENT(UK_EVENT_GDB_SIGNAL);

#define QUEUED 16

/* For threads that have no CPU. Changed while the program is stopped, or by
 * the thread itself.
 */
static struct {
	long tid; /* 0: free */
	int signal;
} queue[QUEUED];
static volatile unsigned int queued;

static void receive(int signal)
{
	(void)uk_raise_event(UK_EVENT_GDB_SIGNAL, &signal);
}

/* Where the code of a handler, which may use stdio, is out of place. */
static const char *out_of_place(const struct __regs *regs)
{
	const struct uk_thread *t = uk_thread_current();

	if (t &&
	    (strcmp(uk_thread_state_name(t), "running") || uk_sched_idles()))
		return "the thread waits";
	return gdb_inject_refusal(regs, 0);
}

const char *gdb_signal_send(struct __regs *regs, int signal)
{
	const char *refusal = out_of_place(regs);

	if (!refusal)
		gdb_inject(regs, receive, signal);
	return refusal;
}

int gdb_signal_queue(long tid, const struct __regs *regs, int signal)
{
	if (gdb_signal_resume(tid, regs, &signal) ||
	    gdb_signal_is_harmless(signal))
		return 0;
	for (unsigned int i = 0; i < QUEUED; i++)
		if (!queue[i].tid) {
			queue[i].signal = signal;
			queue[i].tid = tid;
			queued++;
			return 0;
		}
	return -ENOSPC;
}

int gdb_signal_due(void)
{
	long tid = gdb_guest_tid();

	for (unsigned int i = 0; i < QUEUED && queued; i++)
		if (queue[i].tid == tid)
			return queue[i].signal;
	return 0;
}

void gdb_signal_done(int signal)
{
	long tid = gdb_guest_tid();

	for (unsigned int i = 0; i < QUEUED; i++)
		if (queue[i].tid == tid && queue[i].signal == signal) {
			queue[i].tid = 0;
			(void)__atomic_fetch_sub(&queued, 1, __ATOMIC_RELAXED);
			return;
		}
}

void gdb_signal_kick(void)
{
	if (unlikely(queued))
		gdb_guest_kick();
}

#ifdef CONFIG_LIBUKSCHED
/* A thread that gets a CPU is asked as soon as it has left the scheduler. */
static void enter(void *area __unused)
{
	gdb_signal_kick();
}

static int area_init(void *area __unused)
{
	return 0;
}

static void area_fini(void *area __unused)
{
}

UK_THREAD_AREA(gdb_signal, 0, area_init, area_fini, enter);
#endif /* CONFIG_LIBUKSCHED */
#endif /* CONFIG_LIBUKGDB_SIGNALS */

/* What means nothing to a program when a debugger passes it on. */
int gdb_signal_is_harmless(int signal)
{
	return signal == GDB_SIGNONE ||
	       ((signal == GDB_SIGTRAP || signal == GDB_SIGINT) &&
		!uk_gdb_signal_handler(signal));
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
