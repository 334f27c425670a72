/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The guest as a session's target: what the files of the lower half share.
 *
 *	step.c     one instruction, a range, over a breakpoint
 *	stop.c     from a trap to the session and back to the program
 *	resume.c   what the debugger decided at a stop
 *	traps.c    what a debug trap means
 *	interrupt.c  Ctrl-C, and a debugger that attaches
 *	crash.c    from a crash
 *	signal.c   signals that the program or the debugger sends
 *	guest.c    the target's operations: registers, memory, points
 *	scratch.c  memory for what lldb compiles
 *	threads.c  its threads
 *	cpus.c     several CPUs
 *	image.c    data from the image's ELF headers
 *	line.c     the console that the debugger is at
 *	shared.c   the same for a line that is the log's as well
 */
#ifndef __UKGDB_GUEST_H__
#define __UKGDB_GUEST_H__

#include <uk/console.h>
#include <uk/crash.h>
#include <uk/gdb.h>
#include <uk/lcpu.h>
#include <uk/percpu.h>
#include "gdb_arch.h"
#include "../session/gdb_session.h"

/* What the session decided about the program that it stopped. */
struct gdb_decision {
	enum gdb_act act; /* of `tid`, the others continue */
	long tid;
	int alone; /* the others stay stopped */
	int signal;
	__u64 start, end;
};

struct gdb_guest {
	struct gdb_session session;
	struct gdb_target target;
	struct uk_console *con; /* NULL: no debugger can come */
	unsigned int connection;
	int line; /* its interrupt, -1: none */

	volatile int none_left;	 /* the thread that runs alone has exited */
	volatile int missed;	 /* bytes came while the stub was at work */
	volatile int coming_out; /* CPU + 1: its gdb_guest_come_out(); 0 */
	enum gdb_poll poll;	 /* why to stop when the interrupt is over */
	unsigned int poll_cpu;	 /* whose interrupt that is */
	int breaking;		 /* 1: uk_gdb_break() traps */
	int left;		 /* CPU + 1 that a debugger has left; 0 */
	struct gdb_stop late;	 /* as soon as the line's driver is left */
	struct __regs *regs;	 /* of the thread stopped or checked */
	int fp_valid;		 /* gdb_guest_fp() */
	struct gdb_decision decision;

	/* The crash at which the program is stopped, if it is one. */
	struct uk_crash_info crash;
	int in_crash;
	__vaddr_t call_pc; /* after the call that crashed; 0: a trap did */
	__vaddr_t crash_pc, crash_sp; /* where it stopped then */
	__vaddr_t hit;		      /* gdb_step_hit() at the stop */
	_Bool crash_waits;	      /* gdb.oncrash=wait */
};

extern struct gdb_guest gdb_guest;

/* What each CPU has of its own. All else is of the CPU that is alone. */
struct gdb_cpu {
	struct ukarch_trap_ctx stopped_ctx; /* the trap of its stop, a copy */
};

extern struct gdb_cpu gdb_cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/** The calling CPU's. */
static inline struct gdb_cpu *gdb_cpu(void)
{
	return &gdb_cpus[uk_percpu_id()];
}

/* --- step.c ---------------------------------------------------------------*/

/** Lets the program, or the stub, pass the instruction at pc and run. */
void gdb_step_over(struct __regs *regs, int nested);

/**
 * The same for one that needs nothing taken out of the way, at whose address
 * the registers are.
 *
 * @return 0 if it does, and nothing is done
 */
int gdb_step_over_aside(struct uk_break *b, struct __regs *regs);

/**
 * Lets it execute one instruction, or those of a range, then stop.
 *
 * @return 1 if that is done already; 0 if the trap comes
 */
int gdb_step(struct __regs *regs, const struct gdb_decision *how);

/** The same for a thread that is not on the CPU. 0; -ESRCH, -ENODATA. */
int gdb_step_later(const struct gdb_decision *how);

/** The same for one that will come to an address; GDB_ACT_STOP stops there. */
int gdb_step_at(__vaddr_t pc, const struct gdb_decision *how);

/** 1 if the breakpoint is where such a thread goes on, and it is that one. */
int gdb_step_is_due(const struct uk_break *b);

/** Begins its step then; as gdb_step(). */
int gdb_step_begin(struct __regs *regs);

#ifdef CONFIG_LIBUKGDB_TRACE
/**
 * Lets it execute one instruction after another, as a tracepoint that was hit
 * wants, without a stop; passes the breakpoint at pc.
 *
 * @return 0 if no tracepoint does, and nothing is done; 1; 2: it came to a
 *   breakpoint that stops it
 */
int gdb_step_trace(struct __regs *regs);
#else
static inline int gdb_step_trace(struct __regs *regs __unused)
{
	return 0;
}
#endif

