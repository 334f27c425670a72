/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Objects of the target that are read in pieces: what a signal said, boot
 * data. GDB manual, appendix E.4 (qXfer).
 *
 * A map of the memory (qXfer:memory-map) is not offered: gdb knows no type for
 * what is not mapped, and takes a breakpoint there for one in ROM, which needs
 * a debug register. Without a map it asks, and is refused. Nor is the image's
 * name (qXfer:exec-file): gdb would ask for the file by it, four packets more
 * while it attaches, which the guest does not have.
 */
#include <uk/elf.h>
#include "gdb_packet.h"

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
	struct uk_elf_siginfo info = { .signo = linux_signal(s->stop.signal),
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
