/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Bytes to packets. GDB manual, appendix E.1 (overview), E.13 (interrupts),
 * E.11 (acknowledgment).
 *
 * A terminal may share the line. What stands outside of packets is its, and
 * so is, until a debugger has spoken, what looks like the start of a packet
 * and does not become a whole and good one: a user may type a '$'. The first
 * packet of every debugger has no escapes, so a control character settles it.
 * A newline outside of packets is a terminal's: the debugger is gone then.
 *
 * A packet that is too long is answered with an error, as asking for it again
 * would not help.
 *
 * The target and the settings of the debugger are session.c's: what concerns
 * them is returned as an event.
 */
#include "gdb_packet.h"

enum rx_state {
	RX_IDLE,
	RX_PLUS, /* a '+' that is a new debugger's or a terminal's */
	RX_BODY,
	RX_ESCAPE,
	RX_SUM1,
	RX_SUM2,
};

#define CTRL_C 0x03

/* The packet is longer than the buffer. */
#define TOO_LONG (GDB_PACKET_SIZE + 1U)

#ifdef CONFIG_LIBUKGDB_SHARED
static int shared(const struct gdb_session *s)
{
	return s->io.plain != __NULL;
}

static void plain(struct gdb_session *s, const char *buf, __sz len)
{
	if (s->io.plain && len)
		s->io.plain(s->io.ctx, buf, len);
}
#else
static int shared(const struct gdb_session *s __unused)
{
	return 0;
}

static void plain(struct gdb_session *s __unused, const char *buf __unused,
		  __sz len __unused)
{
}
#endif

static void send(struct gdb_session *s, char c)
{
	s->io.out(s->io.ctx, &c, 1);
}

/* What looked like a packet is text of a terminal, up to the byte c. */
static void give_back(struct gdb_session *s, char c)
{
	plain(s, s->rx_plus ? "+$" : "$", 1 + s->rx_plus);
	plain(s, s->in, s->in_len);
	if (s->rx_state == RX_SUM2) {
		plain(s, "#", 1);
		plain(s, &s->rx_digit, 1);
	}
	plain(s, &c, 1);
	s->rx_state = RX_IDLE;
}

/* A byte outside of packets and no debugger's. */
static enum gdb_event plain_byte(struct gdb_session *s, char c)
{
	plain(s, &c, 1);
	return s->attached && shared(s) && (c == '\n' || c == '\r')
		       ? GDB_EVENT_TERMINAL
		       : GDB_EVENT_NONE;
}

static void begin(struct gdb_session *s)
{
	s->rx_state = RX_BODY;
	s->rx_sum = 0;
	s->in_len = 0;
}

static enum gdb_event idle(struct gdb_session *s, char c)
{
	s->rx_plus = s->rx_state == RX_PLUS;
	if (s->rx_plus) {
		s->rx_state = RX_IDLE;
		if (c != '$' && !s->attached)
			plain(s, "+", 1);
	}
	if (c == '$') {
		begin(s);
		/* debuggers greet with a '+' */
		return s->rx_plus && s->noack ? GDB_EVENT_GREETING
					      : GDB_EVENT_NONE;
	}
	if (c == CTRL_C && (s->attached || !shared(s)))
		return GDB_EVENT_CTRL_C;
	if (c == '+' && s->noack == 2) {
		s->noack = 1; /* of the OK to QStartNoAckMode */
	} else if (c == '+' && (!s->attached || s->noack)) {
		s->rx_state = RX_PLUS;
	} else if (c == '-' && s->attached) {
		if (!s->noack && s->out_len) {
			s->stats.repeated++;
			s->io.out(s->io.ctx, s->out, s->out_len);
		}
	} else if (c != '+' || !s->attached) {
		return plain_byte(s, c);
	}
	return GDB_EVENT_NONE;
}

static void body(struct gdb_session *s, char c)
{
	if (c == '$' && s->attached) {
		begin(s); /* the end of the one before is lost */
		s->stats.damaged++;
		return;
	}
	if (!s->attached && shared(s) &&
	    (c < ' ' || c >= '}' || s->in_len >= GDB_PACKET_SIZE)) {
		give_back(s, c);
		return;
	}
	if (c == '#' && s->rx_state == RX_BODY) {
		s->rx_state = RX_SUM1;
		return;
	}
	s->rx_sum += c;
	if (c == '}' && s->rx_state == RX_BODY) {
		s->rx_state = RX_ESCAPE;
		return;
	}
	if (s->in_len < GDB_PACKET_SIZE)
		s->in[s->in_len++] = s->rx_state == RX_ESCAPE ? c ^ 0x20 : c;
	else
		s->in_len = TOO_LONG;
	s->rx_state = RX_BODY;
}