/**
 * The address of the breakpoint that a CPU, which stands at `regs`, has hit and
 * not passed yet: its instruction is next, in its slot or in place. 0: none.
 */
__vaddr_t gdb_step_hit(unsigned int cpu, const struct __regs *regs);

/** Nothing is stepped any more on a CPU, which stands at `regs`. */
void gdb_step_cancel(unsigned int cpu, struct __regs *regs);

/** 1 while a breakpoint is out of memory that no other CPU must miss. */
int gdb_step_is_in_place(void);

/** 1 while the calling CPU's program is being stepped. */
int gdb_step_is_on(void);

/* What a trap after an instruction means. */
enum gdb_stepped {
	GDB_STEPPED_FOREIGN, /* not requested here */
	GDB_STEPPED_GO,	     /* on with the program */
	GDB_STEPPED_STOP,
	GDB_STEPPED_WATCH, /* it hit a watchpoint, which *cause receives */
};

enum gdb_stepped gdb_step_trap(struct ukarch_trap_ctx *ctx, int nested,
			       struct gdb_cause *cause);

/* --- stop.c ---------------------------------------------------------------*/

/** The id of the thread that runs or is stopped. */
long gdb_guest_tid(void);

/** Stops the program at a trap, serves the debugger, and resumes it. */
void __noreturn gdb_guest_stop(struct ukarch_trap_ctx *ctx,
			       const struct gdb_stop *stop);

/**
 * The program goes on with the registers of its frame.
 *
 * @param over past the breakpoint that the stub has there for itself
 */
void __noreturn gdb_guest_leave(int over);

/** 1 if a breakpoint stands where the program goes on that it must not pass. */
int gdb_break_hits(__vaddr_t pc);

/** A breakpoint that was just hit, in a stop for another reason, is to be hit
 * again: the debugger may have removed it by then.
 */
void gdb_break_again(struct ukarch_trap_ctx *ctx);

/** Signals that wait for the thread that an interrupt has interrupted. */
void gdb_guest_deliver(struct ukarch_trap_ctx *ctx);

/** The same where no trap is: at registers that were captured. */
void __noreturn gdb_guest_stop_at(const struct __regs *regs,
				  const struct gdb_stop *stop);

/**
 * The program was about to go on, its frame is where it was: stops again.
 * Returns if the program goes first.
 */
void gdb_guest_relapse(void);

/**
 * A debugger that attaches as soon as another one has left would find the
 * program where that one found it, and so would the next one: the program
 * executes an instruction between, and the other CPUs go on.
 *
 * @param regs where the program is
 * @return 1 if it stops by itself after that; 0: it is to be stopped now
 */
int gdb_guest_goes_first(struct __regs *regs);

/** The registers of another CPU's program; NULL if it is not stopped. */
struct __regs *gdb_cpu_regs(unsigned int cpu);

/** 1 if a stack pointer is the stub's own. */
int gdb_guest_on_stack(__vaddr_t sp);

/** Asks the session about a live breakpoint; g->regs are valid meanwhile. */
enum gdb_check gdb_guest_check(struct __regs *regs, __vaddr_t addr);

#ifdef CONFIG_LIBUKGDB_TRACE
/** An instruction after a hit is over. @return 1 if another one is to follow */
int gdb_guest_traced(struct __regs *regs, long tid);
#endif

#ifdef CONFIG_HAVE_SMP
/** 1 if its condition is false; while other CPUs run. uk_percpu()'s in_debugger
 * is set, so that none takes the session meanwhile.
 */
int gdb_guest_passes(struct __regs *regs, __vaddr_t addr);
#endif

/* --- resume.c -------------------------------------------------------------*/

/**
 * Runs what the debugger decided.
 *
 * @param stop the stop that it was shown; receives the next one if the function
 *   returns: what was decided is done already, or refused
 */
void gdb_guest_resume(enum gdb_end end, struct gdb_stop *stop);

/* --- interrupt.c ----------------------------------------------------------*/

/** Bytes came on the line, as uk_console_set_rx() says. */
void gdb_guest_received(struct uk_console *con, void *arg);

/**
 * Takes what the line has, also what comes meanwhile, with `active` set.
 *
 * @param ctx where this CPU is, as for uk_lcpu_stop_others()
 * @return why to stop, which is in gdb_guest.poll, too; the other CPUs are
 *   stopped then
 */
enum gdb_poll gdb_guest_poll(struct ukarch_trap_ctx *ctx);

/** Looks at bytes that came while the stub was at work, if any, and may stop.
 */
void gdb_guest_catch_up(struct ukarch_trap_ctx *ctx);

