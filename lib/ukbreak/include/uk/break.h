/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Breakpoint instructions in the text of the running image, for a debugger's
 * stub and for probes. What stands under one is executed in a slot or done
 * here, so that it stays in memory while the program passes it.
 *
 * Each user has its own bit; an instruction is there as long as one has it.
 *
 * Contexts: what changes the table is for a CPU that is alone
 * (uk_lcpu_stop_others()), with interrupts off. The others read it in a trap
 * with uk_percpu()'s in_debugger set, and are not stopped meanwhile.
 */
#ifndef __UK_BREAK_H__
#define __UK_BREAK_H__

#include <errno.h>
#include <uk/arch/trap.h>
#include <uk/ax_native.h>
#include <uk/essentials.h>
#include <uk/event.h>

/* Longest instruction, and longest breakpoint instruction. */
#define UK_BREAK_INSN_MAX 16

/* What gets the program over the instruction under a breakpoint. */
enum uk_break_ool_kind {
	UK_BREAK_OOL_STEP,    /* nothing but a step at its own place */
	UK_BREAK_OOL_SLOT,    /* a copy in a slot, which jumps back after it */
	UK_BREAK_OOL_EMULATE, /* a branch, which is done here */
};

struct uk_break_ool {
	__u8 kind;	  /* enum uk_break_ool_kind */
	__u8 len;	  /* of the instruction at its place */
	__u8 slot_len;	  /* of its copy, without the jump after */
	__u8 op;	  /* the architecture's */
	__u32 insn;	  /* the architecture's */
	__vaddr_t target; /* of a branch, or of what it names */
};

/* Users. */
#define UK_BREAK_DEBUGGER 1
#define UK_BREAK_STEP 2 /* the stub's own, for a step that begins there */
#define UK_BREAK_PROBE 4

/* A breakpoint in text. Its instruction stays in memory when its last user has
 * removed it, until uk_break_sync(): debuggers remove and insert all of
 * them at each stop, and each write to text is dear.
 */
struct uk_break {
	__vaddr_t addr;
	__u8 orig[UK_BREAK_INSN_MAX]; /* the program's bytes, so many: */
	__u8 orig_len;
	__u8 patched; /* bytes in memory that are not the program's */
	__u8 jumps;   /* they are a jump, not a breakpoint instruction */
	__u8 users;   /* UK_BREAK_*, one bit each */
	void *probes; /* UK_BREAK_PROBE's own */
	/* see uk_break_condition() */
	uk_ax_function condition, probe_condition;
	struct uk_break_ool ool;
};

/* --- the table ------------------------------------------------------------*/

/** The breakpoint whose instruction stands at an address, or NULL. */
struct uk_break *uk_break_at(__vaddr_t addr);

/**
 * Puts a breakpoint instruction in memory for a user, or notes one more user.
 *
 * @param at receives the breakpoint; NULL: not wanted
 * @return 0; -EINVAL: no instruction begins there on this architecture;
 *   -EACCES: on the way of every trap; -EFAULT: no memory; -ENOSPC:
 *   LIBUKBREAK_MAX; -EAGAIN: code still executes what stood there before;
 *   as ukplat_page_poke()
 */
int uk_break_insert(__vaddr_t addr, unsigned int user, struct uk_break **at);

/** A user does not need it any more. @return 0; -ENOENT */
int uk_break_remove(__vaddr_t addr, unsigned int user);

/**
 * The hits of a user are those where a condition (<uk/ax_native.h>) does not
 * give 0; NULL: all. Where one user is alone, the breakpoint becomes a jump to
 * code that calls the condition, if the instruction can have one
 * (LIBUKBREAK_PADS).
 *
 * @param user UK_BREAK_DEBUGGER or UK_BREAK_PROBE
 * @param condition the caller frees it, after it has set another one
 */
void uk_break_condition(struct uk_break *b, unsigned int user,
			uk_ax_function condition);

/** Hits of a debugger's breakpoints that jumps have passed since the last
 * call. Contexts: any.
 */
#ifdef CONFIG_LIBUKBREAK_PADS
__u64 uk_break_passed(void);
#else
static inline __u64 uk_break_passed(void)
{
	return 0;
}
#endif

