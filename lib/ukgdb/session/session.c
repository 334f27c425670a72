/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The session: what an event of the line means now, and which command a packet
 * is. Commands stand in link-time tables, one file a capability, and know
 * nothing of each other; their replies are sent here.
 */
#include "gdb_packet.h"

UK_TABLE_DEFINE(gdb_command, struct gdb_command);
UK_TABLE_DEFINE(gdb_announce, struct gdb_announce);

void gdb_forget(struct gdb_session *s)
{
	gdb_points_clear(s);
	gdb_trace_forget(s);
	gdb_scratch_forget(s);
	s->noack = 0;
	s->owed = 0;
	s->interrupt_kept = 0;
	s->extended = 0;
	s->multiprocess = 0;
	s->error_text = 0;
	s->swbreak = 0;
	s->hwbreak = 0;
	s->no_resumed = 0;
	s->thread_suffix = 0;
	s->list_threads = 0;
	s->tid_g = 0;
	s->tid_c = 0;
	s->tid_next = 0;
	memset(s->pass, 0, sizeof(s->pass));
}

/* What is zeroed at first, without the long buffers after it. */
#ifdef CONFIG_LIBUKGDB_TRACE
#define GDB_ZEROED __offsetof(struct gdb_session, tracepoints)
#else
#define GDB_ZEROED __offsetof(struct gdb_session, in)
#endif

void gdb_session_init(struct gdb_session *s, struct gdb_target *target,
		      const struct gdb_io *io)
{
	memset(s, 0, GDB_ZEROED);
	s->t = target;
	s->io = *io;
	s->stop.tid = 1;
	s->stop.signal = GDB_SIGTRAP;
	gdb_trace_reset(s);
}

/* No debugger is left. */
static void detach(struct gdb_session *s)
{
	gdb_forget(s);
	s->attached = 0;
}

void gdb_session_disconnect(struct gdb_session *s)
{
	detach(s);
	s->in_full = 0;
	s->interrupt = 0;
	s->out_len = 0;
	s->rx_state = 0;
}

void gdb_end(struct gdb_session *s, enum gdb_end end)
{
	s->ended = end;
}

#ifdef CONFIG_LIBUKGDB_ERRTEXT
static const struct {
	int error;
	const char *text;
} texts[] = {
	{ EFAULT, "address refused" },
	{ ENOSPC, "no room: too many breakpoints, or no debug register left" },
	{ ENODATA, "no such value" },
	{ EROFS, "read-only" },
	{ ESRCH, "no such thread" },
	{ ENOENT, "not there" },
	{ ENOMEM, "no memory left for compiled expressions" },
	{ EINVAL, "bad packet" },
	{ E2BIG, "packet too long" },
};

static int error_text(struct gdb_session *s, int error)
{
	__sz i;

	for (i = 0; s->error_text && i < ARRAY_SIZE(texts); i++) {
		__u8 nr = error;

		if (texts[i].error != error)
			continue;
		tx_char(s, 'E');
		if (s->error_text == GDB_ERROR_TEXT_LLDB) {
			tx_bytes(s, &nr, 1);
			tx_char(s, ';');
			tx_text(s, texts[i].text);
		} else {
			tx_char(s, '.');
			tx_str(s, texts[i].text);
		}
		return 1;
	}
	return 0;
}
#else
static int error_text(struct gdb_session *s __unused, int error __unused)
{
	return 0;
}
#endif

static void reply(struct gdb_session *s, int result)
{
	__u8 error = -result;

	if (result == GDB_NONE)
		return;
	if (result != GDB_SENT)
		tx_begin(s);
	if (result == GDB_OK) {
		tx_str(s, "OK");
	} else if (result < 0 && result != -ENOTSUP && !error_text(s, error)) {
		tx_char(s, 'E');
		tx_bytes(s, &error, 1);
	}
	tx_send(s);
}

static int match(const char *name, const char *packet, __sz len)
{
	__sz n = strlen(name);

	if (name[n - 1] == '*')
		return len >= --n && !memcmp(name, packet, n) ? (int)n : -1;
	return len == n && !memcmp(name, packet, n) ? (int)n : -1;
}

