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
};

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
	__u8 swbreak, hwbreak;
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

	char in[GDB_PACKET_SIZE + 1];  /* the packet's text, terminated */
	char out[GDB_PACKET_SIZE + 8]; /* the reply as it goes out */
};

#endif /* __UKGDB_SESSION_IMPL_H__ */