/** Removes breakpoint instructions that have no user. */
void uk_break_sync(void);

/** Puts a breakpoint's instruction in memory, or the program's own. */
int uk_break_patch(struct uk_break *b, int on);

/** Shows the program's bytes in a copy of memory. Contexts: any. */
#ifdef CONFIG_LIBUKBREAK
void uk_break_hide(__vaddr_t addr, void *buf, __sz len);
#else
static inline void uk_break_hide(__vaddr_t addr __unused, void *buf __unused,
				 __sz len __unused)
{
}
#endif

/** Writes memory under breakpoints. @return bytes written */
__sz uk_break_write(__vaddr_t addr, const void *buf, __sz len);

/* --- passing one ----------------------------------------------------------*/

/* What uk_break_execute() did. */
enum uk_break_execution {
	UK_BREAK_DONE,	   /* the instruction is executed */
	UK_BREAK_IN_SLOT,  /* it is as soon as the trap is left */
	UK_BREAK_IN_PLACE, /* nothing: it must be executed at its own place */
};

/**
 * 1 if the debugger's condition is compiled and false for registers whose pc is
 * that of the breakpoint. Contexts: trap, with in_debugger set.
 */
static inline int uk_break_is_false(const struct uk_break *b,
				    const struct __regs *regs)
{
	__u64 value = 1;

	return b->condition && !b->condition(regs, &value) && !value;
}

/** Gets the program of a trap over the instruction under a breakpoint. */
enum uk_break_execution uk_break_execute(struct uk_break *b,
					 struct __regs *regs);

/**
 * The breakpoint that was hit for registers in its slot whose instruction is
 * still to be executed; NULL: their pc is elsewhere. Contexts: any; the CPU
 * that they are of stands.
 */
const struct uk_break *uk_break_in_slot(const struct __regs *regs);

/** 1 if the slot has several instructions for that one, and some are executed.
 * Contexts: as uk_break_in_slot().
 */
int uk_break_is_begun(const struct __regs *regs);

/**
 * Makes registers in a slot those at the instruction that it stands for, which
 * then is still to be executed as a whole, or behind it. Contexts: as
 * uk_break_in_slot().
 */
void uk_break_leave_slot(struct __regs *regs);

/**
 * Serves a trap of a breakpoint that only probes use: calls uk_break_hit(),
 * with NULL if in_debugger is set, and passes it. Where the debugger's stub is
 * selected it calls this in its own handler; else this library has one.
 *
 * @return 1; 0: the trap has another cause. Contexts: trap.
 */
int uk_break_pass(struct ukarch_trap_ctx *ctx);

/**
 * After a trap: was the breakpoint removed since? Then what is there now is
 * next. @return 1; 0: it is there, or an instruction of the program's own is.
 */
int uk_break_again(struct __regs *regs);

/*
 * The program has come to a breakpoint with UK_BREAK_PROBE; data: struct
 * uk_break_hit. In trap context, with in_debugger set.
 */
UK_EVENT_DECLARE(UK_EVENT_BREAK_HIT);

struct uk_break_hit {
	const struct uk_break *b;
	struct __regs *regs; /* with that pc; NULL: on the way of another hit,
			      * or of the debugger's stub
			      */
};

/** Raises it if a probe is there. Contexts: as the event's. */
void uk_break_hit(const struct uk_break *b, struct __regs *regs);

/* --- the architecture's ---------------------------------------------------*/

extern const unsigned int uk_break_len; /* of the breakpoint instruction */

/** The address of the breakpoint instruction that trapped. */
__vaddr_t uk_break_pc(const struct __regs *regs);

/** 1 if an instruction is a breakpoint instruction. */
int uk_break_is_insn(const __u8 *insn);

/** 1 if such a trap, with uk_break_pc() there, is of the code in memory. */
int uk_break_is_own(const __u8 *insn);

/** 1 for an interrupt that came although interrupts were off. */
int uk_break_is_nmi(const struct ukarch_trap_ctx *ctx);

#endif /* __UK_BREAK_H__ */
