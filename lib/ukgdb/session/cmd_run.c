/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Run control: vCont c C s S, how a session ends, and what the program last
 * stopped for. GDB manual, appendix E.2, E.3.
 */
#include "gdb_packet.h"

#define MAX_ACTIONS 32

const struct gdb_action *gdb_resume_action(const struct gdb_resume *r, long tid)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (r->actions[i].tid == GDB_TID_ALL ||
		    r->actions[i].tid == tid)
			return &r->actions[i];
	return __NULL;
}

static int resume(struct gdb_session *s, const struct gdb_action *a,
		  unsigned int n)
{
	struct gdb_resume r = { n, a };
	int error;

	if (s->stop.why == GDB_STOP_EXITED || s->stop.why == GDB_STOP_KILLED)
		return -ESRCH;
	error = s->t->ops->resume(s->t, &r);
	if (error)
		return error == -ENOTSUP ? -EINVAL : error;
	s->owed = 1;
	gdb_frame_leave(s);
	gdb_end(s, GDB_END_RESUMED);
	return GDB_NONE;
}

static int can(struct gdb_session *s __unused, struct gdb_rx *rx __unused)
{
	tx_str(s, "vCont;c;C;s;S;t;r");
	return GDB_SENT;
}

GDB_COMMAND("vCont?", vCont_can, can);

static void one_action(struct gdb_rx *rx, struct gdb_action *a)
{
	*a = (struct gdb_action){ .tid = GDB_TID_ALL };
	if (rx_accept(rx, 'c')) {
		a->act = GDB_ACT_CONTINUE;
	} else if (rx_accept(rx, 'C')) {
		a->act = GDB_ACT_CONTINUE;
		a->signal = rx_hex(rx) & 0xff;
	} else if (rx_accept(rx, 's')) {
		a->act = GDB_ACT_STEP;
	} else if (rx_accept(rx, 'S')) {
		a->act = GDB_ACT_STEP;
		a->signal = rx_hex(rx) & 0xff;
	} else if (rx_accept(rx, 'r')) {
		a->act = GDB_ACT_RANGE;
		a->start = rx_hex(rx);
		rx_expect(rx, ',');
		a->end = rx_hex(rx);
	} else {
		a->act = GDB_ACT_STOP;
		rx_expect(rx, 't');
	}
	if (rx_accept(rx, ':'))
		a->tid = rx_tid(rx);
}

static int cont(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_action actions[MAX_ACTIONS];
	unsigned int n = 0;

	do {
		if (n == MAX_ACTIONS)
			return -E2BIG;
		one_action(rx, &actions[n]);
		if (!actions[n].tid) /* any: the one that stopped */
			actions[n].tid = s->stop.tid;
		n++;
	} while (!rx->bad && rx_accept(rx, ';'));
	return rx_done(rx) ? resume(s, actions, n) : -EINVAL;
}

GDB_COMMAND("vCont;*", vCont, cont);

/* c and s with [ADDR], C and S with SIGNAL[;ADDR] */
static int old(struct gdb_session *s, struct gdb_rx *rx, enum gdb_act act,
	       int with_signal)
{
	long tid = s->tid_c > 0 ? s->tid_c : s->stop.tid;
	struct gdb_action actions[] = {
		{ .tid = tid, .act = act },
		{ .tid = GDB_TID_ALL, .act = GDB_ACT_CONTINUE },
	};
	__u64 addr = 0;
	int jump, error;

	if (with_signal)
		actions[0].signal = rx_hex(rx) & 0xff;
	jump = with_signal ? rx_accept(rx, ';') : rx_left(rx) != 0;
	if (jump)
		addr = rx_hex(rx);
	if (!rx_done(rx))
		return -EINVAL;
	if (jump) {
		error = s->t->ops->reg_write(s->t, tid, s->t->pc, &addr);
		if (error)
			return error;
	}
	return resume(s, actions, s->tid_c > 0 ? 1 : 2);
}

