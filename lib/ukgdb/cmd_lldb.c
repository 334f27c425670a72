/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What lldb asks beyond gdb: LLVM's docs/lldb-gdb-remote.txt. Values are
 * decimal or hexadecimal as each packet has it there.
 */
#include "gdb_packet.h"

const char *gdb_generic_name(unsigned int generic)
{
	static const char *const names[] = {
		[GDB_GENERIC_PC] = "pc",
		[GDB_GENERIC_SP] = "sp",
		[GDB_GENERIC_FP] = "fp",
		[GDB_GENERIC_RA] = "ra",
		[GDB_GENERIC_FLAGS] = "flags",
		"arg1",
		"arg2",
		"arg3",
		"arg4",
		"arg5",
		"arg6",
		"arg7",
		"arg8",
	};

	return generic < ARRAY_SIZE(names) ? names[generic] : __NULL;
}

static void tx_dec(struct gdb_session *s, __u64 v)
{
	char buf[20];
	unsigned int at = sizeof(buf);

	do {
		buf[--at] = '0' + v % 10;
		v /= 10;
	} while (v);
	tx_bin(s, buf + at, sizeof(buf) - at);
}

static int thread_suffix(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->thread_suffix = 1;
	return GDB_OK;
}

GDB_COMMAND("QThreadSuffixSupported", QThreadSuffix, thread_suffix);

static int list_threads(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->list_threads = 1;
	return GDB_OK;
}

GDB_COMMAND("QListThreadsInStopReply", QListThreads, list_threads);

static int error_strings(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->error_text = GDB_ERROR_TEXT_LLDB;
	return GDB_OK;
}

GDB_COMMAND("QEnableErrorStrings", QEnableErrorStrings, error_strings);

static int host_info(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_str(s, "triple:");
	tx_text(s, s->t->triple);
	tx_str(s, ";endian:little;ptrsize:8;watchpoint_exceptions_received:");
	tx_str(s, s->t->watch_before ? "before" : "after");
	if (s->t->addr_bits) {
		tx_str(s, ";addressing_bits:");
		tx_dec(s, s->t->addr_bits);
	}
	tx_str(s, ";default_packet_timeout:10;");
	return GDB_SENT;
}

GDB_COMMAND("qHostInfo", qHostInfo, host_info);

static int process_info(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_str(s, "pid:1;triple:");
	tx_text(s, s->t->triple);
	tx_str(s, ";endian:little;ptrsize:8;");
	return GDB_SENT;
}

GDB_COMMAND("qProcessInfo", qProcessInfo, process_info);

static int watch_info(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_str(s, "num:");
	tx_dec(s, s->t->n_watch);
	tx_char(s, ';');
	return GDB_SENT;
}

GDB_COMMAND("qWatchpointSupportInfo:", qWatchpoint, watch_info);

/* For an lldb without XML. */
static int register_info(struct gdb_session *s, struct gdb_rx *rx)
{
	static const char *const encodings[] = {
		[GDB_ENC_UINT] = "uint;format:hex;",
		[GDB_ENC_IEEE754] = "ieee754;format:float;",
		[GDB_ENC_VECTOR] = "vector;format:vector-uint8;",
	};
	const struct gdb_reg_desc *r;
	const char *generic;
	__u64 nr = rx_hex(rx), offset = 0, i;

	if (!rx_done(rx))
		return -EINVAL;
	if (nr >= s->t->n_regs) {
		tx_str(s, "E45"); /* the end of the list */
		return GDB_SENT;
	}
	r = &s->t->regs[nr];
	for (i = 0; i < nr; i++)
		offset += s->t->regs[i].bits / 8;
	generic = gdb_generic_name(r->generic);
	tx_str(s, "name:");
	tx_str(s, r->name);
	tx_str(s, ";bitsize:");
	tx_dec(s, r->bits);
	tx_str(s, ";offset:");
	tx_dec(s, offset);
	tx_str(s, ";encoding:");
	tx_str(s, encodings[s->t->types[r->type].encoding]);
	tx_str(s, "set:");
	tx_str(s, gdb_group_names[r->group]);
	tx_char(s, ';');
	if (r->dwarf >= 0) {
		tx_str(s, "ehframe:");
		tx_dec(s, r->dwarf);
		tx_str(s, ";dwarf:");
		tx_dec(s, r->dwarf);
		tx_char(s, ';');
	}
	if (generic) {
		tx_str(s, "generic:");
		tx_str(s, generic);
		tx_char(s, ';');
	}
	return GDB_SENT;
}

GDB_COMMAND("qRegisterInfo*", qRegisterInfo, register_info);

static int region_info(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_region r = { 0 };
	__u64 addr = rx_hex(rx);
	int error;

	if (!rx_done(rx))
		return -EINVAL;
	if (!s->t->ops->region)
		return -ENOTSUP;
	error = s->t->ops->region(s->t, addr, &r);
	if (error)
		return error;
	tx_str(s, "start:");
	tx_hex(s, r.start);
	tx_str(s, ";size:");
	tx_hex(s, r.end - r.start);
	tx_char(s, ';');
	if (r.prot) {
		tx_str(s, "permissions:");
		tx_str(s, r.prot & GDB_PROT_READ ? "r" : "");
		tx_str(s, r.prot & GDB_PROT_WRITE ? "w" : "");
		tx_str(s, r.prot & GDB_PROT_EXEC ? "x" : "");
		tx_char(s, ';');
	}
	if (r.name) {
		tx_str(s, "name:");
		tx_text(s, r.name);
		tx_char(s, ';');
	}
	return GDB_SENT;
}

GDB_COMMAND("qMemoryRegionInfo:*", qMemoryRegionInfo, region_info);

/* Binary memory; with no length it asks whether there is such a packet. */
static int read_bin(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx), len;
	char *raw;
	__sz n;

	rx_expect(rx, ',');
	len = rx_hex(rx);
	if (!rx_done(rx))
		return -EINVAL;
	if (!len)
		return GDB_OK;
	if (addr && len > -addr)
		len = -addr;
	/* Half of the buffer holds all, even if every byte is escaped. */
	len = MIN(len, (__u64)tx_room(s) / 3);
	raw = s->out + sizeof(s->out) - len;
	n = s->t->ops->mem_read(s->t, addr, raw, len);
	if (!n)
		return -EFAULT;
	tx_bin(s, raw, n);
	return GDB_SENT;
}

GDB_COMMAND("x*", x, read_bin);

/* ---- why a thread stopped ---- */

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
		tx_hex(s, tid);
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
	tx_hex(s, tid);
	tx_char(s, ';');
	tx_thread(s, tid);
	return GDB_SENT;
}

GDB_COMMAND("qThreadStopInfo*", qThreadStopInfo, thread_stop_info);

/* ---- all of them at once, in JSON ---- */

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