static int dispatch(struct gdb_session *s)
{
	struct gdb_rx rx;

	if (s->in_len > GDB_PACKET_SIZE)
		return -E2BIG;
	uk_table_foreach (gdb_command, c) {
		int n = c->name[0] == s->in[0]
				? match(c->name, s->in, s->in_len)
				: -1;

		if (n >= 0) {
			rx = (struct gdb_rx){ s->in + n, s->in + s->in_len, 0 };
			return c->run(s, &rx);
		}
	}
	return GDB_EMPTY;
}

void gdb_execute(struct gdb_session *s)
{
	void (*end)(struct gdb_target * t);
	int result;

	tx_begin(s);
	result = dispatch(s);
	s->in_full = 0;
	reply(s, result);
	/* What ends the session is done when its reply has left. */
	if (s->ended != GDB_END_KILLED && s->ended != GDB_END_DETACHED)
		return;
	detach(s);
	end = s->ended == GDB_END_KILLED ? s->t->ops->kill : s->t->ops->detach;
	if (end)
		end(s->t);
}

void gdb_session_stopped(struct gdb_session *s, const struct gdb_stop *stop)
{
	s->stop = *stop;
	s->stopped = 1;
	s->interrupt = 0;
	s->tid_g = 0;
	s->tid_c = 0;
	if (!s->attached || !s->owed)
		return;
	s->owed = 0;
	gdb_ax_report(s);
	tx_begin(s);
	gdb_tx_stop(s);
	tx_send(s);
}

/* The next event of the line, and its effect on the settings. */
static enum gdb_event next_event(struct gdb_session *s, int wait)
{
	enum gdb_event event = gdb_receive(s, wait);

	if (event == GDB_EVENT_CTRL_C) {
		/* gdb, which steps, does not know that it is stopped; lldb
		 * takes any stop for the answer
		 */
		s->interrupt = !s->stopped;
		s->interrupt_kept = s->stopped & s->attached & !gdb_is_lldb(s);
	} else if (event == GDB_EVENT_GREETING) {
		gdb_forget(s);
	} else if (event >= GDB_EVENT_TERMINAL) {
		gdb_session_disconnect(s);
	}
	return event;
}

enum gdb_end gdb_session_serve(struct gdb_session *s)
{
	enum gdb_end end;

	s->ended = GDB_END_NONE;
	while (!s->ended) {
		enum gdb_event event = next_event(s, 1);

		if (event == GDB_EVENT_PACKET)
			gdb_execute(s);
		else if (event >= GDB_EVENT_TERMINAL)
			gdb_end(s, GDB_END_LOST);
	}
	end = (enum gdb_end)s->ended;
	s->ended = GDB_END_NONE;
	s->stopped = 0;
	return end;
}

/* A packet came while the program runs. */
static enum gdb_poll running(struct gdb_session *s)
{
	if (s->in_len == 6 && !memcmp(s->in, "vCtrlC", 6)) {
		s->in_full = 0;
		s->interrupt = 1;
		tx_begin(s);
		reply(s, GDB_OK);
		return GDB_POLL_INTERRUPT;
	}
	/* Sent again since our acknowledgement was lost: it runs already. */
	if (s->owed &&
	    (strchr("csCS", s->in[0]) || !strncmp(s->in, "vCont;", 6))) {
		s->in_full = 0;
		return GDB_POLL_NONE;
	}
	s->owed = 0; /* a new debugger */
	return GDB_POLL_ATTACH;
}

enum gdb_poll gdb_session_poll(struct gdb_session *s)
{
	if (s->in_full)
		return GDB_POLL_ATTACH;
	s->interrupt |= s->interrupt_kept;
	s->interrupt_kept = 0;
	while (!s->interrupt) {
		switch (next_event(s, 0)) {
		case GDB_EVENT_PACKET:
			if (running(s) == GDB_POLL_ATTACH)
				return GDB_POLL_ATTACH;
			break;
		case GDB_EVENT_NONE:
		case GDB_EVENT_CUT:
			return GDB_POLL_NONE;
		default:
			break;
		}
	}
	return GDB_POLL_INTERRUPT;
}

__sz gdb_session_log(struct gdb_session *s, const char *text, __sz len)
{
	if (!s->attached || s->stopped || !s->owed)
		return 0;
	gdb_say(s, text, len);
	return len;
}

int gdb_session_attached(const struct gdb_session *s)
{
	return s->attached;
}

int gdb_session_passes(const struct gdb_session *s, int signal)
{
	return signal > 0 && signal < 256 &&
	       s->pass[signal / 64] >> signal % 64 & 1;
}
