/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads: who there is, what they are called, and which one a debugger means
 * (H). GDB manual, appendix E.2 (H, T), E.4 (qC, qfThreadInfo,
 * qThreadExtraInfo, qGetTLSAddr), E.15 (list).
 */
#include "gdb_packet.h"

long gdb_thread_next(struct gdb_session *s, long tid)
{
	if (s->t->ops->thread_next)
		return s->t->ops->thread_next(s->t, tid);
	return tid ? 0 : s->stop.tid;
}

static int is_alive(struct gdb_session *s, long tid)
{
	if (s->t->ops->thread_alive)
		return s->t->ops->thread_alive(s->t, tid);
	return tid == s->stop.tid;
}

static int select_thread(struct gdb_session *s, struct gdb_rx *rx)
{
	int run = rx_accept(rx, 'c');
	long tid;

	if (!run)
		rx_expect(rx, 'g');
	tid = rx_tid(rx);
	if (!rx_done(rx))
		return -EINVAL;
	if (tid > 0 && !is_alive(s, tid))
		return -ESRCH;
	if (run) {
		s->tid_c = tid;
		return GDB_OK;
	}
	s->tid_g = tid;
	if (s->t->ops->thread_select)
		s->t->ops->thread_select(s->t, gdb_tid(s));
	return GDB_OK;
}

GDB_COMMAND("H*", H, select_thread);

static int alive(struct gdb_session *s, struct gdb_rx *rx)
{
	long tid = rx_tid(rx);

	if (!rx_done(rx) || tid <= 0)
		return -EINVAL;
	return is_alive(s, tid) ? GDB_OK : -ESRCH;
}

GDB_COMMAND("T*", T, alive);

static int current(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_str(s, "QC");
	tx_tid(s, gdb_tid(s));
	return GDB_SENT;
}

GDB_COMMAND("qC", qC, current);

/* As many as fit; the next packet goes on after the last one. */
static int list(struct gdb_session *s)
{
	long tid = s->tid_next;
	char lead = 'm';

	while (tx_room(s) > 20) {
		tid = gdb_thread_next(s, tid);
		if (!tid)
			break;
		tx_char(s, lead);
		tx_tid(s, tid);
		s->tid_next = tid;
		lead = ',';
	}
	if (lead == 'm')
		tx_char(s, 'l');
	return GDB_SENT;
}

static int first(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->tid_next = 0;
	return list(s);
}

static int next(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	return list(s);
}

GDB_COMMAND("qfThreadInfo", qfThreadInfo, first);
GDB_COMMAND("qsThreadInfo", qsThreadInfo, next);

int gdb_thread_describe(struct gdb_session *s, long tid,
			struct gdb_thread_info *info)
{
	memset(info, 0, sizeof(*info));
	if (!s->t->ops->thread_info)
		return -ENOTSUP;
	return s->t->ops->thread_info(s->t, tid, info);
}

static int extra(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_thread_info info;
	long tid = rx_tid(rx);
	int error;

	if (!rx_done(rx) || tid <= 0)
		return -EINVAL;
	error = gdb_thread_describe(s, tid, &info);
	if (error)
		return error;
	tx_text(s, info.name);
	if (info.name[0] && info.extra[0])
		tx_text(s, ": ");
	tx_text(s, info.extra);
	return GDB_SENT;
}

GDB_COMMAND("qThreadExtraInfo,*", qThreadExtraInfo, extra);

static int tls(struct gdb_session *s, struct gdb_rx *rx)
{
	long tid = rx_tid(rx);
	__u64 offset, addr = 0;
	int error;

	rx_expect(rx, ',');
	offset = rx_hex(rx);
	rx_expect(rx, ',');
	rx_hex(rx); /* the module: there is one */
	if (!rx_done(rx))
		return -EINVAL;
	if (!s->t->ops->tls_addr)
		return -ENOTSUP;
	error = s->t->ops->tls_addr(s->t, tid > 0 ? tid : gdb_tid(s), offset,
				    &addr);
	if (error)
		return error;
	tx_hex(s, addr);
	return GDB_SENT;
}

GDB_COMMAND("qGetTLSAddr:*", qGetTLSAddr, tls);

#ifdef CONFIG_LIBUKGDB_XFER
/* The bytes of a handle, as they are in the target's memory. */
static void handle(struct gdb_window *w, __u64 value)
{
	const __u8 *byte = (const __u8 *)&value;

	win_str(w, "\" handle=\"");
	for (unsigned int i = 0; i < sizeof(value); i++) {
		win_hex(w, byte[i] >> 4);
		win_hex(w, byte[i] & 15);
	}
}

static void one_thread(struct gdb_window *w, long tid)
{
	struct gdb_thread_info info;

	gdb_thread_describe(w->s, tid, &info);
	win_str(w, gdb_multiprocess(w->s) ? "<thread id=\"p" GDB_PROCESS "."
					  : "<thread id=\"");
	win_hex(w, tid);
	win_str(w, "\" core=\"");
	win_dec(w, info.core);
	if (info.name[0]) {
		win_str(w, "\" name=\"");
		win_xml(w, info.name);
	}
	if (info.handle)
		handle(w, info.handle);
	win_str(w, "\">");
	win_xml(w, info.extra);
	win_str(w, "</thread>\n");
}

static int xml(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_window w;
	int error = gdb_window_begin(&w, s, rx);
	long tid = 0;

	if (error)
		return error;
	win_str(&w, "<?xml version=\"1.0\"?>\n<threads>\n");
	while (!w.more) {
		tid = gdb_thread_next(s, tid);
		if (!tid)
			break;
		one_thread(&w, tid);
	}
	win_str(&w, "</threads>\n");
	return gdb_window_end(&w);
}

static int have_threads(const struct gdb_session *s)
{
	return s->t->ops->thread_next != __NULL;
}

GDB_COMMAND("qXfer:threads:read::*", threads_xml, xml);
GDB_ANNOUNCE(";qXfer:threads:read+", threads, have_threads);
#endif
