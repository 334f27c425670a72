/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The debugger's stub: lib/ukgdb's session over the CPUs of a machine. Only
 * the main thread is here; while it serves a debugger all CPUs are paused.
 *
 * stub.c has the line and what exits mean, target.c the session's operations,
 * points.c breakpoints and watchpoints, monitor.c the user's commands.
 */
#ifndef __STUB_H__
#define __STUB_H__

#include "../../../lib/ukgdb/guest/gdb_regs.h"
#include "../../../lib/ukgdb/session/gdb_session.h"
#include "vm.h"

#define POINTS_MAX CONFIG_LIBUKGDB_POINTS
#define INSN_MAX 4    /* of breakpoint instructions */
#define CHANGED_MAX 5 /* levels of page tables */

/* A point that the session has inserted. */
struct point {
	enum gdb_point_type type;
	uint64_t addr, kind;
	uint64_t gpa; /* of GDB_POINT_SW, 0: it is a debug register's */
	uint8_t saved[INSN_MAX];
	/* Entries of page tables that were changed so that it executes */
	struct vmm_walk_entry changed[CHANGED_MAX];
	unsigned int n_changed;
};

/* What a CPU does when the program is resumed. */
struct plan {
	enum gdb_act act;
	uint64_t start, end;
};

struct stub {
	struct gdb_target target; /* first: the operations get this */
	struct gdb_session session;
	struct vm *vm;
	struct cpu *cpu;      /* that stopped last */
	struct cpu *selected; /* of the debugger: by its page tables */
	int listener, peer;   /* -1: none */
	int ended;	      /* the debugger wants the machine's end */
	int gone;	      /* the machine has ended */
	/* What the debugger said together with the packet that resumes */
	enum gdb_poll said;
	struct vmm_probe probe;
	struct point points[POINTS_MAX];
	unsigned int n_points;
	struct plan plans[VMM_VCPUS_MAX];
	uint64_t halted[VMM_VCPUS_MAX]; /* the pc of one that is; 0: it is not
					 */
	/* Registers of CPUs, while they are paused; which parts are read */
	struct vmm_state states[VMM_VCPUS_MAX];
	unsigned int known[VMM_VCPUS_MAX];
};

/**
 * Listens for a debugger.
 *
 * @param where a port of 127.0.0.1, ADDRESS:PORT, or the path of a Unix socket
 * @return 0, -errno
 */
int stub_listen(struct vm *vm, const char *where);

/** What the main loop waits for: input of the debugger, or a new one. */
int stub_fd(void);

/**
 * 1: the session may have read some already, as with a Ctrl-C in one segment
 * with the packet that resumes the program.
 */
int stub_has_input(void);

/** There is, or may be, some. */
void stub_input(void);

/** Waits for a debugger before the first instruction. */
void stub_wait(void);

/**
 * A CPU has an exit. @return 1 if that was the debugger's, and the program is
 * resumed; 0 if it is the machine's end
 */
int stub_exit(struct cpu *c);

/** The machine ends with a status: the debugger sees that. */
void stub_end(int status);

/** 1 if the debugger has killed the machine. */
int stub_killed(void);

/* ---- between the files ---- */

/** The CPU of a thread, or NULL. */
struct cpu *stub_cpu(struct stub *s, long tid);
unsigned int cpu_index(const struct cpu *c);
/** Its state, of which the parts are read at most once a stop; NULL: KVM
 * refuses.
 */
struct vmm_state *stub_state(struct stub *s, struct cpu *c, unsigned int parts);
/** The selected CPU's, with the registers of the system. */
struct vmm_state *stub_selected_state(struct stub *s);

extern const struct gdb_target_ops stub_ops;
int stub_monitor(struct gdb_target *t, const char *line, gdb_text_fn out,
		 void *ctx);

/* As the session's operations. */
int points_insert(struct stub *s, enum gdb_point_type type, uint64_t addr,
		  uint64_t kind);
int points_remove(struct stub *s, enum gdb_point_type type, uint64_t addr,
		  uint64_t kind);
/** What was read at addr, without breakpoints. */
void points_hide(struct stub *s, uint64_t addr, uint8_t *buf, size_t len);
/** Bytes that were written there, over which breakpoints stay. */
void points_written(struct stub *s, uint64_t addr, size_t len);
/** The point there in text or a debug register for instructions, or NULL. */
struct point *points_at(struct stub *s, uint64_t addr);
/** The watchpoint that has an address, or NULL. */
struct point *points_watch(struct stub *s, uint64_t addr);
/** A CPU's debug control. @param without an address without its point, or 0 */
int points_apply(struct stub *s, struct cpu *c, int step, uint64_t without);
/** The one whose instruction is in memory where a CPU has addr, which may have
 * another address there; or NULL.
 */
struct point *points_text(struct stub *s, struct cpu *c, uint64_t addr);
/** Takes that instruction out. @return for points_put_back(); NULL: none was in
 */
struct point *points_lift(struct stub *s, struct cpu *c, uint64_t addr);
void points_put_back(struct stub *s, const struct point *p);

/* ---- each architecture ---- */

/** The breakpoint instruction. */
extern const unsigned int arch_break_len;
const uint8_t *arch_break(const struct stub *s);

/**
 * An entry of a page table that lets what it maps be executed; gdb calls
 * functions with a breakpoint on the stack. The same: it does, or cannot be
 * changed from outside.
 */
uint64_t arch_entry_executable(uint64_t entry);
/** Bits that the CPU sets there. */
extern const uint64_t arch_entry_noted;
/** The CPU reads its page tables anew. */
void arch_flush(struct stub *s, struct cpu *c);

/** Bytes of a breakpoint instruction, a program's own; 0: it is none. */
unsigned int arch_trap_len(const uint8_t *insn);

/** 1: an instruction begins a sequence that a step between would undo. */
int arch_is_sequence(const uint8_t *insn);

/** As the session's operations; *parts: VMM_STATE_* that are needed. */
unsigned int arch_reg_parts(unsigned int nr);
int arch_reg_read(const struct vmm_state *s, unsigned int nr, void *buf);
int arch_reg_write(struct vmm_state *s, unsigned int nr, const void *buf);
uint64_t arch_pc(const struct vmm_state *s);
void arch_pc_set(struct vmm_state *s, uint64_t pc);

/** Each register of the system, with its name. */
void arch_system_registers(const struct vmm_state *s,
			   void (*fn)(void *ctx, const char *name,
				      uint64_t value),
			   void *ctx);

/** What the host decides about it. */
void arch_describe(struct stub *s);

/**
 * 1 if an exit is that of a breakpoint instruction; the pc is set to its
 * address.
 */
int arch_is_break(struct stub *s, struct cpu *c);

#endif /* __STUB_H__ */
