/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture must provide about its registers.
 *
 * <arch/regs.h> of the selected architecture defines `struct __regs`: every
 * general register, program counter, stack pointer and flags as they were
 * when a trap was taken or a place in the code was captured. Floating point
 * and vector state is not in it: library code does not change it, so that it
 * stays in the CPU until a handler reads it. Besides, it defines
 *
 *   UKARCH_REGS_SIZE	sizeof(struct __regs), usable in assembly
 *   UKARCH_INSN_UNIT	bytes that every instruction is a multiple of, 1 or 4
 *   UKARCH_HAVE_LR	1 where a call leaves its return address in a register,
 *			0 where it pushes it
 */
#ifndef __UK_ARCH_REGS_H__
#define __UK_ARCH_REGS_H__

#include <arch/regs.h>

#ifndef __ASSEMBLY__
#include <uk/essentials.h>

UK_CTASSERT(sizeof(struct __regs) == UKARCH_REGS_SIZE);

/*
 * Provided by <arch/regs.h>, inline. Contexts: any.
 *
 *   __uptr ukarch_regs_pc(const struct __regs *)   program counter
 *   __uptr ukarch_regs_sp(const struct __regs *)   stack pointer
 *   __uptr ukarch_regs_fp(const struct __regs *)   frame pointer
 *   void ukarch_regs_set_pc(struct __regs *, __uptr)
 *   int ukarch_regs_irq_enabled(const struct __regs *)
 *   void ukarch_regs_set_irq(struct __regs *, int on)
 *
 *   __uptr ukarch_regs_lr(const struct __regs *)   that register; else 0
 *   __uptr ukarch_unsigned(__uptr)   a return address as it was found in a
 *	register or on a stack, without its signature
 *   const struct __regs *ukarch_regs_of_record(__uptr record)
 *	the registers that belong to a trap's frame record, see below
 */

/*
 * Where trap handlers return to. A trap leaves a frame record (frame pointer,
 * program counter) of what it interrupted, adjacent to struct __regs, and the
 * handler's own record points to it: an unwinder that finds this
 * return address in a record gets all registers from ukarch_regs_of_record().
 */
extern const char ukarch_trap_return[];

/**
 * Captures the caller's registers: pc is the place after the call, sp and fp
 * are the caller's. Contexts: any.
 */
void ukarch_regs_capture(struct __regs *regs);

/** How a register is presented to users, for tables of registers. */
struct ukarch_reg_desc {
	char name[10];
	__u8 size;    /* bytes */
	__u8 is_addr; /* 1 where it may point somewhere worth a symbol */
	__u32 offset; /* in struct __regs */
};

/** The registers of struct __regs in the order of the vendor's manuals. */
extern const struct ukarch_reg_desc ukarch_reg_descs[];
extern const unsigned int ukarch_reg_count;

/** A register's value. Contexts: any. */
static inline __u64 ukarch_reg_get(const struct __regs *regs,
				   const struct ukarch_reg_desc *d)
{
	const char *p = (const char *)regs + d->offset;

	return d->size == 8 ? *(const __u64 *)p : *(const __u32 *)p;
}

/**
 * Reads a control register that helps to find the cause of a fault
 * (paging, translation, fault address).
 *
 * @param idx 0, 1, 2, ...
 * @param name receives the manual's name of the register
 * @param value receives its value now
 * @return 0, or -ENOENT past the last one. Contexts: any.
 */
int ukarch_creg_read(unsigned int idx, const char **name, __u64 *value);
#endif /* !__ASSEMBLY__ */

#endif /* __UK_ARCH_REGS_H__ */
