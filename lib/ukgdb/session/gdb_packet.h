/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How a command reads its packet and writes its reply. Reading is by small
 * verbs over a cursor that remembers a mistake: a command parses to the end,
 * asks once whether all was well, and only then does something. Writing goes
 * straight into the wire form, with an overflow that is remembered as well.
 */
#ifndef __UKGDB_PACKET_H__
#define __UKGDB_PACKET_H__

#include <string.h>
#include <uk/table.h>
#include "gdb_session.h"

/*
 * gdb reads files of the target (LIBUKGDB_FILES) of a process that it knows
 * the number of only.
 */
#define GDB_PROCESS "1"
#ifdef CONFIG_LIBUKGDB_FILES
#define GDB_MULTIPROCESS 1
#else
#define GDB_MULTIPROCESS 0
#endif

/** 1 if threads have the number of their process in front. */
static inline int gdb_multiprocess(const struct gdb_session *s)
{
	return GDB_MULTIPROCESS && s->multiprocess;
}

/** 1 if the program stopped for N, and the debugger knows that. */
static inline int gdb_says_none_left(const struct gdb_session *s)
{
#ifdef CONFIG_LIBUKGDB_QUERIES
	return s->no_resumed && s->stop.why == GDB_STOP_NO_RESUMED;
#else
	(void)s;
	return 0;
#endif
}

