/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Files that a debugger reads on the target (GDB manual, appendix E.7): one,
 * which says what is mapped, as proc(5) of Linux has it. gdb's
 * generate-core-file and `info proc mappings` want it. It is written anew for
 * each piece that is read, so that there is nothing to open or close.
 */
#include "gdb_packet.h"

#define MAPS "/proc/" GDB_PROCESS "/maps"
#define MAPS_FD 3

/* errno on this wire (appendix E.13.8). */
#define FILEIO_ENOENT 2
#define FILEIO_EBADF 9

static int result(struct gdb_session *s, int value)
{
	tx_char(s, 'F');
	tx_hex(s, value);
	return GDB_SENT;
}

static int failed(struct gdb_session *s, int error)
{
	tx_str(s, "F-1,");
	tx_hex(s, error);
	return GDB_SENT;
}

/* Whose files are meant: there is one process. */
static int set_fs(struct gdb_session *s, struct gdb_rx *rx)
{
	rx_hex(rx);
	return rx_done(rx) ? result(s, 0) : -EINVAL;
}

GDB_COMMAND("vFile:setfs:*", vFile_setfs, set_fs);

static int open_file(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_rx hex = rx_until(rx, ',');
	char name[sizeof(MAPS)] = "";

	rx_expect(rx, ',');
	rx_hex(rx); /* flags */
	rx_expect(rx, ',');
	rx_hex(rx); /* mode */
	if (!rx_done(rx))
		return -EINVAL;
	if (rx_left(&hex) == 2 * (sizeof(name) - 1))
		rx_bytes(&hex, name, sizeof(name) - 1);
	if (hex.bad || strcmp(name, MAPS))
		return failed(s, FILEIO_ENOENT);
	return result(s, MAPS_FD);
}

GDB_COMMAND("vFile:open:*", vFile_open, open_file);

static int close_file(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 fd = rx_hex(rx);

	if (!rx_done(rx))
		return -EINVAL;
	return fd == MAPS_FD ? result(s, 0) : failed(s, FILEIO_EBADF);
}

GDB_COMMAND("vFile:close:*", vFile_close, close_file);

static void one_region(struct gdb_window *w, const struct gdb_region *r)
{
	win_hex(w, r->start);
	win_str(w, "-");
	win_hex(w, r->end ? r->end : ~0UL); /* 2^64 has no digits there */
	win_str(w, r->prot & GDB_PROT_READ ? " r" : " -");
	win_str(w, r->prot & GDB_PROT_WRITE ? "w" : "-");
	win_str(w, r->prot & GDB_PROT_EXEC ? "xp" : "-p");
	win_str(w, " 00000000 00:00 0");
	if (r->name) {
		win_str(w, " [");
		win_str(w, r->name);
		win_str(w, "]");
	}
	win_str(w, "\n");
}

/* Registers of devices are left out: reading them does something. */
static void maps(struct gdb_window *w)
{
	const struct gdb_session *s = w->s;
	struct gdb_region r;
	__u64 addr = 0;

	do {
		memset(&r, 0, sizeof(r));
		if (!s->t->ops->region || s->t->ops->region(s->t, addr, &r) ||
		    (r.end && r.end <= addr))
			break;
		if (r.prot && !r.device)
			one_region(w, &r);
		addr = r.end;
	} while (addr && !w->more);
}

/* The number of bytes stands before them, and is known behind them. */
#define COUNT_DIGITS 5

static int read_file(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_window w = { .s = s };
	__u64 fd = rx_hex(rx), count;

	rx_expect(rx, ',');
	count = rx_hex(rx);
	rx_expect(rx, ',');
	w.skip = rx_hex(rx);
	if (!rx_done(rx))
		return -EINVAL;
	if (fd != MAPS_FD)
		return failed(s, FILEIO_EBADF);
	count = MIN(count, (__u64)GDB_PACKET_SIZE);
	w.room = count;
	tx_str(s, "F00000;");
	if (count)
		maps(&w);
	count -= w.room;
	for (unsigned int i = COUNT_DIGITS; i; i--, count /= 16)
		s->out[1 + i] = "0123456789abcdef"[count % 16];
	return GDB_SENT;
}

GDB_COMMAND("vFile:pread:*", vFile_pread, read_file);

static int wants_process(const struct gdb_session *s)
{
	return gdb_multiprocess(s);
}

GDB_ANNOUNCE(";multiprocess+", multiprocess, wants_process);