static int cont_old(struct gdb_session *s, struct gdb_rx *rx)
{
	return old(s, rx, GDB_ACT_CONTINUE, 0);
}

static int cont_signal_old(struct gdb_session *s, struct gdb_rx *rx)
{
	return old(s, rx, GDB_ACT_CONTINUE, 1);
}

static int step_old(struct gdb_session *s, struct gdb_rx *rx)
{
	return old(s, rx, GDB_ACT_STEP, 0);
}

static int step_signal_old(struct gdb_session *s, struct gdb_rx *rx)
{
	return old(s, rx, GDB_ACT_STEP, 1);
}

GDB_COMMAND("c*", c, cont_old);
GDB_COMMAND("C*", C, cont_signal_old);
GDB_COMMAND("s*", s, step_old);
GDB_COMMAND("S*", S, step_signal_old);

/* Writes details that only some debuggers can read. */
static void tx_why(struct gdb_session *s)
{
	static const char *const words[] = {
		[GDB_STOP_WATCH] = "watch:",
		[GDB_STOP_RWATCH] = "rwatch:",
		[GDB_STOP_AWATCH] = "awatch:",
		[GDB_STOP_THREAD_CREATE] = "create",
	};

	if (s->stop.why == GDB_STOP_SWBREAK && s->swbreak) {
		tx_str(s, "swbreak:;");
	} else if (s->stop.why == GDB_STOP_HWBREAK && s->hwbreak) {
		tx_str(s, "hwbreak:;");
	} else if (s->stop.why <= GDB_STOP_THREAD_CREATE &&
		   words[s->stop.why]) {
		tx_str(s, words[s->stop.why]);
		if (s->stop.why != GDB_STOP_THREAD_CREATE)
			tx_hex(s, s->stop.addr);
		else
			tx_char(s, ':');
		tx_char(s, ';');
	}
}

#ifdef CONFIG_LIBUKGDB_THREADS
static void tx_thread(struct gdb_session *s)
{
	tx_str(s, "thread:");
	tx_tid(s, s->stop.tid);
	tx_str(s, ";core:");
	tx_hex(s, s->stop.core);
	tx_char(s, ';');
}
#else
/* Names no thread: a debugger would check that it exists. */
static void tx_thread(struct gdb_session *s __unused)
{
}
#endif

void gdb_tx_stop(struct gdb_session *s)
{
	const struct gdb_stop *stop = &s->stop;
	__u8 status = stop->signal;
	unsigned int nr;

	if (stop->why == GDB_STOP_EXITED || stop->why == GDB_STOP_KILLED) {
		tx_char(s, stop->why == GDB_STOP_EXITED ? 'W' : 'X');
		tx_bytes(s, &status, 1);
		if (gdb_multiprocess(s))
			tx_str(s, ";process:" GDB_PROCESS);
		return;
	}
	if (stop->why == GDB_STOP_THREAD_EXIT) {
		tx_char(s, 'w');
		tx_bytes(s, &status, 1);
		tx_char(s, ';');
		tx_tid(s, stop->tid);
		return;
	}
	if (gdb_says_none_left(s)) {
		tx_char(s, 'N');
		return;
	}
	tx_char(s, 'T');
	tx_bytes(s, &status, 1);
	tx_thread(s);
	tx_why(s);
	for (nr = 0; nr < s->t->n_regs && nr < 256; nr++)
		if (s->t->regs[nr].flags & GDB_REG_EXPEDITE)
			gdb_tx_reg(s, stop->tid, nr);
	gdb_tx_stop_lldb(s);
}

static int why(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	gdb_tx_stop(s);
	return GDB_SENT;
}

GDB_COMMAND("?", why, why);

static int detach(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	gdb_end(s, GDB_END_DETACHED);
	return GDB_OK;
}

GDB_COMMAND("D", D, detach);
GDB_COMMAND("D;*", D_pid, detach);

static int kill(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	gdb_end(s, GDB_END_KILLED);
	return GDB_NONE;
}

GDB_COMMAND("k", k, kill);
