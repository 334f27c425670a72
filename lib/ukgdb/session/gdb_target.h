/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a debugger's session asks of the program that it debugs. The session
 * (gdb_session.h) knows packets and never touches memory, registers or
 * threads; the target behind struct gdb_target knows those and never sees the
 * text of a packet.
 *
 * The session calls every operation in trap context with interrupts off
 * while the program is stopped, unless its comment says otherwise; none may
 * wait without bound, allocate or log. An operation that is NULL is a feature
 * that is not announced to the debugger; those marked (must) have to be there.
 *
 * Threads have ids from 1 on; with no scheduler, or before it, there is one
 * thread, 1. Operations get ids that a debugger has sent: they may name no
 * thread. Addresses are whatever a debugger has sent.
 */
#ifndef __UKGDB_TARGET_H__
#define __UKGDB_TARGET_H__

#include <errno.h>
#include <uk/essentials.h>

struct gdb_target;

/* Signals have gdb's numbers on the wire, which are not everywhere C's. */
#define GDB_SIGNONE 0
#define GDB_SIGINT 2
#define GDB_SIGILL 4
#define GDB_SIGTRAP 5
#define GDB_SIGABRT 6
#define GDB_SIGFPE 8
#define GDB_SIGKILL 9
#define GDB_SIGBUS 10
#define GDB_SIGSEGV 11
#define GDB_SIGTERM 15

/* ---- registers: one table for XML, g/G, p/P, T and qRegisterInfo ---- */

/* How lldb reads a register's bytes. */
enum gdb_encoding {
	GDB_ENC_UINT,
	GDB_ENC_IEEE754,
	GDB_ENC_VECTOR,
};

/* A type that registers name by their index. */
struct gdb_reg_type {
	const char *name; /* gdb's: "int64", "code_ptr", "vec128", … */
	__u8 encoding;	  /* enum gdb_encoding */
};

/* What `info registers GROUP` and lldb's register sets show. */
enum gdb_reg_group {
	GDB_GROUP_GENERAL,
	GDB_GROUP_FLOAT,
	GDB_GROUP_VECTOR,
	GDB_GROUP_SYSTEM,
};

/* Roles that lldb asks for by name. */
enum gdb_reg_generic {
	GDB_GENERIC_NONE,
	GDB_GENERIC_PC,
	GDB_GENERIC_SP,
	GDB_GENERIC_FP,
	GDB_GENERIC_RA,
	GDB_GENERIC_FLAGS,
	GDB_GENERIC_ARG1, /* … ARG8 = ARG1 + 7 */
	GDB_GENERIC_ARG8 = GDB_GENERIC_ARG1 + 7,
};

/* Sent in every stop reply: a debugger reads these first after a stop. */
#define GDB_REG_EXPEDITE 0x01

/* Register numbers are indices into the table. */
struct gdb_reg_desc {
	char name[16]; /* terminated */
	__u16 bits;    /* a multiple of 8, at most 8 * GDB_REG_BYTES */
	__s16 dwarf;   /* DWARF and eh_frame number, -1 if it has none */
	__u8 type;     /* index into gdb_target.types */
	__u8 group;    /* enum gdb_reg_group */
	__u8 generic;  /* enum gdb_reg_generic */
	__u8 flags;    /* GDB_REG_* */
};

/* The largest register. */
#define GDB_REG_BYTES 64

/*
 * A feature of the target description: the registers from `first` up to the
 * next feature's first (the last one's: all the rest). Its first registers
 * have the order that gdb's manual lists; gdb lays out the g packet by it.
 */
struct gdb_feature {
	const char *name;  /* "org.gnu.gdb.i386.core", … */
	const char *types; /* XML that defines its types, or NULL */
	__u16 first;
};

/* ---- memory ---- */

#define GDB_PROT_READ 0x1
#define GDB_PROT_WRITE 0x2
#define GDB_PROT_EXEC 0x4

/* The mapped range, or the hole, that holds an address. */
struct gdb_region {
	__u64 start;
	__u64 end;	  /* past the last byte; 0 for 2^64 */
	__u8 prot;	  /* GDB_PROT_*; 0: a hole */
	__u8 device;	  /* registers of a device: left alone unless asked */
	const char *name; /* section, stack of a thread, device; or NULL */
};

