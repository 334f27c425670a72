/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How a command reads its packet: a cursor that remembers a mistake.
 */
#include "gdb_packet.h"

int gdb_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int rx_accept(struct gdb_rx *rx, char c)
{
	if (rx->at == rx->end || *rx->at != c)
		return 0;
	rx->at++;
	return 1;
}

void rx_expect(struct gdb_rx *rx, char c)
{
	rx->bad |= !rx_accept(rx, c);
}

int rx_word(struct gdb_rx *rx, const char *word)
{
	__sz len = strlen(word);

	if (rx_left(rx) < len || memcmp(rx->at, word, len))
		return 0;
	rx->at += len;
	return 1;
}

struct gdb_rx rx_until(struct gdb_rx *rx, char c)
{
	struct gdb_rx part = { rx->at, rx->at, rx->bad };

	while (part.end < rx->end && *part.end != c)
		part.end++;
	rx->at = part.end;
	return part;
}

__u64 rx_hex(struct gdb_rx *rx)
{
	__u64 v = 0;
	int n = 0, digit;

	for (; rx->at < rx->end; rx->at++, n++) {
		digit = gdb_hex_digit(*rx->at);
		if (digit < 0)
			break;
		rx->bad |= v >> 60 != 0;
		v = v << 4 | digit;
	}
	rx->bad |= !n;
	return v;
}

long rx_tid(struct gdb_rx *rx)
{
	__u64 v;

	if (GDB_MULTIPROCESS && rx_accept(rx, 'p')) {
		if (!rx_word(rx, "-1"))
			rx_hex(rx); /* there is one process */
		if (!rx_accept(rx, '.'))
			return rx->bad ? 0 : GDB_TID_ALL;
	}
	if (rx_word(rx, "-1"))
		return GDB_TID_ALL;
	v = rx_hex(rx);
	rx->bad |= v >> 63;
	return rx->bad ? 0 : (long)v;
}

void rx_bytes(struct gdb_rx *rx, void *buf, __sz n)
{
	__u8 *p = buf;
	int high, low;

	if (rx_left(rx) / 2 < n) {
		rx->bad = 1;
		return;
	}
	for (; n; n--, rx->at += 2) {
		high = gdb_hex_digit(rx->at[0]);
		low = gdb_hex_digit(rx->at[1]);
		rx->bad |= (high | low) < 0;
		*p++ = high * 16 + low;
	}
}

#ifdef CONFIG_LIBUKGDB_LLDB
long rx_thread_suffix(struct gdb_rx *rx, long otherwise)
{
	long tid;

	rx_accept(rx, ';');
	if (!rx_word(rx, "thread:"))
		return otherwise;
	tid = rx_tid(rx);
	rx_accept(rx, ';');
	rx->bad |= tid <= 0;
	return tid;
}
#endif
