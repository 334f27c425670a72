/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Registers: g G p P. GDB manual, appendix E.2; the thread that lldb names
 * after each is lldb's QThreadSuffixSupported.
 */
#include "gdb_packet.h"

long gdb_tid(const struct gdb_session *s)
{
	return s->tid_g > 0 ? s->tid_g : s->stop.tid;
}

int gdb_reg_u64(struct gdb_session *s, long tid, unsigned int nr, __u64 *v)
{
	__u8 buf[GDB_REG_BYTES];
	int error;

	if (nr >= s->t->n_regs)
		return -EINVAL;
	*v = 0;
	if (s->t->regs[nr].bits <= 64)
		return s->t->ops->reg_read(s->t, tid, nr, v);
	error = s->t->ops->reg_read(s->t, tid, nr, buf);
	if (!error)
		memcpy(v, buf, sizeof(*v));
	return error;
}

/* Writes a register's value, or x's if it is unknown. */
static int tx_value(struct gdb_session *s, long tid, unsigned int nr)
{
	__u8 buf[GDB_REG_BYTES];
	unsigned int bytes = s->t->regs[nr].bits / 8, i;
	int error = gdb_in_frame(s) ? gdb_frame_reg(s, nr, buf)
				    : s->t->ops->reg_read(s->t, tid, nr, buf);

	if (!error)
		tx_bytes(s, buf, bytes);
	for (i = 0; error == -ENODATA && i < 2 * bytes; i++)
		tx_char(s, 'x');
	return error == -ENODATA ? 0 : error;
}

void gdb_tx_reg(struct gdb_session *s, long tid, unsigned int nr)
{
	__u8 buf[GDB_REG_BYTES], nr8 = nr;

	if (s->t->ops->reg_read(s->t, tid, nr, buf))
		return;
	tx_bytes(s, &nr8, 1);
	tx_char(s, ':');
	tx_bytes(s, buf, s->t->regs[nr].bits / 8);
	tx_char(s, ';');
}

static int read_all(struct gdb_session *s, struct gdb_rx *rx)
{
	long tid = rx_thread_suffix(rx, gdb_tid(s));
	unsigned int nr;
	int error;

	if (!rx_done(rx))
		return -EINVAL;
	for (nr = 0; nr < s->t->n_g; nr++) {
		error = tx_value(s, tid, nr);
		if (error)
			return error;
	}
	return GDB_SENT;
}

GDB_COMMAND("g*", g, read_all);

/* Writes a register if that changes it: some cannot be written. */
static int write_value(struct gdb_session *s, long tid, unsigned int nr,
		       const __u8 *value)
{
	__u8 now[GDB_REG_BYTES];
	int error = s->t->ops->reg_read(s->t, tid, nr, now);

	if (!error && !memcmp(now, value, s->t->regs[nr].bits / 8))
		return 0;
	return s->t->ops->reg_write(s->t, tid, nr, value);
}

/*
 * Reads the values of all registers, and with `write` writes those that can
 * be written; x's stand for one that stays. @return the first error of those
 * that cannot
 */
static int values(struct gdb_session *s, struct gdb_rx *rx, long tid, int write)
{
	__u8 value[GDB_REG_BYTES];
	unsigned int nr;
	int error = 0, one;

	for (nr = 0; nr < s->t->n_g; nr++) {
		unsigned int bytes = s->t->regs[nr].bits / 8;

		if (rx_left(rx) >= 2 * bytes && *rx->at == 'x') {
			rx->at += 2 * bytes;
			continue;
		}
		rx_bytes(rx, value, bytes);
		one = write ? write_value(s, tid, nr, value) : 0;
		error = error ? error : one;
	}
	return error;
}

static int write_all(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_rx check = *rx;
	long tid;
	int error;

	if (gdb_in_frame(s))
		return -EROFS;
	values(s, &check, 0, 0);
	tid = rx_thread_suffix(&check, gdb_tid(s));
	if (!rx_done(&check))
		return -EINVAL;
	error = values(s, rx, tid, 1);
	return error ? error : GDB_OK;
}

GDB_COMMAND("G*", G, write_all);

static int read_one(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 nr = rx_hex(rx);
	long tid = rx_thread_suffix(rx, gdb_tid(s));
	int error;

	if (!rx_done(rx) || nr >= s->t->n_regs)
		return -EINVAL;
	error = tx_value(s, tid, nr);
	return error ? error : GDB_SENT;
}

GDB_COMMAND("p*", p, read_one);

static int write_one(struct gdb_session *s, struct gdb_rx *rx)
{
	__u8 value[GDB_REG_BYTES];
	__u64 nr = rx_hex(rx);
	long tid;
	int error;

	rx_expect(rx, '=');
	if (gdb_in_frame(s))
		return -EROFS;
	if (rx->bad || nr >= s->t->n_regs)
		return -EINVAL;
	rx_bytes(rx, value, s->t->regs[nr].bits / 8);
	tid = rx_thread_suffix(rx, gdb_tid(s));
	if (!rx_done(rx))
		return -EINVAL;
	error = s->t->ops->reg_write(s->t, tid, nr, value);
	return error ? error : GDB_OK;
}

GDB_COMMAND("P*", P, write_one);