/* ---- breakpoints and watchpoints, numbered as in Z packets ---- */

enum gdb_point_type {
	GDB_POINT_SW,	  /* breakpoint in text */
	GDB_POINT_HW,	  /* breakpoint register */
	GDB_POINT_WRITE,  /* watchpoints: of writes, */
	GDB_POINT_READ,	  /* reads, */
	GDB_POINT_ACCESS, /* both */
};

/* ---- run control ---- */

enum gdb_act {
	GDB_ACT_CONTINUE,
	GDB_ACT_STEP,  /* one instruction */
	GDB_ACT_RANGE, /* steps until the pc leaves [start, end) */
	GDB_ACT_STOP,  /* stays stopped */
};

struct gdb_action {
	long tid; /* the thread, or GDB_TID_ALL */
	enum gdb_act act;
	int signal;	  /* what the thread gets; 0: the cause is mended */
	__u64 start, end; /* of GDB_ACT_RANGE */
};

#define GDB_TID_ALL (-1L)

/*
 * What resumes. The first action that names the thread, or all, is a
 * thread's; a thread that none names stays stopped (scheduler locking).
 */
struct gdb_resume {
	unsigned int n;
	const struct gdb_action *actions; /* valid during the call only */
};

/** A thread's action, or NULL if it stays stopped. Contexts: any. */
const struct gdb_action *gdb_resume_action(const struct gdb_resume *r,
					   long tid);

/* ---- threads ---- */

struct gdb_thread_info {
	char name[32];	 /* terminated; may be empty */
	char extra[256]; /* terminated: state and the like, in words */
	__u64 handle; /* what the program calls it, a pthread_t; 0: nothing */
	unsigned int core;
};

/** Receives text for the debugger's user. */
typedef void (*gdb_text_fn)(void *ctx, const char *text, __sz len);

struct gdb_target_ops {
	/*
	 * (must) Reads register nr of a thread, bits / 8 bytes in the target's
	 * order. 0; -ENODATA if its value is not known (the debugger shows
	 * <unavailable>); -ESRCH if there is no such thread. nr is < n_regs.
	 */
	int (*reg_read)(struct gdb_target *t, long tid, unsigned int nr,
			void *buf);
	/*
	 * (must) Writes it. 0 only if the thread will run with that value;
	 * -EROFS, -ENODATA, -EINVAL (a value that the CPU refuses), -ESRCH.
	 */
	int (*reg_write)(struct gdb_target *t, long tid, unsigned int nr,
			 const void *buf);
	/*
	 * (must) Copies memory. Bytes up to the first one refused, 0 to len.
	 * A read shows the program's own bytes where breakpoints are; a write
	 * keeps the breakpoints. addr + len does not wrap around. reads are
	 * also called by gdb_points_check().
	 */
	__sz (*mem_read)(struct gdb_target *t, __u64 addr, void *buf, __sz len);
	__sz (*mem_write)(struct gdb_target *t, __u64 addr, const void *buf,
			  __sz len);
	/*
	 * Gives the debugger memory of the program's for code (GDB_PROT_EXEC)
	 * or data that it makes, len bytes or more, whose contents it knows
	 * nothing of. 0; -ENOMEM. mem_free takes back what begins at addr; 0
	 * stands for all. 0; -ENOENT: nothing begins there. The session gives
	 * all back when the debugger goes.
	 */
	int (*mem_alloc)(struct gdb_target *t, __u64 len, unsigned int prot,
			 __u64 *addr);
	int (*mem_free)(struct gdb_target *t, __u64 addr);
	/*
	 * Inserts a point; kind is the instruction's kind of an execute
	 * point and the length of a watchpoint. 0; -ENOSPC (no debug register
	 * or room left); -EFAULT; -EINVAL (kind); -ENOTSUP: the machine has
	 * no points of this type, which the debugger learns. The
	 * session inserts each (type, addr, kind) once, and removes what it
	 * inserted: 0, -ENOENT. Removing is also called by
	 * gdb_session_disconnect().
	 */
	int (*point_insert)(struct gdb_target *t, enum gdb_point_type type,
			    __u64 addr, __u64 kind);
	int (*point_remove)(struct gdb_target *t, enum gdb_point_type type,
			    __u64 addr, __u64 kind);
	/*
	 * The one condition (an agent expression) of a breakpoint in text that
	 * is inserted; NULL: it has none, or more than that decides. While the
	 * target finds it false it may pass the breakpoint without asking
	 * gdb_points_check(). Called at each change.
	 */
	void (*point_condition)(struct gdb_target *t, __u64 addr,
				const __u8 *code, unsigned int len);
	/*
	 * (must) Notes what runs when gdb_session_serve() has returned. 0;
	 * -ENOTSUP, -EINVAL: the program stays stopped. Changes of pc that the
	 * packet asked for were written before.
	 */
	int (*resume)(struct gdb_target *t, const struct gdb_resume *r);

