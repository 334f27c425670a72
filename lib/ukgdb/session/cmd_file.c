/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Files that a debugger reads on the target (GDB manual, appendix E.7): what is
 * mapped, the command line and the state of the process, as proc(5) of Linux
 * has them. gdb's generate-core-file and `info proc` want them. They are
 * written anew for each piece that is read, so that there is nothing to open
 * or close.
 */
#include "gdb_packet.h"

#define PROC "/proc/" GDB_PROCESS "/"
#define NAME_MAX 8 /* after that */
#define FIRST_FD 3

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

/* Whose name gdb writes into a core file. Arguments are not known here. */
static const char *process(const struct gdb_session *s)
{
	return s->t->exec_file ? s->t->exec_file : "image";
}

static void cmdline(struct gdb_window *w)
{
	win_bin(w, process(w->s), strlen(process(w->s)) + 1);
}

/* State, parent, group, session, terminal and its group, flags; counts of page
 * faults and times, which are not kept; priority and nice.
 */
static void stat(struct gdb_window *w)
{
	win_str(w, GDB_PROCESS " (");
	win_str(w, process(w->s));
	win_str(w, ") t 0 " GDB_PROCESS " " GDB_PROCESS
		   " 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0\n");
}

static const struct {
	const char *name;
	void (*write)(struct gdb_window *w);
} files[] = {
	{ "maps", maps },
	{ "cmdline", cmdline },
	{ "stat", stat },
};

static int open_file(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_rx hex = rx_until(rx, ',');
	char name[sizeof(PROC) + NAME_MAX] = "";
	__sz len = rx_left(&hex) / 2;

	rx_expect(rx, ',');
	rx_hex(rx); /* flags */
	rx_expect(rx, ',');
	rx_hex(rx); /* mode */
	if (!rx_done(rx))
		return -EINVAL;
	if (len < sizeof(name))
		rx_bytes(&hex, name, len);
	for (unsigned int i = 0; !hex.bad && i < ARRAY_SIZE(files); i++)
		if (!strncmp(name, PROC, sizeof(PROC) - 1) &&
		    !strcmp(name + sizeof(PROC) - 1, files[i].name))
			return result(s, FIRST_FD + i);
	return failed(s, FILEIO_ENOENT);
}

GDB_COMMAND("vFile:open:*", vFile_open, open_file);

static int is_open(__u64 fd)
{
	return fd - FIRST_FD < ARRAY_SIZE(files);
}

static int close_file(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 fd = rx_hex(rx);

	if (!rx_done(rx))
		return -EINVAL;
	return is_open(fd) ? result(s, 0) : failed(s, FILEIO_EBADF);
}

GDB_COMMAND("vFile:close:*", vFile_close, close_file);

/* The number of bytes stands before them, and is known after them. */
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
	if (!is_open(fd))
		return failed(s, FILEIO_EBADF);
	count = MIN(count, (__u64)GDB_PACKET_SIZE);
	w.room = count;
	tx_str(s, "F00000;");
	if (count)
		files[fd - FIRST_FD].write(&w);
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
