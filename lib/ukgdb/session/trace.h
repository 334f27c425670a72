/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tracepoints: GDB manual, chapter 13 and appendix E.6. A tracepoint is a
 * breakpoint that never stops: at a hit it writes a frame of registers and
 * memory, and the debugger looks at the frames later.
 *
 *	trace_buffer.c	the frames, in a ring
 *	trace.c		hits, state variables, begin and end
 *	cmd_trace.c	packets that define and control
 *	cmd_trace_read.c  packets that read
 *
 * Private to the session's files. All is called with the program stopped, or
 * in the trap of a hit, with the other CPUs stopped.
 */
#ifndef __UKGDB_TRACE_H__
#define __UKGDB_TRACE_H__

#include "gdb_packet.h"

#ifdef CONFIG_LIBUKGDB_TRACE

/* ---- definitions: cmd_trace.c ---- */

/* What the debugger has said about a tracepoint, in its order. */
enum gdb_def_kind {
	GDB_DEF_REGS,	/* text: the mask, in digits */
	GDB_DEF_MEMORY, /* struct gdb_def_memory */
	GDB_DEF_EXPR,	/* an agent expression */
	GDB_DEF_COND,	/* the same, before the others */
	GDB_DEF_SOURCE, /* text: what the user has typed */
};

struct gdb_trace_def {
	__u16 next; /* of the same tracepoint; 0: the last. Units: 8 bytes */
	__u16 len;  /* of data */
	__u8 kind;  /* enum gdb_def_kind */
	__u8 step;  /* after each step, not at the hit */
	__u8 data[];
};

struct gdb_def_memory {
	__s64 reg; /* added to addr; -1: none */
	__u64 addr, len;
};

/** A tracepoint's first definition, or the one after d; NULL at the end. */
const struct gdb_trace_def *gdb_def_next(const struct gdb_session *s,
					 const struct gdb_tracepoint *tp,
					 const struct gdb_trace_def *d);

/* ---- frames: trace_buffer.c ---- */

/** Removes all frames. */
void gdb_frames_clear(struct gdb_session *s);
/** Begins a frame. 0; -ENOSPC, as all that add to it: the buffer is full. */
int gdb_frame_begin(struct gdb_session *s, __u32 tp);
/** Adds the registers of the g packet. */
int gdb_frame_add_regs(struct gdb_session *s, long tid);
/** Adds memory. -EFAULT: s->ax_error says where. */
int gdb_frame_add_memory(struct gdb_session *s, __u64 addr, __u64 len);
/** Adds the value of a state variable. */
int gdb_frame_add_tsv(struct gdb_session *s, __u32 number, __u64 value);
/** Keeps the frame. @return its size */
__u32 gdb_frame_end(struct gdb_session *s);
/** Removes the frame that was begun. */
void gdb_frame_drop(struct gdb_session *s);
/** Copies the buffer, oldest frame first. @return bytes, 0 at its end */
__sz gdb_frames_copy(const struct gdb_session *s, __u64 from, void *buf,
		     __sz len);

/** Makes f the frame after it, or the first if f->nr is -1. 0 at the end. */
int gdb_frame_next(const struct gdb_session *s, struct gdb_frame *f);

struct gdb_block {
	char type;     /* R, M, V */
	__u64 id;      /* of M the address, of V the number */
	__u32 at, len; /* at: of its contents; 0: before the first */
};

/** The block of a frame after b, or the first. @return 0 at the end */
int gdb_block_next(const struct gdb_session *s, const struct gdb_frame *f,
		   struct gdb_block *b);

/* ---- the frame that the debugger looks at: trace_buffer.c ---- */

/** The value that the frame has of a state variable. 0, -ENODATA. */
int gdb_frame_tsv(const struct gdb_session *s, __u32 number, __u64 *value);
/** The frame's pc; its tracepoint's address if it has no registers. */
__u64 gdb_frame_pc(const struct gdb_session *s, const struct gdb_frame *f);

/* ---- trace.c ---- */

/** The variable, or NULL. */
struct gdb_tsv *gdb_tsv_find(struct gdb_session *s, __u32 number);
/** Its value, which for $trace_timestamp is the time. */
__u64 gdb_tsv_value(const struct gdb_session *s, const struct gdb_tsv *v);
/** Removes all definitions. */
void gdb_trace_reset(struct gdb_session *s);
/** Begins an experiment. 0, or a tracepoint cannot be inserted: none is. */
int gdb_trace_start(struct gdb_session *s);
/** Ends it. `why` is a reason of qTStatus, text the user's or an error's. */
void gdb_trace_end(struct gdb_session *s, const char *why, __u32 tp,
		   const char *text);
/** Tracepoints are in the target if they are to be hit, only then. */
int gdb_trace_sync(struct gdb_session *s);

/** Operations of agent expressions; s->ax_error says why not. */
int gdb_trace_get(struct gdb_session *s, __u32 number, __u64 *value);
int gdb_trace_set(struct gdb_session *s, __u32 number, __u64 value);
int gdb_trace_memory(struct gdb_session *s, __u64 addr, __u64 len);
int gdb_trace_string(struct gdb_session *s, __u64 addr, __u64 max);
int gdb_trace_tsv(struct gdb_session *s, __u32 number);

/* ---- points.c ---- */

/** Inserts a breakpoint for tracepoints at an address. 0, or the target's. */
int gdb_point_trace(struct gdb_session *s, __u64 addr);
/** Removes those for which `wanted` is 0. */
void gdb_points_untrace(struct gdb_session *s,
			int (*wanted)(const struct gdb_session *s, __u64 addr));

#endif /* CONFIG_LIBUKGDB_TRACE */
#endif /* __UKGDB_TRACE_H__ */
