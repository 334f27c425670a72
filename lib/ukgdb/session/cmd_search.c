/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Work on memory that would cost a debugger a round trip a piece: find
 * (qSearch:memory) and compare-sections (qCRC). GDB manual, appendix E.4.
 */
#include "gdb_packet.h"

/*
 * The reply is not begun yet, so its buffer holds the piece being looked at;
 * pieces overlap by the pattern's length less one.
 */
static int search(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx), len, at, n;
	char *piece = s->out;
	__sz want;

	rx_expect(rx, ';');
	len = rx_hex(rx);
	rx_expect(rx, ';');
	want = rx_left(rx);
	if (rx->bad || !want || want > sizeof(s->out) / 2)
		return -EINVAL;
	if (addr && len > -addr)
		len = -addr;
	while (len >= want) {
		n = s->t->ops->mem_read(s->t, addr, piece,
					MIN(len, (__u64)sizeof(s->out)));
		if (n < want)
			return -EFAULT;
		for (at = 0; at <= n - want; at++) {
			if (piece[at] != *rx->at ||
			    memcmp(piece + at, rx->at, want))
				continue;
			tx_begin(s);
			tx_str(s, "1,");
			tx_hex(s, addr + at);
			return GDB_SENT;
		}
		addr += n - want + 1;
		len -= n - want + 1;
	}
	tx_begin(s);
	tx_char(s, '0');
	return GDB_SENT;
}

GDB_COMMAND("qSearch:memory:*", search, search);
GDB_ANNOUNCE(";qSearch:memory+", search, __NULL);

/* CRC-32, polynomial 0x04c11db7, highest bit first, from all ones. */
static __u32 crc(__u32 crc, const __u8 *p, __sz n)
{
	static const __u32 nibble[] = {
		0x00000000, 0x04c11db7, 0x09823b6e, 0x0d4326d9,
		0x130476dc, 0x17c56b6b, 0x1a864db2, 0x1e475005,
		0x2608edb8, 0x22c9f00f, 0x2f8ad6d6, 0x2b4bcb61,
		0x350c9b64, 0x31cd86d3, 0x3c8ea00a, 0x384fbdbd,
	};

	for (; n; n--, p++) {
		crc = crc << 4 ^ nibble[crc >> 28 ^ *p >> 4];
		crc = crc << 4 ^ nibble[crc >> 28 ^ (*p & 15)];
	}
	return crc;
}

static int checksum(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 addr = rx_hex(rx), len, n;
	__u32 sum = 0xffffffff;

	rx_expect(rx, ',');
	len = rx_hex(rx);
	if (!rx_done(rx))
		return -EINVAL;
	if (addr && len > -addr)
		return -EFAULT;
	for (; len; len -= n, addr += n) {
		n = MIN(len, (__u64)sizeof(s->out));
		if (s->t->ops->mem_read(s->t, addr, s->out, n) != n)
			return -EFAULT;
		sum = crc(sum, (const __u8 *)s->out, n);
	}
	tx_begin(s);
	tx_char(s, 'C');
	tx_hex(s, sum);
	return GDB_SENT;
}

GDB_COMMAND("qCRC:*", qCRC, checksum);
