/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* What each architecture must provide, beside <uk/break.h>. */
#ifndef __BREAK_INTERNAL_H__
#define __BREAK_INTERNAL_H__

#include <uk/break.h>
#include "pad.h"

extern const __u8 break_arch_insn[]; /* uk_break_len bytes */

/**
 * Finds how to execute an instruction out of line.
 *
 * @param insn its bytes, `avail` of them readable
 * @param pc where it stands, slot where the copy would stand
 * @param code receives the BREAK_SLOT_SIZE bytes of the slot, for
 *   UK_BREAK_OOL_SLOT
 * @param ool receives how
 */
void break_arch_ool(const __u8 *insn, __sz avail, __vaddr_t pc, __vaddr_t slot,
		    __u8 *code, struct uk_break_ool *ool);

/**
 * Does what the branch would: changes registers, memory never.
 *
 * @return 0; -EFAULT if a literal cannot be read: the instruction faults, and
 *   nothing was changed
 */
int break_arch_emulate(const struct uk_break_ool *ool, __vaddr_t pc,
		       struct __regs *regs);

/** Undoes what a slot does before the last of several instructions. */
void break_arch_undo(struct __regs *regs);

/**
 * Whether the instruction at an address is part of a sequence that neither an
 * exception nor other code may come between, or it never ends: arm64's
 * exclusive ones.
 */
int break_arch_in_sequence(__vaddr_t addr);

/* --- jump.c ---------------------------------------------------------------*/

#ifdef CONFIG_LIBUKBREAK_PADS
/**
 * Prepares the pad of a breakpoint.
 *
 * @param index the breakpoint's number
 * @return 0 if it needs the handlers of its trap
 */
int break_pad_prepare(const struct uk_break *b, unsigned int index);

/**
 * Prepares the break_jump_len bytes of the jump there.
 *
 * @return 0 if it needs the trap
 */
int break_pad_jump(const struct uk_break *b, unsigned int index, __u8 *jump);

/** Hits that a pad has passed since the last call. */
__u64 break_pad_passed(unsigned int index);

/** 1 if registers are those in a pad of that instruction. */
int break_pad_is_of(const struct __regs *regs, __vaddr_t addr);
#else
static inline int break_pad_is_of(const struct __regs *regs __unused,
				  __vaddr_t addr __unused)
{
	return 0;
}
#endif

/** Where a breakpoint's instruction is executed. */
__vaddr_t break_slot(const struct uk_break *b);

#endif /* __BREAK_INTERNAL_H__ */
