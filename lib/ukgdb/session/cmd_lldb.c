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

void tx_dec(struct gdb_session *s, __u64 v)
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

/*
 * lldb compiles nothing for a system whose name it does not know. NetBSD's
 * signals have gdb's numbers, which Linux's have not.
 */
static void tx_triple(struct gdb_session *s)
{
	tx_str(s, "triple:");
	tx_text(s, s->t->cpu);
	tx_text(s, s->t->ops->mem_alloc ? "-unknown-netbsd"
					: "-unknown-unknown-elf");
	tx_str(s, ";endian:little;ptrsize:8;");
}

static int host_info(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_triple(s);
	tx_str(s, "watchpoint_exceptions_received:");
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
	tx_str(s, "pid:1;");
	tx_triple(s);
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

/* Memory for what lldb compiles, and back. */
static int allocate(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 len = rx_hex(rx), addr = 0;
	unsigned int prot;
	int error;

	rx_expect(rx, ',');
	prot = rx_accept(rx, 'r') ? GDB_PROT_READ : 0;
	prot |= rx_accept(rx, 'w') ? GDB_PROT_WRITE : 0;
	prot |= rx_accept(rx, 'x') ? GDB_PROT_EXEC : 0;
	if (!rx_done(rx))
		return -EINVAL;
	if (!s->t->ops->mem_alloc)
		return -ENOTSUP;
	error = s->t->ops->mem_alloc(s->t, len, prot, &addr);
	if (error)
		return error;
	tx_hex(s, addr);
	return GDB_SENT;
}

GDB_COMMAND("_M*", allocate, allocate);

static int deallocate(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx);
	int error;

	if (!rx_done(rx) || !addr)
		return -EINVAL;
	if (!s->t->ops->mem_free)
		return -ENOTSUP;
	error = s->t->ops->mem_free(s->t, addr);
	return error ? error : GDB_OK;
}

GDB_COMMAND("_m*", deallocate, deallocate);

void gdb_scratch_forget(struct gdb_session *s)
{
	if (s->t->ops->mem_free)
		s->t->ops->mem_free(s->t, 0);
}
