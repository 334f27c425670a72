/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture provides for the tests of traps. A function raise_*
 * in arch/<arch>/raise.S executes one instruction that traps, at the label
 * raise_*_insn; resumed at raise_end it returns.
 */
#ifndef __RAISE_H__
#define __RAISE_H__

#include <uk/arch/trap.h>

void raise_read(__u64 addr);
void raise_write(__u64 addr);
void raise_exec(__u64 addr);
void raise_breakpoint(__u64 unused);
void raise_undefined(__u64 unused);

extern const char raise_end[];
extern const char raise_read_insn[], raise_write_insn[];
extern const char raise_breakpoint_insn[], raise_undefined_insn[];

/**
 * Loads every general register and the condition flags from `in`, raises a
 * breakpoint and, resumed at raise_all_resume, stores them to `out`. Stack
 * pointer, program counter and the other flags are left out.
 */
void raise_all(const struct __regs *in, struct __regs *out);
extern const char raise_all_insn[], raise_all_resume[];

/** Calls fn(arg) with the stack pointer at top. */
void raise_on_stack(void (*fn)(__u64 arg), __u64 arg, char *top);

/** A kind of trap, and its expected description. */
struct raise_kind {
	void (*run)(__u64 arg);
	__u64 arg;	  /* the address refused, where addr_valid */
	const char *insn; /* the program counter; NULL: it is arg */
	const char *event;
	enum ukarch_trap_why why;
	enum ukarch_trap_access access;
	int addr_valid;
	unsigned int align; /* where it is known to be the reason */
};

/** Those that the architecture has besides the ones above. */
extern const struct raise_kind raise_arch_kinds[];
extern const unsigned int raise_arch_count;

/** What else a handler changes to resume: ends single-stepping. */
void raise_arch_resume(struct __regs *regs);

/**
 * The bits that raise_all() loads and stores of the register of that name in
 * ukarch_reg_descs: all, some (flags) or none (stack pointer, …).
 */
__u64 raise_all_mask(const char *name);

#endif /* __RAISE_H__ */
