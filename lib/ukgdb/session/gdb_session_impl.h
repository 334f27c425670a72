/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a session consists of; here only so that its owner can place one.
 * Private to the session's own files.
 */
#ifndef __UKGDB_SESSION_IMPL_H__
#define __UKGDB_SESSION_IMPL_H__

#include "gdb_session.h"

/* A point that the target has. Sorted by address, then type. */
struct gdb_point {
	__u64 addr;
	__u64 kind;
	__u16 ax_at;  /* its expressions in gdb_session.ax */
	__u16 ax_len; /* 0: it has none */
	__u8 type;    /* enum gdb_point_type */
	__u8 n_conds, n_cmds;
	__u8 traced; /* enum gdb_traced */
};

/* Whether a breakpoint is hit for tracepoints. */
enum gdb_traced {
	GDB_TRACED_NOT,
	GDB_TRACED_TOO,	 /* and the debugger has inserted it */
	GDB_TRACED_ONLY, /* it has not */
};

#ifdef CONFIG_LIBUKGDB_TRACE
/* Bytes of a note or an error, with its end. */
#define GDB_TRACE_TEXT 128

/* A tracepoint, at one of its locations. */
struct gdb_tracepoint {
	__u64 addr;
	__u64 step; /* instructions to step after a hit */
	__u64 pass; /* this hit ends the experiment; 0: none does */
	__u64 hits;
	__u64 usage; /* bytes of its frames, of all that were made */
	__u32 num;
	__u16 first, last; /* in gdb_session.defs; 0: none */
	__u8 enabled;
	__u8 partial;  /* more actions follow */
	__u8 in_steps; /* those that follow are of steps */
	__u8 fast; /* length of the instruction, if gdb asked for `ftrace` */
};

/* A trace state variable. */
struct gdb_tsv {
	__u64 value, initial;
	__u32 number;
	__u8 builtin; /* $trace_timestamp */
	char name[43];
};

/* A thread steps after a hit. */
struct gdb_trace_steps {
	long tid;
	__u64 left; /* 0: the entry is free */
	unsigned int tp;
};

/* Where the data of the frame that the debugger looks at is. */
struct gdb_frame {
	__u32 nr; /* the oldest has 0 */
	__u32 tp;
	__u32 at, len; /* from the begin of the oldest */
};

struct gdb_trace {
	/* The ring, in the target's trace_mem */
	__u32 size;
	__u32 oldest; /* where it begins */
	__u32 used;   /* bytes of whole frames */
	__u32 begun;  /* of the one that is being written, after those */
	__u32 frames;
	__u64 created;

	__u8 running;
	__u8 inserted; /* a breakpoint is there for a tracepoint */
	__u8 circular;
	__u8 disconnected; /* it goes on without a debugger */
	__u8 up_begun;	   /* of an upload: the tracepoint itself is sent */
	__u16 n, n_tsv, n_ro;
	__u16 defs_used;
	__u16 up_tp, up_tsv, up_def; /* what an upload sends next */

	const char *why; /* it ended: a word of qTStatus */
	__u32 why_tp;
	__u64 started, stopped;	   /* microseconds */
	char text[GDB_TRACE_TEXT]; /* of why */
	char user[GDB_TRACE_TEXT], notes[GDB_TRACE_TEXT];
	char stop_note[GDB_TRACE_TEXT];

	__s64 frame; /* that the debugger looks at; -1: the program */
	struct gdb_frame shown;
	struct gdb_trace_steps steps[8];
	struct {
		__u64 start, end;
	} ro[16];
};
#endif

struct gdb_session {
	struct gdb_target *t;
	struct gdb_io io;
	struct gdb_stop stop;
	struct gdb_stats stats;

	/* The line */
	char rx[512]; /* received, not looked at */
	__u16 rx_at, rx_len;
	__u8 rx_state; /* framing.c */
	__u8 rx_plus;  /* a '+' stood before the packet */
	__u8 rx_sum;
	char rx_digit; /* the first of the checksum's */
	__u8 in_full;  /* a whole packet waits in `in` */
	__u32 in_len;
	__u32 out_len;	/* of the wire form in `out` */
	__u32 out_sent; /* of which are on the line */
	__u32 out_flat; /* no runs worth shortening before this */
	__u8 out_sum;	/* of what is on the line */
	__u8 out_over;	/* the reply does not fit */

	/* Settings by the debugger */
	__u8 attached;
	__u8 noack;
	__u8 stopped;
	__u8 owed;	     /* it waits for a stop reply */
	__u8 interrupt;	     /* Ctrl-C came while running */
	__u8 interrupt_kept; /* it came while stopped: for the next resume */
	__u8 ended;	     /* enum gdb_end: how serving is over */
	__u8 extended;
	__u8 multiprocess;
	__u8 error_text;
	__u8 swbreak, hwbreak, no_resumed;
	__u8 thread_suffix, list_threads; /* lldb's */
	long tid_g;			  /* Hg: of registers and memory */
	long tid_c;			  /* Hc: of s and c */
	long tid_next;			  /* thread list */
	__u64 pass[4];			  /* signals passed, one bit each */

	/* Points */
	struct gdb_point points[CONFIG_LIBUKGDB_POINTS];
	__u16 n_points;
	__u16 ax_used;
	const char *ax_error; /* why an expression failed, to be sent */
	__u8 ax_error_memory; /* … it was memory that refused: */
	__u64 ax_error_addr;  /* the address */
	__u64 ax_error_at;    /* the breakpoint */
#ifdef CONFIG_LIBUKGDB_CONDITIONS
	__u8 ax[CONFIG_LIBUKGDB_AX_BYTES];
#endif

#ifdef CONFIG_LIBUKGDB_TRACE
	struct gdb_trace trace;
#endif

	/* What follows is not zeroed */
#ifdef CONFIG_LIBUKGDB_TRACE
	struct gdb_tracepoint tracepoints[CONFIG_LIBUKGDB_POINTS];
	struct gdb_tsv tsvs[32];
	__u64 defs[1024]; /* struct gdb_trace_def */
#endif
	char in[GDB_PACKET_SIZE + 1];  /* the packet's text, terminated */
	char out[GDB_PACKET_SIZE + 8]; /* the reply as it goes out */
};

#endif /* __UKGDB_SESSION_IMPL_H__ */
