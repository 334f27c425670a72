/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A reply as a whole: its begin, run lengths, the checksum, sending it or
 * pieces of it. GDB manual, appendix E.1.
 */
#include "gdb_packet.h"

void tx_begin(struct gdb_session *s)
{
	s->out[0] = '$';
	s->out_len = 1;
	s->out_sent = 0;
	s->out_flat = 1;
	s->out_sum = (__u8) - '$'; /* which is not in the sum */
	s->out_over = 0;
}

#ifdef CONFIG_LIBUKGDB_BULK
/* Whether a run of four begins at one of the six bytes at p; reads nine. */
static __unused int run_near(const char *p)
{
	const __u64 low = 0x7f7f7f7f7f7f7f7fUL;
	/* 0 where a byte is the next one */
	__u64 v = gdb_load(p) ^ gdb_load(p + 1);

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
			sums += (gdb_load(*p) & lanes) +
				(gdb_load(*p) >> 8 & lanes);
		sum += sums + (sums >> 16) + (sums >> 32) + (sums >> 48);
	}
	return sum;
}
#else
static __unused int run_near(const char *p __unused)
{
	return 1;
}

static __u8 bulk_sum(const char **p __unused, __u32 *len __unused)
{
	return 0;
}
#endif

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
	s->out[s->out_len++] = gdb_digits[s->out_sum >> 4];
	s->out[s->out_len++] = gdb_digits[s->out_sum & 15];
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
