/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Memory: m M X. GDB manual, appendix E.2. A read gives what is readable up to
 * the first refusal, and an error only if that is nothing; a write that did
 * not reach its end is an error.
 */
#include "gdb_packet.h"

/* The part of a range that does not wrap around. */
static __u64 clip(__u64 addr, __u64 len)
{
	return addr && len > -addr ? -addr : len;
}

/*
 * A reply goes out in pieces, so that the debugger takes one while the next is
 * made. They have the size of a virtio console's buffers.
 */
#define PIECE 2040

static int read(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx), len;
	__sz n;
	char *raw;

	rx_expect(rx, ',');
	len = rx_hex(rx);
	if (!rx_done(rx) || !len)
		return -EINVAL;
	len = MIN(clip(addr, len), (__u64)tx_room(s) / 2);
	/* Read into the far half of the reply, and spread out from there. */
	raw = s->out + s->out_len + len;
	n = gdb_in_frame(s) ? gdb_frame_memory(s, addr, raw, len)
			    : s->t->ops->mem_read(s->t, addr, raw, len);
	if (!n)
		return -EFAULT;
	for (; n > PIECE; n -= PIECE, raw += PIECE) {
		tx_bytes(s, raw, PIECE);
		tx_flush(s);
	}
	tx_bytes(s, raw, n);
	return GDB_SENT;
}

GDB_COMMAND("m*", m, read);

static int write(struct gdb_session *s, __u64 addr, const char *buf, __u64 len)
{
	if (gdb_in_frame(s))
		return -EROFS;
	if (clip(addr, len) != len ||
	    s->t->ops->mem_write(s->t, addr, buf, len) != len)
		return -EFAULT;
	return GDB_OK;
}

static int write_hex(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx), len;
	char *raw;

	rx_expect(rx, ',');
	len = rx_hex(rx);
	rx_expect(rx, ':');
	if (rx->bad || rx_left(rx) % 2 || rx_left(rx) / 2 != len)
		return -EINVAL;
	raw = (char *)rx->at; /* two digits shrink to a byte in place */
	rx_bytes(rx, raw, len);
	return rx_done(rx) ? write(s, addr, raw, len) : -EINVAL;
}

GDB_COMMAND("M*", M, write_hex);

static int write_bin(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx), len;

	rx_expect(rx, ',');
	len = rx_hex(rx);
	rx_expect(rx, ':');
	if (rx->bad || rx_left(rx) != len)
		return -EINVAL;
	return write(s, addr, rx->at, len);
}

GDB_COMMAND("X*", X, write_bin);
