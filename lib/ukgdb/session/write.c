/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * How a command writes its reply: straight into the wire form, with an overflow
 * that is remembered.
 */
#include "gdb_packet.h"

/* The end of the reply's text; '#' and the checksum go after it. */
#define OUT_END (GDB_PACKET_SIZE + 1U)

const char gdb_digits[] = "0123456789abcdef";

__sz tx_room(const struct gdb_session *s)
{
	return OUT_END - s->out_len;
}

void tx_char(struct gdb_session *s, char c)
{
	if (s->out_len < OUT_END)
		s->out[s->out_len++] = c;
	else
		s->out_over = 1;
}

void tx_str(struct gdb_session *s, const char *str)
{
	while (*str)
		tx_char(s, *str++);
}

void tx_hex(struct gdb_session *s, __u64 v)
{
	int shift = 60;

	while (shift && !(v >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		tx_char(s, gdb_digits[v >> shift & 15]);
}

#ifdef CONFIG_LIBUKGDB_BULK
/* The eight digits of four bytes, in the order of memory. */
static __u64 eight_digits(__u32 bytes)
{
	const __u64 ones = 0x0101010101010101UL;
	__u64 v = bytes;

	v = (v | v << 16) & 0x0000ffff0000ffffUL;
	v = (v | v << 8) & 0x00ff00ff00ff00ffUL;
	v = (v >> 4 | v << 8) & 0x0f0f0f0f0f0f0f0fUL;
	/* those of 10 and more carry into the next four bits */
	return v + ones * '0' + ((v + ones * 6) >> 4 & ones) * ('a' - '9' - 1);
}

static void store(char *p, __u64 v)
{
	memcpy(p, &v, sizeof(v));
}

/* Whether a run of four is among the digits of eight bytes. */
static int run_within(__u64 bytes)
{
	__u64 v = __builtin_bswap64(bytes);

	v ^= v << 4; /* a digit is 0 where it is the next one */
	v |= v >> 2;
	v = ~(v | v >> 1) & 0x1111111111111110UL;
	return (v & v << 4 & v << 8) != 0;
}

/*
 * Writes the digits of the bytes in eights. *flat goes along with it up to
 * the first run; those from one eight to the next do not count.
 * @return bytes left
 */
static __sz bulk_digits(char **to, const __u8 **p, __sz n, char **flat)
{
	for (; n >= 8; n -= 8, *p += 8, *to += 16) {
		__u64 bytes = gdb_load((const char *)*p);

		if (*flat == *to && !run_within(bytes))
			*flat += 16;
		store(*to, eight_digits((__u32)bytes));
		store(*to + 8, eight_digits((__u32)(bytes >> 32)));
	}
	return n;
}
#else
static __sz bulk_digits(char **to __unused, const __u8 **p __unused, __sz n,
			char **flat __unused)
{
	return n;
}
#endif

void tx_tid(struct gdb_session *s, long tid)
{
	if (gdb_multiprocess(s))
		tx_str(s, "p" GDB_PROCESS ".");
	tx_hex(s, tid);
}

/* buf may be in s->out, at least n bytes after the end of the reply. */
void tx_bytes(struct gdb_session *s, const void *buf, __sz n)
{
	const __u8 *p = buf;
	char *to = s->out + s->out_len;
	char *flat = s->out + s->out_flat;

	if (tx_room(s) / 2 < n) {
		s->out_over = 1;
		return;
	}
	s->out_len += 2 * n;
	n = bulk_digits(&to, &p, n, &flat);
	s->out_flat = (__u32)(flat - s->out);
	for (; n; n--, to += 2) {
		__u8 byte = *p++;

		to[0] = gdb_digits[byte >> 4];
		to[1] = gdb_digits[byte & 15];
	}
}

void tx_text(struct gdb_session *s, const char *str)
{
	tx_bytes(s, str, strlen(str));
}

void tx_bin(struct gdb_session *s, const void *buf, __sz n)
{
	const char *p = buf;

	for (; n; n--, p++) {
		if (*p != '#' && *p != '$' && *p != '}' && *p != '*') {
			tx_char(s, *p);
			continue;
		}
		if (tx_room(s) < 2)
			s->out_over = 1;
		if (s->out_over)
			return;
		tx_char(s, '}');
		tx_char(s, *p ^ 0x20);
	}
}
