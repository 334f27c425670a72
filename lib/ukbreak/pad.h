/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Pads: what C and assembly share, and what each architecture must provide. */
#ifndef __BREAK_PAD_H__
#define __BREAK_PAD_H__

/* Bytes of a place where an instruction is executed instead. */
#define BREAK_SLOT_SIZE 32

#define BREAK_PAD_SIZE 32 /* bytes of code for each breakpoint */

/* struct break_pad_data */
#define BREAK_PAD_ADDR 0
#define BREAK_PAD_CONDITION 8
#define BREAK_PAD_PASSED 16
#define BREAK_PAD_DATA_SIZE 24

#ifndef __ASSEMBLY__
#include <uk/break.h>

/* Of one breakpoint, and in its order; a pad reads it. */
struct break_pad_data {
	__u64 addr;
	uk_ax_function condition;
	__u64 passed; /* hits that were false */
};

extern struct break_pad_data break_pad_data[];
extern const __u8 break_pads[];

/** 1 if a jump to a pad may stand in the place of an instruction whose slot is
 * filled and whose other bytes nothing jumps to. Contexts: any.
 */
int break_arch_may_jump(const struct uk_break *b, __vaddr_t pad);

extern const unsigned int break_jump_len;

/** Writes the break_jump_len bytes of that jump. Contexts: any. */
void break_arch_jump(__u8 *code, __vaddr_t from, __vaddr_t pad);

/**
 * Has the trap of a breakpoint instruction at addr go to the pad of that
 * number, as a jump there would; addr 0: no longer. Where a jump may stand for
 * each instruction it does nothing. Contexts: any; other CPUs stand.
 */
#ifdef CONFIG_LIBUKBREAK_PADS
void break_arch_trap_to_pad(unsigned int index, __vaddr_t addr);
#else
static inline void break_arch_trap_to_pad(unsigned int index __unused,
					  __vaddr_t addr __unused)
{
}
#endif

/** The highest number of a register, gdb's, that conditions may read. */
extern const unsigned int break_pad_last_reg;

/**
 * If registers are those of code in a pad, of what it calls, or of a trap on
 * its way to one, makes them those that the program had at the instruction.
 *
 * @return 1 if so, else 0. Contexts: trap, before the stack is used.
 */
int break_arch_pad_undo(struct __regs *regs);

/** Makes registers at an instruction those that its breakpoint leaves. */
void break_arch_as_trapped(struct __regs *regs);

/** 1 for traps that the interrupted instruction has not caused. */
int break_arch_is_interrupt(const struct ukarch_trap_ctx *ctx);
#endif

#endif /* __BREAK_PAD_H__ */
