/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The verbs of gdb_packet.h: a cursor over a packet, and the reply in its
 * wire form. GDB manual, appendix E.1.
 */
#include "gdb_packet.h"

/* The end of the reply's text; '#' and the checksum go after it. */
#define OUT_END (GDB_PACKET_SIZE + 1U)

static const char digits[] = "0123456789abcdef";

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

void tx_begin(struct gdb_session *s)
{
	s->out[0] = '$';
	s->out_len = 1;
	s->out_sent = 0;
	s->out_flat = 1;
	s->out_sum = (__u8) - '$'; /* which is not in the sum */
	s->out_over = 0;
}

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
		tx_char(s, digits[v >> shift & 15]);
}

#ifdef CONFIG_LIBUKGDB_BULK
static __u64 load(const char *p)
{
	__u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

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
		__u64 bytes = load((const char *)*p);

		if (*flat == *to && !run_within(bytes))
			*flat += 16;
		store(*to, eight_digits((__u32)bytes));
		store(*to + 8, eight_digits((__u32)(bytes >> 32)));
	}
	return n;
}

/* Whether a run of four begins at one of the six bytes at p; reads nine. */
static __unused int run_near(const char *p)
{
	const __u64 low = 0x7f7f7f7f7f7f7f7fUL;
	__u64 v = load(p) ^ load(p + 1); /* 0 where a byte is the next one */

	v = ~(((v & low) + low) | v | low); /* 0x80 where it was 0 */
	return (v & v >> 8 & v >> 16) != 0;
}

/* Sums bytes, eight at a time in two halves of 16 bits a lane. */
static __u8 bulk_sum(const char **p, __u32 *len)
{
	const __u64 lanes = 0x00ff00ff00ff00ffUL;
	__u64 sums;
	__u8 sum = 0;
	__u32 n;

	while (*len >= 8) {
		n = MIN(*len / 8, 128U); /* what a lane holds */
		sums = 0;
		for (*len -= n * 8; n; n--, *p += 8)
			sums += (load(*p) & lanes) + (load(*p) >> 8 & lanes);
		sum += sums + (sums >> 16) + (sums >> 32) + (sums >> 48);
	}
	return sum;
}
#else
static __sz bulk_digits(char **to __unused, const __u8 **p __unused, __sz n,
			char **flat __unused)
{
	return n;
}

static __unused int run_near(const char *p __unused)
{
	return 1;
}

static __u8 bulk_sum(const char **p __unused, __u32 *len __unused)
{
	return 0;
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

		to[0] = digits[byte >> 4];
		to[1] = digits[byte & 15];
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

#ifdef CONFIG_LIBUKGDB_RLE
/*
 * Length of the longest run from `at` on that may be written short: a count
 * is 29 more than the repetitions, printable, and may not look like '#', '$',
 * '+' or '-'. Debuggers differ on runs that begin with an escaped byte, so
 * that such a byte stands alone.
 */
static __u32 run_at(const char *out, __u32 at, __u32 len)
{
	__u32 run = 1;

	if (out[at - 1] == '}')
		return 1;
	while (at + run < len && out[at + run] == out[at] && run < 98)
		run++;
	if (run == 7 || run == 8) /* '#', '$': 6 and 7 more */
		return 6;
	if (run == 15 || run == 17) /* '+', '-' */
		return run - 1;
	return run;
}

/*
 * Shortens runs of four and more to the byte, '*' and a count. What lies
 * between runs moves as a whole, and not at all before the first one. There
 * are none before `at`. Text that ends with something else than its last byte
 * is at out[len].
 */
static __u32 shorten(char *out, __u32 at, __u32 len)
{
	__u32 from = at, to = at, run;

	while (at < len) {
		if (at + 9 <= len && !run_near(out + at)) {
			at += 6;
			continue;
		}
		if (out[at] != out[at + 1]) {
			at++;
			continue;
		}
		run = run_at(out, at, len);
		if (run < 4) {
			at += run;
			continue;
		}
		memmove(out + to, out + from, at + 1 - from);
		to += at + 1 - from;
		out[to++] = '*';
		out[to++] = run - 1 + 29;
		at += run;
		from = at;
	}
	memmove(out + to, out + from, len - from);
	return to + len - from;
}
#else
static __u32 shorten(char *out __unused, __u32 at __unused, __u32 len)
{
	return len;
}
#endif

static __u8 checksum(const char *p, __u32 len)
{
	__u8 sum = bulk_sum(&p, &len);

	while (len--)
		sum += *p++;
	return sum;
}

/* What is not on the line yet gets its wire form. */
static void settle(struct gdb_session *s)
{
	s->out[s->out_len] = '#';
	s->out_len = shorten(s->out, s->out_flat, s->out_len);
	s->out_sum += checksum(s->out + s->out_sent, s->out_len - s->out_sent);
}

static void send(struct gdb_session *s)
{
	s->io.out(s->io.ctx, s->out + s->out_sent, s->out_len - s->out_sent);
	s->out_sent = s->out_len;
	s->out_flat = s->out_len;
}

void tx_flush(struct gdb_session *s)
{
	settle(s);
	send(s);
}

void tx_send(struct gdb_session *s)
{
	if (s->out_over) {
		tx_begin(s);
		tx_str(s, "E07");
	}
	settle(s);
	s->out[s->out_len++] = '#';
	s->out[s->out_len++] = digits[s->out_sum >> 4];
	s->out[s->out_len++] = digits[s->out_sum & 15];
	s->stats.packets_out++;
	send(s);
}

/* At most so many bytes of text a packet, whatever the size of packets. */
#define SAY_MAX 200

void gdb_say(struct gdb_session *s, const char *text, __sz len)
{
	while (len) {
		__sz n = MIN(len, (__sz)SAY_MAX);

		tx_begin(s);
		tx_char(s, 'O');
		tx_bytes(s, text, n);
		tx_send(s);
		text += n;
		len -= n;
	}
	tx_begin(s);
}
