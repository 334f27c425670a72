/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Objects of the target that are read in pieces: the map of the memory, the
 * image's name, what a signal said, boot data. GDB manual, appendix E.4
 * (qXfer), E.17 (map).
 */
#include "gdb_packet.h"

/* Neighbours become one: gdb looks for mapped or not only. */
static void memory(struct gdb_window *w, __u64 start, __u64 end)
{
	win_str(w, "<memory type=\"ram\" start=\"0x");
	win_hex(w, start);
	win_str(w, "\" length=\"0x");
	win_hex(w, end - start);
	win_str(w, "\"/>\n");
}

static int memory_map(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_window w;
	struct gdb_region r;
	__u64 addr = 0, start = 0, end = 0;
	int error, open = 0;

	if (!s->t->ops->region)
		return -ENOTSUP;
	error = gdb_window_begin(&w, s, rx);
	if (error)
		return error;
	win_str(&w, "<?xml version=\"1.0\"?>\n<memory-map>\n");
	do {
		memset(&r, 0, sizeof(r));
		if (s->t->ops->region(s->t, addr, &r) ||
		    (r.end && r.end <= addr))
			break;
		if (open && !r.prot) {
			memory(&w, start, end);
			open = 0;
		}
		if (r.prot && !open) {
			start = r.start;
			open = 1;
		}
		end = r.end;
		addr = r.end;
	} while (addr && !w.more);
	if (open)
		memory(&w, start, end);
	win_str(&w, "</memory-map>\n");
	return gdb_window_end(&w);
}

static int have_map(const struct gdb_session *s)
{
	return s->t->ops->region != __NULL;
}

GDB_COMMAND("qXfer:memory-map:read::*", memory_map, memory_map);
GDB_ANNOUNCE(";qXfer:memory-map:read+", memory_map, have_map);

static int exec_file(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_window w;
	int error;

	rx_until(rx, ':'); /* the process: there is one */
	rx_expect(rx, ':');
	if (!s->t->exec_file)
		return -ENOTSUP;
	error = gdb_window_begin(&w, s, rx);
	if (error)
		return error;
	win_str(&w, s->t->exec_file);
	return gdb_window_end(&w);
}

static int have_exec_file(const struct gdb_session *s)
{
	return s->t->exec_file != __NULL;
}

GDB_COMMAND("qXfer:exec-file:read:*", exec_file, exec_file);
GDB_ANNOUNCE(";qXfer:exec-file:read+", exec_file, have_exec_file);

/* siginfo_t as Linux lays it out on 64-bit machines, which gdb decodes. */
struct siginfo {
	__s32 signo, error, code, pad;
	__u64 addr;
	__u8 rest[104];
};

/* Linux' number of one of gdb's, from SIGEMT on. */
static int linux_signal(int signal)
{
	static const __u8 numbers[] = { 0,  8,	9,  7,	11, 31, 13, 14, 15,
					23, 19, 20, 18, 17, 21, 22, 29, 24,
					25, 26, 27, 28, 0,  10, 12 };
	const int first = 7;

	if (signal < first || signal >= first + (int)ARRAY_SIZE(numbers))
		return signal;
	return numbers[signal - first];
}

static int siginfo(struct gdb_session *s, struct gdb_rx *rx)
{
	struct siginfo info = { .signo = linux_signal(s->stop.signal),
				.code = s->stop.code,
				.addr = s->stop.addr };
	struct gdb_window w;
	int error = gdb_window_begin(&w, s, rx);

	if (error)
		return error;
	win_bin(&w, &info, sizeof(info));
	return gdb_window_end(&w);
}

GDB_COMMAND("qXfer:siginfo:read::*", siginfo, siginfo);
GDB_ANNOUNCE(";qXfer:siginfo:read+", siginfo, __NULL);

static int auxv(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 entry[2] = { 0, 0 };
	struct gdb_window w;
	unsigned int i;
	int error;

	if (!s->t->ops->auxv)
		return -ENOTSUP;
	error = gdb_window_begin(&w, s, rx);
	if (error)
		return error;
	for (i = 0; !s->t->ops->auxv(s->t, i, &entry[0], &entry[1]); i++)
		win_bin(&w, entry, sizeof(entry));
	memset(entry, 0, sizeof(entry));
	win_bin(&w, entry, sizeof(entry));
	return gdb_window_end(&w);
}

static int have_auxv(const struct gdb_session *s)
{
	return s->t->ops->auxv != __NULL;
}

GDB_COMMAND("qXfer:auxv:read::*", auxv, auxv);
GDB_ANNOUNCE(";qXfer:auxv:read+", auxv, have_auxv);