/** Eight bytes of text, for loops that take so many at a time. */
static inline __u64 gdb_load(const char *p)
{
	__u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* ---- reading a packet: read.c ---- */

struct gdb_rx {
	const char *at, *end;
	int bad;
};

static inline __sz rx_left(const struct gdb_rx *rx)
{
	return rx->end - rx->at;
}

/** 1 if the packet ends here and nothing was wrong with it. */
static inline int rx_done(const struct gdb_rx *rx)
{
	return !rx->bad && rx->at == rx->end;
}

/** Takes c if it is next. */
int rx_accept(struct gdb_rx *rx, char c);
/** c must be next. */
void rx_expect(struct gdb_rx *rx, char c);
/** Takes a word if it is next. */
int rx_word(struct gdb_rx *rx, const char *word);
/** Takes up to and without c, or the rest; what was taken. */
struct gdb_rx rx_until(struct gdb_rx *rx, char c);
/** A number of 1 to 16 hexadecimal digits. */
__u64 rx_hex(struct gdb_rx *rx);
/** A thread: hexadecimal, or -1 for all; 0 is any; pPROCESS. before it. */
long rx_tid(struct gdb_rx *rx);
/** n bytes of two digits each. */
void rx_bytes(struct gdb_rx *rx, void *buf, __sz n);
/** lldb's ";thread:ID;" after a command, if it is there; else `otherwise`. */
#ifdef CONFIG_LIBUKGDB_LLDB
long rx_thread_suffix(struct gdb_rx *rx, long otherwise);
#else
static inline long rx_thread_suffix(struct gdb_rx *rx __unused, long otherwise)
{
	return otherwise;
}
#endif
/** -1 if c is no hexadecimal digit. */
int gdb_hex_digit(char c);
extern const char gdb_digits[];

/* ---- writing a reply: write.c, and wire.c what sends ---- */

void tx_begin(struct gdb_session *s);
/** Bytes of wire form that still fit. */
__sz tx_room(const struct gdb_session *s);
/** A character that needs no escape. */
void tx_char(struct gdb_session *s, char c);
/** Text that needs no escape. */
void tx_str(struct gdb_session *s, const char *str);
/** A number without leading zeros. */
void tx_hex(struct gdb_session *s, __u64 v);
/** A thread. */
void tx_tid(struct gdb_session *s, long tid);
/** Bytes of two digits each. */
void tx_bytes(struct gdb_session *s, const void *buf, __sz n);
/** Text in hexadecimal. */
void tx_text(struct gdb_session *s, const char *str);
/** Bytes as they are, with escapes. */
void tx_bin(struct gdb_session *s, const void *buf, __sz n);
/** Sends what there is of the reply already; the rest has to fit. */
void tx_flush(struct gdb_session *s);
/** Sends the reply, or what is left of it. */
void tx_send(struct gdb_session *s);
/** Shows text to the user; a reply that was begun is begun anew. */
void gdb_say(struct gdb_session *s, const char *text, __sz len);

/* ---- a command ---- */

/* What a command returns, beside a negative errno. */
enum gdb_result {
	GDB_SENT,  /* the reply is written: send it */
	GDB_OK,	   /* answer OK */
	GDB_EMPTY, /* answer that there is no such command */
	GDB_NONE,  /* answer nothing now */
};

struct gdb_command {
	/* The whole packet, or with a '*' after it, how it begins. */
	const char *name;
	int (*run)(struct gdb_session *s, struct gdb_rx *rx);
};

UK_TABLE_DECLARE(gdb_command, struct gdb_command);

/** Registers a command. Among two that match, the first by priority wins. */
#define GDB_COMMAND(packet, ident, fn)                      \
	UK_TABLE_RECORD(gdb_command, struct gdb_command, 5, \
			gdb_command_##ident) = { packet, fn }

/* What qSupported says besides. */
struct gdb_announce {
	const char *text;
	/* NULL: always; else whether the target has what it needs */
	int (*have)(const struct gdb_session *s);
};

UK_TABLE_DECLARE(gdb_announce, struct gdb_announce);

#define GDB_ANNOUNCE(words, ident, fn)                        \
	UK_TABLE_RECORD(gdb_announce, struct gdb_announce, 5, \
			gdb_announce_##ident) = { words, fn }

/* ---- shared by commands ---- */

/* Which texts a debugger wants with errors, in error_text. */
#define GDB_ERROR_TEXT 1      /* E.text */
#define GDB_ERROR_TEXT_LLDB 2 /* Enn;hex */

/** The thread that registers and memory are of. */
long gdb_tid(const struct gdb_session *s);
/** Writes "nr:value;", or nothing if it is not known. */
void gdb_tx_reg(struct gdb_session *s, long tid, unsigned int nr);
/** Writes the stop reply. */
void gdb_tx_stop(struct gdb_session *s);
#ifdef CONFIG_LIBUKGDB_LLDB
/** A decimal number. */
void tx_dec(struct gdb_session *s, __u64 v);
/** What of the stop reply only lldb wants. */
void gdb_tx_stop_lldb(struct gdb_session *s);
/** The debugger is lldb. */
static inline int gdb_is_lldb(const struct gdb_session *s)
{
	return s->list_threads;
}
/** Gives back the memory that lldb had for what it compiled. */
void gdb_scratch_forget(struct gdb_session *s);
#else
static inline void gdb_tx_stop_lldb(struct gdb_session *s __unused)
{
}

static inline int gdb_is_lldb(const struct gdb_session *s __unused)
{
	return 0;
}

static inline void gdb_scratch_forget(struct gdb_session *s __unused)
{
}
#endif
/** lldb's name of an enum gdb_reg_generic, NULL for none. */
const char *gdb_generic_name(unsigned int generic);
extern const char *const gdb_group_names[];
/** The thread after tid, 0 for the first; 0 at the end. */
long gdb_thread_next(struct gdb_session *s, long tid);
/** Names a thread; -ENOTSUP, -ESRCH and an empty name if it is unknown. */
int gdb_thread_describe(struct gdb_session *s, long tid,
			struct gdb_thread_info *info);
/** A register of up to 8 bytes. 0, or a negative errno. */
int gdb_reg_u64(struct gdb_session *s, long tid, unsigned int nr, __u64 *v);
/** Removes all points, in the target too. */
void gdb_points_clear(struct gdb_session *s);
/** Forgets what a debugger has set. */
void gdb_forget(struct gdb_session *s);
/** Ends serving. */
void gdb_end(struct gdb_session *s, enum gdb_end end);
/** Executes the packet in s->in. */
void gdb_execute(struct gdb_session *s);
#ifdef CONFIG_LIBUKGDB_TRACE
/** 1 while the debugger looks at a trace frame instead of the program. */
static inline int gdb_in_frame(const struct gdb_session *s)
{
	return s->trace.frame >= 0;
}

/** Reads a register of that frame. 0, -ENODATA. */
int gdb_frame_reg(const struct gdb_session *s, unsigned int nr, void *buf);
/** Reads its memory. @return bytes up to the first that it has not */
__sz gdb_frame_memory(const struct gdb_session *s, __u64 addr, void *buf,
		      __sz len);
/** All definitions and frames are removed. */
void gdb_trace_reset(struct gdb_session *s);
/** The debugger is gone: the experiment ends unless it wants it to go on. */
void gdb_trace_forget(struct gdb_session *s);
/** A breakpoint was hit for tracepoints. */
void gdb_trace_hit(struct gdb_session *s, long tid, __u64 addr);
/** The program runs: what the debugger sees next is that. */
static inline void gdb_frame_leave(struct gdb_session *s)
{
	s->trace.frame = -1;
}
#else
static inline int gdb_in_frame(const struct gdb_session *s __unused)
{
	return 0;
}

static inline int gdb_frame_reg(const struct gdb_session *s __unused,
				unsigned int nr __unused, void *buf __unused)
{
	return -ENODATA;
}

static inline __sz gdb_frame_memory(const struct gdb_session *s __unused,
				    __u64 addr __unused, void *buf __unused,
				    __sz len __unused)
{
	return 0;
}

static inline void gdb_trace_reset(struct gdb_session *s __unused)
{
}

static inline void gdb_trace_forget(struct gdb_session *s __unused)
{
}

static inline void gdb_frame_leave(struct gdb_session *s __unused)
{
}
#endif
#ifdef CONFIG_LIBUKGDB_CONDITIONS
/** Why a breakpoint's expression failed, to the user, once. */
void gdb_ax_report(struct gdb_session *s);
#else
static inline void gdb_ax_report(struct gdb_session *s __unused)
{
}
#endif

/* ---- framing.c ---- */

/* What the bytes of the line mean. */
enum gdb_event {
	GDB_EVENT_NONE,
	GDB_EVENT_PACKET, /* s->in has one, until in_full is reset */
	GDB_EVENT_CTRL_C,
	GDB_EVENT_GREETING, /* a new debugger begins its first packet */
	/* No debugger is left: */
	GDB_EVENT_TERMINAL, /* a newline of a terminal */
	GDB_EVENT_CUT,	    /* the line was cut; no byte of it is left */
};

/**
 * Takes bytes from the line up to the next event.
 *
 * @return the event; GDB_EVENT_NONE: no bytes are left
 */
enum gdb_event gdb_receive(struct gdb_session *s, int wait);

/* ---- documents that are read in pieces: qXfer ---- */

struct gdb_window {
	struct gdb_session *s;
	__u64 skip; /* bytes before the piece */
	__u64 room; /* bytes left in it */
	int more;   /* something lies after it */
};

/** Reads "offset,length" and begins the reply. 0, -EINVAL. */
int gdb_window_begin(struct gdb_window *w, struct gdb_session *s,
		     struct gdb_rx *rx);
void win_bin(struct gdb_window *w, const void *buf, __sz n);
void win_str(struct gdb_window *w, const char *str);
/** Text inside XML. */
void win_xml(struct gdb_window *w, const char *str);
void win_dec(struct gdb_window *w, long v);
void win_hex(struct gdb_window *w, __u64 v);
/** @return GDB_SENT */
int gdb_window_end(struct gdb_window *w);

#endif /* __UKGDB_PACKET_H__ */
