/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A debugger's session: GDB's remote serial protocol over a line of bytes, on
 * one side, and struct gdb_target on the other. An object: it has no globals,
 * allocates nothing, and every buffer is inside, of a fixed size.
 *
 * Use by the owner of the line and of the traps:
 *
 *	gdb_session_init(&s, &target, &io);
 *
 *	the program stopped (a breakpoint, a step, a crash, an interrupt):
 *		if (gdb_points_check(&s, tid, pc) == GDB_CHECK_PASS)
 *			return;			      // breakpoints only
 *		gdb_session_stopped(&s, &stop);
 *		gdb_session_serve(&s);		      // until it resumes
 *
 *	a byte arrived while the program runs, or a tick:
 *		if (gdb_session_poll(&s) != GDB_POLL_NONE)
 *			stop the program as above
 *
 *	the line was cut:
 *		gdb_session_disconnect(&s);
 *
 * A session is not re-entrant: its owner calls these with interrupts off and
 * never from inside one of them (an operation of the target, the io). That
 * is the only condition on the context; all may be called in a trap.
 */
#ifndef __UKGDB_SESSION_H__
#define __UKGDB_SESSION_H__

#include "gdb_target.h"

/* Bytes of a packet, from '$' to the checksum, that both sides may send. */
#define GDB_PACKET_SIZE CONFIG_LIBUKGDB_PACKET_SIZE

/* The line. ctx is passed through. */
struct gdb_io {
	/*
	 * Receives up to len bytes. With wait it comes back with at least one;
	 * without, 0 if none are there. Negative: the line was cut, which ends
	 * the session as gdb_session_disconnect() does.
	 */
	__ssz (*in)(void *ctx, char *buf, __sz len, int wait);
	/* Sends all of them, or drops what the line does not take. */
	void (*out)(void *ctx, const char *buf, __sz len);
	/*
	 * Bytes that are no debugger's, for the terminal that shares the line.
	 * NULL, or without LIBUKGDB_SHARED: no terminal does; then such bytes
	 * are ignored.
	 */
	void (*plain)(void *ctx, const char *buf, __sz len);
	void *ctx;
};

/* Why the program stopped. */
enum gdb_stop_why {
	GDB_STOP_SIGNAL, /* a signal, a step, an interrupt */
	GDB_STOP_SWBREAK,
	GDB_STOP_HWBREAK,
	GDB_STOP_WATCH, /* addr: the datum that was written */
	GDB_STOP_RWATCH,
	GDB_STOP_AWATCH,
	GDB_STOP_THREAD_CREATE, /* where the debugger asked for them */
	GDB_STOP_THREAD_EXIT,	/* signal: its exit status */
	GDB_STOP_NO_RESUMED,	/* no thread is left of those that may run */
	GDB_STOP_EXITED,	/* the program ended; signal: its status */
	GDB_STOP_KILLED,	/* the program died by signal */
};

struct gdb_stop {
	enum gdb_stop_why why;
	int signal; /* GDB_SIG* */
	long tid;   /* the thread that stopped, at least 1 */
	__u64 addr; /* of a watchpoint; of a fault, for siginfo */
	int code;   /* si_code of siginfo */
	unsigned int core;
	const char *what; /* a crash's description for lldb, or NULL */
};

/* What a breakpoint that was hit asks for. */
enum gdb_check {
	GDB_CHECK_NONE, /* no point of the session is at the address */
	GDB_CHECK_PASS, /* conditions false, or commands run: go on */
	GDB_CHECK_STOP,
};

/* What the line brought while the program runs. */
enum gdb_poll {
	GDB_POLL_NONE,
	GDB_POLL_INTERRUPT, /* Ctrl-C: stop with GDB_SIGINT */
	GDB_POLL_ATTACH,    /* a packet to answer: stop with GDB_SIGTRAP */
};

/* Why the program runs again. */
enum gdb_end {
	GDB_END_NONE,	  /* it does not */
	GDB_END_RESUMED,  /* as requested of the operation resume */
	GDB_END_DETACHED, /* no debugger any more, points removed: all run */
	GDB_END_LOST,	  /* the same, but the line was cut */
	GDB_END_KILLED,	  /* the operation kill returned: all run */
};

