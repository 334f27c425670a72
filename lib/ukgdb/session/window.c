/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Documents that a debugger reads in pieces (GDB manual, appendix E.4,
 * qXfer). The writer of one writes all of it each time; bytes before the piece
 * are skipped, bytes after it only noted, so that no document is ever stored.
 */
#include "gdb_packet.h"

int gdb_window_begin(struct gdb_window *w, struct gdb_session *s,
		     struct gdb_rx *rx)
{
	w->s = s;
	w->more = 0;
	w->skip = rx_hex(rx);
	rx_expect(rx, ',');
	w->room = rx_hex(rx);
	if (!rx_done(rx) || !w->room)
		return -EINVAL;
	tx_char(s, 'l');
	return 0;
}

void win_bin(struct gdb_window *w, const void *buf, __sz n)
{
	const char *p = buf;

	if (n <= w->skip) {
		w->skip -= n;
		return;
	}
	p += w->skip;
	n -= w->skip;
	w->skip = 0;
	for (; n && !w->more; n--, p++) {
		if (!w->room || tx_room(w->s) < 2) {
			w->more = 1;
			return;
		}
		tx_bin(w->s, p, 1);
		w->room--;
	}
}

void win_str(struct gdb_window *w, const char *str)
{
	win_bin(w, str, strlen(str));
}

void win_xml(struct gdb_window *w, const char *str)
{
	for (; *str; str++) {
		if (*str == '<')
			win_str(w, "&lt;");
		else if (*str == '>')
			win_str(w, "&gt;");
		else if (*str == '&')
			win_str(w, "&amp;");
		else if (*str == '"')
			win_str(w, "&quot;");
		else
			win_bin(w, *str >= ' ' && *str <= '~' ? str : "?", 1);
	}
}

static void number(struct gdb_window *w, __u64 v, unsigned int base)
{
	char buf[24];
	unsigned int at = sizeof(buf);

	do {
		buf[--at] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	win_bin(w, buf + at, sizeof(buf) - at);
}

void win_dec(struct gdb_window *w, long v)
{
	if (v < 0)
		win_str(w, "-");
	number(w, v < 0 ? -(__u64)v : (__u64)v, 10);
}

void win_hex(struct gdb_window *w, __u64 v)
{
	number(w, v, 16);
}

int gdb_window_end(struct gdb_window *w)
{
	if (w->more)
		w->s->out[1] = 'm';
	return GDB_SENT;
}