/**
 * The stub is done in a trap: the other CPUs go on, and what comes until they
 * do is looked at, which has no interrupt any more.
 */
void gdb_guest_out(struct ukarch_trap_ctx *ctx);

/**
 * After each instruction of a trap's way out that Ctrl-C has interrupted: stops
 * when the program is reached.
 */
int gdb_guest_come_out(struct ukarch_trap_ctx *ctx);

/** Why the program stops that has been interrupted. */
struct gdb_stop gdb_guest_polled_stop(void);

/** Why it stops when the thread that is to run alone has exited. */
struct gdb_stop gdb_guest_none_left(long tid);

/* --- inject.c -------------------------------------------------------------*/

#define GDB_INJECT_ROOM 8192UL /* of a stack, for a function */

/** NULL, or why the program that stopped at these registers can call none;
 * irq_off: it may though interrupts are off.
 */
const char *gdb_inject_refusal(const struct __regs *regs, int irq_off);

/**
 * Changes registers so that the program calls a function before it goes on,
 * which preserves all of them.
 */
void gdb_inject(struct __regs *regs, void (*fn)(int arg), int arg);

/* --- call.c ---------------------------------------------------------------*/

#ifdef CONFIG_LIBUKGDB_CALLS
/**
 * The debugger is about to write a register of a thread. 0; -EBUSY if a call in
 * another one is being prepared.
 */
int gdb_call_write(long tid, unsigned int nr);

/** Where a register of a thread is that gave its CPU away. @return 1, or 0 for
 * another thread
 */
int gdb_call_source(long tid, unsigned int nr, struct gdb_reg_source *src);

/**
 * Looks at what the debugger has written, when it resumes the program.
 *
 * @param regs of the thread that stopped
 * @param tid receives the thread in which a call is to begin; 0: none
 * @return NULL, or why it cannot
 */
const char *gdb_call_check(const struct __regs *regs,
			   const struct gdb_decision *d, long *tid);

/**
 * Has the thread that stopped begin the call, or end the one that it is.
 *
 * @param pc receives where the other thread then goes on
 * @return its id; 0 if neither is to be done
 */
long gdb_call_go(struct __regs *regs, const struct gdb_decision *d, int begins,
		 __vaddr_t *pc);
#else
static inline int gdb_call_write(long tid __unused, unsigned int nr __unused)
{
	return 0;
}

static inline int gdb_call_source(long tid __unused, unsigned int nr __unused,
				  struct gdb_reg_source *src __unused)
{
	return 0;
}

static inline const char *gdb_call_check(const struct __regs *regs __unused,
					 const struct gdb_decision *d __unused,
					 long *tid)
{
	*tid = 0;
	return __NULL;
}

static inline long gdb_call_go(struct __regs *regs __unused,
			       const struct gdb_decision *d __unused,
			       int begins __unused, __vaddr_t *pc __unused)
{
	return 0;
}
#endif

/* --- signal.c -------------------------------------------------------------*/

/** Stops at the trap if a signal is shown by it; returns if not. */
void gdb_signal_trap(struct ukarch_trap_ctx *ctx);

/**
 * A thread is resumed with a signal, or left by the debugger (NULL: the one
 * that was shown).
 *
 * @return 1 if that was at a signal, and the program gets it; else 0
 */
int gdb_signal_resume(long tid, const struct __regs *regs, const int *signal);

/** 1 if a signal does nothing when the debugger passes it on. */
int gdb_signal_is_harmless(int signal);

#ifdef CONFIG_LIBUKGDB_SIGNALS
/**
 * The calling CPU's program gets a signal that it did not raise: it calls the
 * handler before it goes on.
 *
 * @return NULL, or why it cannot be called there: nothing has changed then
 */
const char *gdb_signal_send(struct __regs *regs, int signal);

/**
 * A thread that was not the one that stopped is resumed with a signal: it gets
 * it when it has a CPU, and has left the scheduler. 0; -ENOSPC.
 */
int gdb_signal_queue(long tid, const struct __regs *regs, int signal);

/** A signal that waits for the calling CPU's thread; 0: none. */
int gdb_signal_due(void);

/** It has it. */
void gdb_signal_done(int signal);

/** Has an interrupt come if a signal waits for the calling CPU's thread. */
void gdb_signal_kick(void);
#else
static inline int gdb_signal_queue(long tid, const struct __regs *regs,
				   int signal)
{
	(void)gdb_signal_resume(tid, regs, &signal);
	return 0;
}

static inline int gdb_signal_due(void)
{
	return 0;
}

static inline void gdb_signal_kick(void)
{
}
#endif

/** The signal of a crash that no trap caused. */
int gdb_signal_of_end(void);

/* --- start.c --------------------------------------------------------------*/

