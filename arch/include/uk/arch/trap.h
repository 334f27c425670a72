/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a trap handler learns about a trap, in the same terms on every
 * architecture. The trap entry in arch/<arch> fills struct ukarch_trap_ctx and
 * raises the event that fits (<uk/trap.h>); the event's data is the context.
 */
#ifndef __UK_ARCH_TRAP_H__
#define __UK_ARCH_TRAP_H__

#include <uk/arch/regs.h>
#include <uk/essentials.h>

/* What the program tried to do. */
enum ukarch_trap_access {
	UKARCH_ACCESS_NONE = 0, /* not a memory access, or not known */
	UKARCH_ACCESS_READ,
	UKARCH_ACCESS_WRITE,
	UKARCH_ACCESS_EXEC,
};

/* Why it was refused. */
enum ukarch_trap_why {
	UKARCH_WHY_OTHER = 0,	  /* see event, vector and error code */
	UKARCH_WHY_NOT_MAPPED,	  /* no translation */
	UKARCH_WHY_READ_ONLY,	  /* mapped, but not for writing */
	UKARCH_WHY_NOT_EXEC,	  /* mapped, but not for execution */
	UKARCH_WHY_PRIVILEGE,	  /* mapped, but not for this privilege level */
	UKARCH_WHY_NON_CANONICAL, /* the address itself is impossible */
	UKARCH_WHY_UNALIGNED,	  /* the access needs an aligned address */
	UKARCH_WHY_EXTERNAL,	  /* the bus or the device refused (abort) */
	UKARCH_WHY_RESERVED,	  /* malformed page-table entry */
	UKARCH_WHY_DIVIDE,	  /* integer division error */
	UKARCH_WHY_FP,		  /* floating-point exception */
	UKARCH_WHY_UNDEFINED,	  /* undefined instruction */
	UKARCH_WHY_BREAKPOINT,	  /* breakpoint instruction */
	UKARCH_WHY_STEP,	  /* single step done */
	UKARCH_WHY_HW_BREAK,	  /* hardware breakpoint */
	UKARCH_WHY_WATCH,	  /* watchpoint */
	UKARCH_WHY_DOUBLE_FAULT,  /* a fault while a fault was delivered */
	UKARCH_WHY_INTERRUPT,	  /* unhandled interrupt */
	UKARCH_WHY_SIGNATURE,	  /* a return address with a wrong signature */
	UKARCH_WHY_LANDING,	  /* an indirect branch to no landing pad */
};

struct ukarch_trap_ctx {
	struct __regs *regs;  /* the interrupted program; may be changed */
	unsigned long trapnr; /* x86_64: vector; arm64: vector slot 0–15 */
	unsigned long error_code; /* x86_64: error code; arm64: ESR_EL1 */
	__vaddr_t fault_address;  /* where addr_valid: the address refused */
	enum ukarch_trap_access access;
	enum ukarch_trap_why why;
	int addr_valid;
	unsigned int align; /* where UNALIGNED: its multiple; 0: not known */
	const char *event_name;	       /* name of the event raised */
	struct ukarch_trap_ctx *outer; /* trap that this one interrupted */
};

/**
 * The vendor's short name of a trap number, such as "#PF" or "synchronous,
 * SP_EL0"; never NULL. Contexts: any.
 */
const char *ukarch_trap_name(unsigned long trapnr);

/**
 * Decodes a context's error code in words, such as "write, page not present"
 * or "EC 0x25 data abort, translation fault level 3, write"; "" if the trap has
 * none.
 *
 * @param buf receives the text, cut to fit and always terminated
 * @param len size of buf in bytes, at least 1
 * @return buf. Contexts: any; no allocation, no lock.
 */
const char *ukarch_trap_decode(const struct ukarch_trap_ctx *ctx, char *buf,
			       __sz len);

/*
 * struct ukarch_trap_frame (<arch/regs.h>) is all that a trap keeps of what it
 * interrupted, registers included. A copy of it anywhere on a stack can be
 * resumed in its place, so that a debugger may run on a stack of its own and
 * leave the program's below the stack pointer to its user.
 */

/** The frame around a trap's registers. Contexts: trap. */
static inline struct ukarch_trap_frame *
ukarch_trap_frame_of(struct __regs *regs)
{
	return (struct ukarch_trap_frame *)((char *)regs -
					    __builtin_offsetof(
						    struct ukarch_trap_frame,
						    regs));
}

/**
 * Makes a frame of registers that no trap took, such as those that a crash
 * captured. Contexts: any.
 */
void ukarch_trap_frame_init(struct ukarch_trap_frame *frame,
			    const struct __regs *regs);

/**
 * Leaves the trap with a frame, or a copy of one: the program goes on with
 * frame->regs. What is below the frame on its stack may be overwritten.
 * Contexts: trap, with interrupts off; uk_trap_leave() was called.
 */
void __noreturn ukarch_trap_frame_resume(struct ukarch_trap_frame *frame);

/**
 * Has interrupted code call a function before it goes on: `regs` become those
 * at the function's first instruction, `frame` keeps the code's own, with which
 * the function's return resumes it. Call traces lead from the function through
 * the frame to the code. The function preserves vector registers.
 *
 * @param frame on that code's stack, aligned to 16; the function uses what is
 *   below it. Contexts: trap.
 */
void ukarch_trap_frame_call(struct ukarch_trap_frame *frame,
			    struct __regs *regs, void (*fn)(void *), void *arg);

/**
 * Calls a function on another stack, for good. Contexts: any.
 *
 * @param top past the highest byte of the stack, a multiple of 16
 */
void __noreturn ukarch_run_on_stack(void *top, void (*fn)(void));

/**
 * Installs the vectors and the stacks that go with them on the calling CPU.
 * Called once on each by the platform, before anything can fault. Contexts:
 * init.
 */
void ukarch_trap_init(void);

#endif /* __UK_ARCH_TRAP_H__ */
