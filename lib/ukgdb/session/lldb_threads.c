/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Why threads stopped and where they are, in the words that lldb knows: after
 * a stop reply, for one thread (qThreadStopInfo), for all (jThreadsInfo).
 * LLVM's docs/lldb-gdb-remote.txt.
 */
#include "gdb_packet.h"

static const char *reason(const struct gdb_session *s, long tid)
{
	if (tid != s->stop.tid)
		return __NULL;
	switch (s->stop.why) {
	case GDB_STOP_SWBREAK:
	case GDB_STOP_HWBREAK:
		return "breakpoint";
	case GDB_STOP_WATCH:
	case GDB_STOP_RWATCH:
	case GDB_STOP_AWATCH:
		return "watchpoint";
	default:
		break;
	}
	if (s->stop.signal == GDB_SIGTRAP)
		return s->stop.what ? "exception" : "trace";
	return s->stop.signal ? "signal" : __NULL;
}

static int pc_of(struct gdb_session *s, long tid, __u64 *pc)
{
	return gdb_reg_u64(s, tid, s->t->pc, pc);
}

static void pcs(struct gdb_session *s)
{
	char separator = ':';
	__u64 pc;
	long tid;

	tx_str(s, "threads");
	for (tid = gdb_thread_next(s, 0); tid; tid = gdb_thread_next(s, tid)) {
		tx_char(s, separator);
		tx_tid(s, tid);
		separator = ',';
	}
	separator = ':';
	tx_str(s, ";thread-pcs");
	for (tid = gdb_thread_next(s, 0); tid; tid = gdb_thread_next(s, tid)) {
		tx_char(s, separator);
		tx_hex(s, pc_of(s, tid, &pc) ? 0 : pc);
		separator = ',';
	}
	tx_char(s, ';');
}

static void tx_thread(struct gdb_session *s, long tid)
{
	struct gdb_thread_info info;
	const char *why = reason(s, tid);
	unsigned int nr;

	if (!gdb_thread_describe(s, tid, &info) && info.name[0]) {
		tx_str(s, "hexname:");
		tx_text(s, info.name);
		tx_char(s, ';');
	}
	if (why) {
		tx_str(s, "reason:");
		tx_str(s, why);
		tx_char(s, ';');
	}
	if (why && s->stop.what) {
		tx_str(s, "description:");
		tx_text(s, s->stop.what);
		tx_char(s, ';');
	}
	if (tid != s->stop.tid)
		for (nr = 0; nr < s->t->n_regs && nr < 256; nr++)
			if (s->t->regs[nr].flags & GDB_REG_EXPEDITE)
				gdb_tx_reg(s, tid, nr);
}

void gdb_tx_stop_lldb(struct gdb_session *s)
{
	if (!s->list_threads && !s->thread_suffix)
		return;
	tx_thread(s, s->stop.tid);
	if (s->list_threads)
		pcs(s);
}

static int thread_stop_info(struct gdb_session *s, struct gdb_rx *rx)
{
	long tid = rx_tid(rx);
	__u64 pc;

	if (!rx_done(rx) || tid <= 0)
		return -EINVAL;
	if (tid == s->stop.tid) {
		gdb_tx_stop(s);
		return GDB_SENT;
	}
	if (pc_of(s, tid, &pc))
		return -ESRCH;
	tx_str(s, "T00thread:");
	tx_tid(s, tid);
	tx_char(s, ';');
	tx_thread(s, tid);
	return GDB_SENT;
}

GDB_COMMAND("qThreadStopInfo*", qThreadStopInfo, thread_stop_info);

/* All of them at once, in JSON. */

static void json(struct gdb_session *s, const char *text)
{
	tx_bin(s, text, strlen(text));
}

static void json_text(struct gdb_session *s, const char *key, const char *text)
{
	json(s, ",\"");
	json(s, key);
	json(s, "\":\"");
	for (; *text; text++) {
		char c = *text;

		if (c == '"' || c == '\\')
			tx_char(s, '\\');
		if (c < ' ' || c > '~')
			c = '?';
		tx_bin(s, &c, 1);
	}
	tx_char(s, '"');
}

static void json_registers(struct gdb_session *s, long tid)
{
	char comma = '{';
	unsigned int nr;

	json(s, ",\"registers\":");
	for (nr = 0; nr < s->t->n_regs; nr++) {
		__u8 buf[GDB_REG_BYTES];

		if (!(s->t->regs[nr].flags & GDB_REG_EXPEDITE) ||
		    s->t->ops->reg_read(s->t, tid, nr, buf))
			continue;
		tx_bin(s, &comma, 1);
		tx_char(s, '"');
		tx_dec(s, nr);
		json(s, "\":\"");
		tx_bytes(s, buf, s->t->regs[nr].bits / 8);
		tx_char(s, '"');
		comma = ',';
	}
	json(s, comma == '{' ? "{}" : "}");
}

static void json_thread(struct gdb_session *s, long tid)
{
	struct gdb_thread_info info;
	const char *why = reason(s, tid);

	json(s, "{\"tid\":");
	tx_dec(s, tid);
	if (!gdb_thread_describe(s, tid, &info) && info.name[0])
		json_text(s, "name", info.name);
	json_text(s, "reason", why ? why : "none");
	if (why) {
		json(s, ",\"signal\":");
		tx_dec(s, s->stop.signal);
		if (s->stop.what)
			json_text(s, "description", s->stop.what);
	}
	json_registers(s, tid);
	json(s, "}");
}

static int threads_info(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	char comma = '[';
	long tid;

	for (tid = gdb_thread_next(s, 0); tid; tid = gdb_thread_next(s, tid)) {
		tx_char(s, comma);
		json_thread(s, tid);
		comma = ',';
	}
	json(s, comma == '[' ? "[]" : "]");
	return GDB_SENT;
}

GDB_COMMAND("jThreadsInfo", jThreadsInfo, threads_info);
