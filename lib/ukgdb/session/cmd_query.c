/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a debugger asks and sets when it arrives. GDB manual, appendix E.4.
 */
#include "gdb_packet.h"

/* A new debugger: what the one before has set is gone. */
static int supported(struct gdb_session *s, struct gdb_rx *rx)
{
	__u8 noack = s->noack; /* lldb asks for that first */

	gdb_forget(s);
	s->noack = noack;
	rx_accept(rx, ':');
	while (rx_left(rx)) {
		struct gdb_rx word = rx_until(rx, ';');

		s->multiprocess |= rx_word(&word, "multiprocess+");
		s->swbreak |= rx_word(&word, "swbreak+");
		s->hwbreak |= rx_word(&word, "hwbreak+");
		s->no_resumed |= rx_word(&word, "no-resumed+");
		s->error_text |= rx_word(&word, "error-message+");
		rx_accept(rx, ';');
	}
	tx_str(s, "PacketSize=");
	tx_hex(s, GDB_PACKET_SIZE);
	uk_table_foreach (gdb_announce, a) {
		if (!a->have || a->have(s))
			tx_str(s, a->text);
	}
	return GDB_SENT;
}

GDB_COMMAND("qSupported*", qSupported, supported);
GDB_ANNOUNCE(
	";swbreak+;hwbreak+;no-resumed+;vContSupported+;QStartNoAckMode+;QPassSignals+",
	core, __NULL);

static int no_ack(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->noack = 2;
	return GDB_OK;
}

GDB_COMMAND("QStartNoAckMode", QStartNoAckMode, no_ack);

static int all_stop(struct gdb_session *s __unused, struct gdb_rx *rx __unused)
{
	return GDB_OK;
}

GDB_COMMAND("QNonStop:0", QNonStop, all_stop);

static int non_stop(struct gdb_session *s __unused, struct gdb_rx *rx __unused)
{
	return -EINVAL;
}

GDB_COMMAND("QNonStop:1", QNonStop_1, non_stop);

static int pass_signals(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 pass[ARRAY_SIZE(s->pass)] = { 0 }, signal;

	while (rx_left(rx) && !rx->bad) {
		signal = rx_hex(rx);
		rx->bad |= signal > 255;
		if (!rx->bad)
			pass[signal / 64] |= 1UL << signal % 64;
		if (rx_left(rx))
			rx_expect(rx, ';');
	}
	if (rx->bad)
		return -EINVAL;
	memcpy(s->pass, pass, sizeof(pass));
	return GDB_OK;
}

GDB_COMMAND("QPassSignals:*", QPassSignals, pass_signals);

static int attached(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_char(s, '1'); /* so that a debugger that quits detaches */
	return GDB_SENT;
}

GDB_COMMAND("qAttached*", qAttached, attached);

/* Symbols that gdb offers: none are wanted. */
static int symbol(struct gdb_session *s __unused, struct gdb_rx *rx __unused)
{
	return GDB_OK;
}

GDB_COMMAND("qSymbol:*", qSymbol, symbol);

static int offsets(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_str(s, "Text=");
	tx_hex(s, s->t->slide);
	tx_str(s, ";Data=");
	tx_hex(s, s->t->slide);
	tx_str(s, ";Bss=");
	tx_hex(s, s->t->slide);
	return GDB_SENT;
}

GDB_COMMAND("qOffsets", qOffsets, offsets);

static int extended(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->extended = 1;
	return GDB_OK;
}

GDB_COMMAND("!", extended, extended);

static int vkill(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	gdb_end(s, GDB_END_KILLED);
	return GDB_OK;
}

GDB_COMMAND("vKill;*", vKill, vkill);

/* No reply is due to R; vRun's is the first stop of the new program. */
static int restart(struct gdb_session *s)
{
	int error = s->t->ops->restart ? s->t->ops->restart(s->t) : -ENOTSUP;

	if (error)
		return error;
	gdb_points_clear(s);
	s->owed = 1;
	gdb_end(s, GDB_END_RESUMED);
	return GDB_NONE;
}

static int run(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	return restart(s);
}

static int restart_silent(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	restart(s);
	return GDB_NONE;
}

GDB_COMMAND("vRun*", vRun, run);
GDB_COMMAND("R*", R, restart_silent);