	/* The id after tid in a fixed order, 0 for the first; 0 at the end. */
	long (*thread_next)(struct gdb_target *t, long tid);
	/* 1 if there is such a thread. */
	int (*thread_alive)(struct gdb_target *t, long tid);
	/*
	 * The debugger has selected a thread that is alive: where threads have
	 * page tables of their own, memory and monitor are as it sees them. A
	 * stop selects its own thread.
	 */
	void (*thread_select)(struct gdb_target *t, long tid);
	/* Fills *info, which is zeroed. 0, -ESRCH. */
	int (*thread_info)(struct gdb_target *t, long tid,
			   struct gdb_thread_info *info);
	/*
	 * Where a thread-local variable stands: offset in the module's block.
	 * 0, -ESRCH, -ENODATA (the thread has none).
	 */
	int (*tls_addr)(struct gdb_target *t, long tid, __u64 offset,
			__u64 *addr);

	/* Fills *r for the region that holds addr. 0; -EFAULT if unknown. */
	int (*region)(struct gdb_target *t, __u64 addr, struct gdb_region *r);
	/*
	 * Entry i of the boot data in the form of an auxiliary vector, type
	 * AT_*. 0; -ENOENT past the last (the session adds AT_NULL).
	 */
	int (*auxv)(struct gdb_target *t, unsigned int i, __u64 *type,
		    __u64 *value);

	/*
	 * Runs a command of the user's, a terminated line; what it says goes
	 * to out, in pieces of any length. 0; a negative errno, which the
	 * debugger's user sees.
	 */
	int (*monitor)(struct gdb_target *t, const char *line, gdb_text_fn out,
		       void *ctx);

	/* Microseconds, of any begin, for traces. Contexts: any. */
	__u64 (*time)(struct gdb_target *t);

	/*
	 * How a session ends, called when the reply has left. The points are
	 * removed already. detach: the program goes on, as a crash or not, as
	 * it would have without a debugger. kill: it ends. Both may return;
	 * the session's state has the details. restart: boots again; it may
	 * not return; -ENOTSUP if it cannot. It may be asked for before a
	 * reply was sent.
	 */
	void (*detach)(struct gdb_target *t);
	void (*kill)(struct gdb_target *t);
	int (*restart)(struct gdb_target *t);
};

struct gdb_target {
	const struct gdb_target_ops *ops;
	const struct gdb_reg_desc *regs;
	const struct gdb_reg_type *types;
	const struct gdb_feature *features;
	__u16 n_regs;
	/*
	 * The first n_g registers make the g packet, in order and without
	 * holes; the others are asked for one by one.
	 */
	__u16 n_g;
	__u16 n_features;
	__u16 pc, sp, fp;      /* register numbers */
	const char *arch;      /* gdb's: "i386:x86-64", "aarch64" */
	const char *osabi;     /* gdb's, or NULL: "GNU/Linux", "none" */
	const char *cpu;       /* as in lldb's triples: "x86_64", "aarch64" */
	const char *exec_file; /* name of the image, or NULL */
	__u8 addr_bits;	       /* significant bits of an address, or 0 */
	__u8 watch_before;     /* 1: a watchpoint stops before the access */
	__u8 n_watch;	       /* watchpoint registers, for lldb */
	__u8 break_kind;       /* of a breakpoint in text, as Z0 has it */
	__u64 slide;	       /* run address minus link address */
	__u8 *trace_mem;       /* frames of tracepoints; */
	__u32 trace_size;      /* 0: there are no tracepoints */
};

#endif /* __UKGDB_TARGET_H__ */