/* What passed since gdb_session_init(). */
struct gdb_stats {
	__u64 packets_in;  /* good ones */
	__u64 packets_out; /* replies and O packets, without repetitions */
	__u64 damaged;	   /* bad checksums and the like */
	__u64 repeated;	   /* sent again on request */
	__u64 checks;	   /* gdb_points_check() on a point, and its like */
	__u64 passes;	   /* of those, GDB_CHECK_PASS */
	__u64 ax_errors;   /* expressions that failed */
};

struct gdb_session;

/**
 * Initialises a session without a debugger, of a running program.
 *
 * @param target, io must live as long as the session; io is copied
 */
void gdb_session_init(struct gdb_session *s, struct gdb_target *target,
		      const struct gdb_io *io);

/**
 * The program has stopped, or ended: notes why, and reports it to the debugger
 * if that waits for it.
 *
 * @param stop is copied; what `what` points to must stay until it runs again
 */
void gdb_session_stopped(struct gdb_session *s, const struct gdb_stop *stop);

/**
 * Serves the debugger, waiting for one if none is attached, until the program
 * shall run. After GDB_STOP_EXITED and _KILLED as well.
 */
enum gdb_end gdb_session_serve(struct gdb_session *s);

/**
 * Takes what the line has, without waiting, while the program runs.
 *
 * @return what to do; anything but GDB_POLL_NONE is returned again until
 *   gdb_session_stopped() is called.
 */
enum gdb_poll gdb_session_poll(struct gdb_session *s);

/**
 * Decides what a breakpoint means that `tid` has hit: evaluates conditions and
 * runs commands. The hot path: no packet work, unless a command prints.
 *
 * @param addr the breakpoint's
 */
enum gdb_check gdb_points_check(struct gdb_session *s, long tid, __u64 addr);

/**
 * Evaluates conditions alone, and changes nothing but the counters: the owner
 * may call it while the program goes on elsewhere, one call at a time.
 *
 * @return 1 if each point at the address has a condition that is false
 */
int gdb_points_pass(struct gdb_session *s, long tid, __u64 addr);

#ifdef CONFIG_LIBUKGDB_TRACE
/**
 * A tracepoint that was hit wants single steps: after GDB_CHECK_PASS.
 *
 * @return 1 if thread `tid` is to execute one instruction, after which
 *   gdb_trace_stepped() is due
 */
int gdb_trace_steps(const struct gdb_session *s, long tid);

/** It has: collects. @return 1 if it is to execute another one */
int gdb_trace_stepped(struct gdb_session *s, long tid);

/** The steps are given up, of a thread or GDB_TID_ALL. */
void gdb_trace_steps_end(struct gdb_session *s, long tid);
#endif

/**
 * Shows text in the debugger, while the program runs.
 *
 * @return bytes taken: len, or 0 if no debugger is attached or the program is
 *   stopped (keep it, and say it again when it runs).
 */
__sz gdb_session_log(struct gdb_session *s, const char *text, __sz len);

/**
 * The line was cut: removes all points and forgets the debugger. What remains
 * is a session as after gdb_session_init(), with bytes that were received and
 * not looked at; if the program is stopped it is the owner's to let it run.
 */
void gdb_session_disconnect(struct gdb_session *s);

/** 1 if a debugger is attached. */
int gdb_session_attached(const struct gdb_session *s);

/** 1 if a debugger wants this signal passed on without a stop. */
int gdb_session_passes(const struct gdb_session *s, int signal);

#include "gdb_session_impl.h"

/**
 * The target has passed breakpoints n times by itself, as point_condition
 * allows; any CPU may call it at any time.
 */
static inline void gdb_points_passed(struct gdb_session *s, __u64 n)
{
	__atomic_fetch_add(&s->stats.checks, n, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->stats.passes, n, __ATOMIC_RELAXED);
}

#endif /* __UKGDB_SESSION_H__ */