/** Whether bytes on the line interrupt: not while they are polled. */
void gdb_guest_listen(int on);

/** Has an interrupt come as soon as the program has them on. */
void gdb_guest_kick(void);

/* --- threads.c -----------------------------------------------------------*/

/** The CPU that has a thread, by uk_thread_id_on(), or -1. */
int gdb_tid_cpu(long tid);

/* Operations of the target. */
int gdb_guest_source(long tid, unsigned int nr, struct gdb_reg_source *src);
long gdb_thread_after(struct gdb_target *t, long tid);
int gdb_thread_is_alive(struct gdb_target *t, long tid);
int gdb_thread_info_get(struct gdb_target *t, long tid,
			struct gdb_thread_info *info);

/* --- cpus.c ---------------------------------------------------------------*/

#ifdef CONFIG_HAVE_SMP
/**
 * Stops the other CPUs, for what the stub does in this trap; NULL: in none.
 *
 * @return 1; 0 if the trap is over, and what it interrupted is to be executed
 *   once more: another CPU stopped this one meanwhile
 */
int gdb_cpus_stop(struct ukarch_trap_ctx *ctx);

/** The others, which a crash has stopped, are the stub's from now on. */
void gdb_cpus_take(void);

/** 1 if gdb_cpus_stop() has let another CPU go first. */
int gdb_cpus_late(void);

/**
 * The calling CPU may look at the session while all others run; it changes
 * nothing there, and is in the stub (uk_percpu()'s in_debugger).
 *
 * @return 1, then gdb_cpus_share_end() is due; 0 if another CPU is stopping
 *   all others
 */
int gdb_cpus_share(void);
void gdb_cpus_share_end(void);

/** The program is stopped: what CPUs were about to do is given up. */
void gdb_cpus_settle(void);

/** The program goes on: the others too, or not, as was decided. */
void gdb_cpus_resume(void);

/**
 * The decision is about a thread that another CPU has: that one carries it out
 * after the next gdb_cpus_resume().
 */
void gdb_cpus_hand_over(unsigned int cpu, const struct gdb_decision *d);

/** The decision is that all other CPUs stay stopped. */
void gdb_cpus_hold(int on);
#else
static inline int gdb_cpus_stop(struct ukarch_trap_ctx *ctx __unused)
{
	return 1;
}

static inline void gdb_cpus_take(void)
{
}

static inline int gdb_cpus_late(void)
{
	return 0;
}

static inline void gdb_cpus_settle(void)
{
}

static inline void gdb_cpus_resume(void)
{
}

static inline void gdb_cpus_hand_over(unsigned int cpu __unused,
				      const struct gdb_decision *d __unused)
{
}

static inline void gdb_cpus_hold(int on __unused)
{
}
#endif

/* --- guest.c --------------------------------------------------------------*/

/** Fills the target. Contexts: init. */
void gdb_guest_describe(struct gdb_target *target);

/** Vector state of the program on this CPU. */
void *gdb_guest_fp(void);

/* --- scratch.c ------------------------------------------------------------*/

/** As the operations mem_alloc and mem_free of the target. */
int gdb_scratch_alloc(struct gdb_target *t, __u64 len, unsigned int prot,
		      __u64 *addr);
int gdb_scratch_free(struct gdb_target *t, __u64 addr);

/* --- image.c --------------------------------------------------------------*/

/** As the operation auxv of the target. */
int gdb_image_auxv(struct gdb_target *t, unsigned int i, __u64 *type,
		   __u64 *value);

/** Where the variables of a thread begin; 0 if it has none. */
__vaddr_t gdb_image_tls(__uptr pointer);

/* --- shared.c -------------------------------------------------------------*/

#ifdef CONFIG_LIBUKGDB_SHARED
/**
 * Gives the log, stdin and stdout a console in the place of this one, if it is
 * theirs. @return 1 if it was.
 */
int gdb_shared_start(struct uk_console *con);

/** Shows what was written while the program was stopped. */
void gdb_shared_flush(void);

/** Bytes of the line that are no debugger's; io.plain of the session. */
void gdb_shared_plain(void *ctx, const char *buf, __sz len);
#else
static inline int gdb_shared_start(struct uk_console *con __unused)
{
	return 0;
}

static inline void gdb_shared_flush(void)
{
}

#define gdb_shared_plain __NULL
#endif

/* --- line.c ---------------------------------------------------------------*/

/** 1 while the program is in the driver of the line, which cannot be used. */
static inline int gdb_guest_in_driver(void)
{
	return gdb_guest.con && uk_console_is_inside(gdb_guest.con);
}

extern const struct gdb_io gdb_line;

#endif /* __UKGDB_GUEST_H__ */