/* The checksum is complete. */
static enum gdb_event checked(struct gdb_session *s, char c, int digit)
{
	int high = gdb_hex_digit(s->rx_digit);
	int good = digit >= 0 && high >= 0 && s->rx_sum == high * 16 + digit;

	if (!good && !s->attached && shared(s)) {
		give_back(s, c);
		return GDB_EVENT_NONE;
	}
	s->rx_state = RX_IDLE;
	if (!good) {
		s->stats.damaged++;
		if (!s->noack)
			send(s, '-');
		return GDB_EVENT_NONE;
	}
	if (s->noack)
		s->noack = 1;
	else
		send(s, '+');
	s->stats.packets_in++;
	s->attached = 1;
	s->in_full = 1;
	if (s->in_len < TOO_LONG)
		s->in[s->in_len] = 0;
	return GDB_EVENT_PACKET;
}

#ifdef CONFIG_LIBUKGDB_BULK
#define ONES 0x0101010101010101UL

/* Not 0 if one of eight bytes is 0, and only then. */
static __u64 has_zero(__u64 v)
{
	return (v - ONES) & ~v & ONES << 7;
}

/* Whether one of eight bytes ends plain text. */
static int has_special(__u64 v)
{
	return (has_zero(v ^ ONES * '#') | has_zero(v ^ ONES * '$') |
		has_zero(v ^ ONES * '}')) != 0;
}

/* The sum of eight bytes, modulo 256. */
static __u8 sum_of(__u64 v)
{
	const __u64 lanes = 0x00ff00ff00ff00ffUL;

	v = (v & lanes) + (v >> 8 & lanes);
	return (__u8)((v * 0x0001000100010001UL) >> 48);
}

/* What of a packet's text comes in one piece. Only after a debugger spoke. */
static void bulk(struct gdb_session *s)
{
	const char *p = s->rx + s->rx_at, *end = s->rx + s->rx_len;
	char *to = s->in + s->in_len;
	__u8 sum = s->rx_sum;
	__u64 v;

	if (s->in_len > GDB_PACKET_SIZE)
		return;
	end = MIN(end, p + (GDB_PACKET_SIZE - s->in_len));
	for (; end - p >= 8; p += 8, to += 8) {
		v = gdb_load(p);
		if (has_special(v))
			break;
		memcpy(to, &v, sizeof(v));
		sum += sum_of(v);
	}
	for (; p < end && *p != '#' && *p != '$' && *p != '}'; p++) {
		sum += *p;
		*to++ = *p;
	}
	s->rx_sum = sum;
	s->in_len = to - s->in;
	s->rx_at = p - s->rx;
}
#else
static void bulk(struct gdb_session *s __unused)
{
}
#endif

static enum gdb_event take(struct gdb_session *s, char c)
{
	switch (s->rx_state) {
	case RX_IDLE:
	case RX_PLUS:
		return idle(s, c);
	case RX_BODY:
	case RX_ESCAPE:
		body(s, c);
		return GDB_EVENT_NONE;
	case RX_SUM1:
		s->rx_digit = c;
		s->rx_state = RX_SUM2;
		return GDB_EVENT_NONE;
	default:
		return checked(s, c, gdb_hex_digit(c));
	}
}

enum gdb_event gdb_receive(struct gdb_session *s, int wait)
{
	enum gdb_event event = s->in_full ? GDB_EVENT_PACKET : GDB_EVENT_NONE;

	while (event == GDB_EVENT_NONE) {
		if (s->rx_at == s->rx_len) {
			__ssz n =
				s->io.in(s->io.ctx, s->rx, sizeof(s->rx), wait);

			s->rx_at = 0;
			s->rx_len = n > 0 ? MIN((__sz)n, sizeof(s->rx)) : 0;
			if (n < 0)
				return GDB_EVENT_CUT;
			if (!s->rx_len)
				return GDB_EVENT_NONE;
			continue;
		}
		event = take(s, s->rx[s->rx_at++]);
		if (s->rx_state == RX_BODY && s->attached)
			bulk(s);
	}
	return event;
}
