/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The path of every crash: an unhandled trap, a failed assertion,
 * UK_CRASH, abort(), a smashed stack. uk_crash() raises UK_EVENT_CRASH with
 * the reason and the registers; handlers in order of priority:
 *
 *	2  ukcrash: the screen, one handler a section
 *	3  what other libraries add to it: allocators
 *	5  a debugger: may stop here, and resume a trap
 *	7  dump writers
 *
 * then the machine ends with status 70. A crash inside a handler logs one line
 * and goes on with the next handler: the path never loops and never hangs.
 * The monotonic clock stands still in each handler, at the crash.
 */
#ifndef __UK_CRASH_H__
#define __UK_CRASH_H__

#include <uk/arch/trap.h>
#include <uk/event.h>

/* Why the guest crashes. Valid while UK_EVENT_CRASH is raised. */
struct uk_crash_info {
	/* class of the reason: "assertion failed", "abort", … ; NULL if it is
	 * the trap, whose context says it all
	 */
	const char *what;
	/* expression or message, or several lines of one; may be NULL */
	const char *detail;
	const char *file; /* place in the source; may be NULL */
	unsigned int line;
	/* Never NULL. For a trap, pc is the instruction that was refused; else
	 * it is the return address of the call that crashed.
	 */
	struct __regs *regs;
	/* The trap that crashed, or in which something else was found (what);
	 * NULL: none
	 */
	struct ukarch_trap_ctx *trap;
};

/*
 * Data: struct uk_crash_info *. Handlers run in trap context. They return
 * UK_EVENT_HANDLED_CONT or UK_EVENT_NOT_HANDLED to let the crash go on, and
 * UK_EVENT_HANDLED to resume a trap (without trap != NULL that is ignored).
 */
UK_EVENT_DECLARE(UK_EVENT_CRASH);

/*
 * Raised on each CPU that enters the crash path, before the path keeps anything
 * about it; data: struct uk_crash_info *. With several CPUs uklcpu stops the
 * others here, or keeps this one while another one is in the path. Interrupts
 * are off.
 */
UK_EVENT_DECLARE(UK_EVENT_CRASH_BEGIN);

/* Raised where a crash is resumed; data: NULL. */
UK_EVENT_DECLARE(UK_EVENT_CRASH_MENDED);

/**
 * Crashes for an unhandled trap.
 *
 * @param ctx the trap; the caller resumes with ctx->regs if this returns,
 *   which happens only if a handler of UK_EVENT_CRASH mended the cause.
 * Contexts: trap.
 */
void uk_crash_trap(struct ukarch_trap_ctx *ctx);

/**
 * Crashes in a trap for a reason of the program that it interrupted, not of its
 * own: what, detail and the rest as for uk_crash_here() and uk_crash_trap().
 * Contexts: trap.
 */
void uk_crash_interrupted(struct ukarch_trap_ctx *ctx, const char *what,
			  const char *detail);

/**
 * Crashes at the calling place, whose registers it captures: provided by the
 * architecture (arch/<arch>/capture.S), for C would have changed them before.
 *
 * @param what class of the reason, see struct uk_crash_info
 * @param detail expression or message, may be NULL
 * @param file,line place in the source; file may be NULL
 * Contexts: any.
 */
void __noreturn uk_crash_here(const char *what, const char *detail,
			      const char *file, unsigned int line);

/**
 * Crashes with registers that the caller captured; regs->pc is the return
 * address of the call that crashes. Contexts: any.
 */
void __noreturn uk_crash_regs(const char *what, const char *detail,
			      const char *file, unsigned int line,
			      struct __regs *regs);

/** Logs "warning: detail (file:line)". Contexts: any. */
void uk_warn_here(const char *detail, const char *file, unsigned int line);

/**
 * For a handler of UK_EVENT_CRASH that left the path and its stack: goes on
 * with the next handler, and ends the machine.
 *
 * @param info what the handler was given, or a copy of it all
 * Contexts: trap.
 */
void __noreturn uk_crash_go_on(struct uk_crash_info *info);

/**
 * For such a handler: the program goes on, the next crash is a first one. The
 * handler resumes the clock (ukplat_clock_resume()). Contexts: trap.
 */
void uk_crash_mended(void);

/* What uk_crash_signal() returns, as <signal.h> and gdb number them. */
#define UK_CRASH_SIGILL 4
#define UK_CRASH_SIGTRAP 5
#define UK_CRASH_SIGABRT 6
#define UK_CRASH_SIGFPE 8
#define UK_CRASH_SIGBUS 10 /* Linux: 7 */
#define UK_CRASH_SIGSEGV 11

/** The signal that a program of an operating system would get, for a debugger;
 * UK_CRASH_SIGABRT without a trap. Contexts: any.
 */
int uk_crash_signal(const struct uk_crash_info *info);

/** 1 while a crash is being handled. Contexts: any. */
int uk_crash_in_progress(void);

/** Crashes with a message, a string constant. Contexts: any. */
#define UK_CRASH(msg) uk_crash_here("crash", (msg), __FILE__, __LINE__)

#endif /* __UK_CRASH_H__ */
