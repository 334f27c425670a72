/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture must provide to the debugger's stub: single step,
 * debug registers, and the table of registers.
 * Everything here is called in trap context with interrupts off.
 */
#ifndef __GDB_ARCH_H__
#define __GDB_ARCH_H__

#ifdef CONFIG_LIBUKGDB_CALLS
#include <uk/arch/ctx.h>
#endif
#include <uk/arch/trap.h>
#include <uk/break.h>
#include <uk/essentials.h>
#include "gdb_regs.h"

/* --- registers ------------------------------------------------------------*/

/* Where a thread's registers stand while the program is stopped. */
struct gdb_reg_source {
	struct __regs *regs;
	void *fp;    /* as <uk/arch/fpstate.h>; NULL: unknown */
	__uptr *tls; /* the thread pointer; NULL: it is in the CPU */
};

/**
 * Reads or writes a register, `bits` / 8 bytes.
 *
 * @return 0; -ENODATA where it is not known; writing also -EROFS, and -EINVAL
 *   for a value that the CPU refuses
 */
int gdb_arch_reg_read(const struct gdb_reg_source *src, unsigned int nr,
		      void *buf);
int gdb_arch_reg_write(const struct gdb_reg_source *src, unsigned int nr,
		       const void *buf);

#ifdef CONFIG_LIBUKGDB_CALLS
/**
 * Vector state of a thread that gave its CPU away, from what is kept of it
 * (<uk/arch/ctx.h>): the other registers are 0. And back.
 *
 * @param fp as <uk/arch/fpstate.h>
 */
void gdb_arch_fp_of_ctx(void *fp, const struct ukarch_ctx *ctx);
void gdb_arch_fp_to_ctx(const void *fp, struct ukarch_ctx *ctx);
#endif

/* --- single step ----------------------------------------------------------*/

/**
 * Makes the CPU trap after the next instruction of the program that these
 * registers belong to.
 *
 * @param insn the bytes that will be executed, `avail` of them
 * @param alone no interrupt comes before it, unless it is about interrupts: a
 *   handler could wait for a lock of a CPU that stands
 */
void gdb_arch_step_on(struct __regs *regs, const __u8 *insn, __sz avail,
		      int alone);

/**
 * Ends that, called in the trap after the instruction, and takes away what
 * the program could see of it. Of another CPU, which is stopped at `regs`, it
 * changes what is in memory; gdb_arch_resumed() there does the rest.
 */
void gdb_arch_step_off(unsigned int cpu, struct __regs *regs);

/** Takes away the flag of a step that was not executed. Of that CPU. */
void gdb_arch_step_forget(unsigned int cpu, struct __regs *regs);

/** What gdb_arch_step_on() knows of a step that has begun on another CPU. */
void gdb_arch_step_adopt(unsigned int from);

/**
 * The calling CPU was stopped, and goes on: its debug registers follow.
 *
 * @param stepping its program goes on with a step
 */
void gdb_arch_resumed(int stepping);

struct gdb_cause;

/**
 * 1 if the instruction that is over has hit a debug register that does not
 * trap while one is being stepped; called before gdb_arch_step_off().
 *
 * @param cause receives which
 */
int gdb_arch_step_watch(struct gdb_cause *cause);

/**
 * 1 where an instruction begins a sequence that a trap between would undo, for
 * ever: the debugger knows how to get over it, and is asked.
 */
int gdb_arch_is_sequence(__vaddr_t pc);

/** 1 where an instruction waits for an interrupt. */
int gdb_arch_halts(__vaddr_t pc);

/* --- debug registers ------------------------------------------------------*/

/* The numbers of Z packets. */
enum gdb_hw_type {
	GDB_HW_EXEC = 1,
	GDB_HW_WRITE = 2,
	GDB_HW_READ = 3,
	GDB_HW_ACCESS = 4,
};

/**
 * Takes debug registers for a range.
 *
 * @return 0; -EEXIST if that is there; -ENOSPC if not enough are free;
 *   -ENOTSUP for a type that the CPU cannot detect; -EINVAL for an impossible
 *   address or length
 */
int gdb_arch_hw_insert(enum gdb_hw_type type, __vaddr_t addr, __sz len);

/** Gives them back. @return 0; -ENOENT if none were taken for that. */
int gdb_arch_hw_remove(enum gdb_hw_type type, __vaddr_t addr, __sz len);

/** Makes those taken effective, or none: while the stub runs. */
void gdb_arch_hw_enable(int on);

/** 1 if one would stop the program before it executes at pc. */
int gdb_arch_hw_at(__vaddr_t pc);

/* --- what happened --------------------------------------------------------*/

/* Why a debug trap came; several may hold at once. */
struct gdb_cause {
	int stepped;
	int hw; /* a debug register hit: */
	enum gdb_hw_type hw_type;
	__vaddr_t hw_addr; /* inside of what was asked for */
};

/** Reads and resets what the CPU says about a debug trap. */
void gdb_arch_cause(const struct ukarch_trap_ctx *ctx, struct gdb_cause *cause);

/** Executes a breakpoint instruction of the program's own. */
void gdb_arch_break(void);

/** Past an instruction of the program's own that has just trapped for it. */
void gdb_arch_skip_own(struct __regs *regs);

/* Where an interrupt that cannot be masked, or a step, has found the CPU. */
enum gdb_path {
	GDB_PATH_NONE,	      /* in the program, or a handler */
	GDB_PATH_TRAP,	      /* on the way of a trap from or to it */
	GDB_PATH_DEBUG_ENTRY, /* coming into a debug trap: must not be traced */
};

enum gdb_path gdb_arch_trap_path(const struct ukarch_trap_ctx *ctx);

/** Has the CPU trap after each instruction of a trap's way, or no more. */
void gdb_arch_trace(struct __regs *regs, int on);

/** Last touch to registers before the program goes on with them. */
void gdb_arch_resume(struct __regs *regs);

/** An interrupt line that no device of the machines has, of so many. */
int gdb_arch_free_line(unsigned int lines);

/** Once on each CPU, in init: lets it raise debug exceptions. */
void gdb_arch_init(void);

#endif /* __GDB_ARCH_H__ */
