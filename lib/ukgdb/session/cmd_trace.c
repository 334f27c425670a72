/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Packets that define tracepoints and state variables, and control the
 * experiment: QT. GDB manual, appendix E.6.
 *
 * Refusals are texts of their own: gdb reads numbers after these packets as
 * places of mistakes in them.
 */
#include "trace.h"

static int refuse(struct gdb_session *s, const char *why)
{
	tx_begin(s);
	tx_str(s, "E.");
	tx_str(s, why);
	return GDB_SENT;
}

static int bad(struct gdb_session *s)
{
	return refuse(s, "bad packet");
}

static const char full[] = "no room for tracepoints and their actions";

/* ---- definitions ---- */

static const struct gdb_trace_def *def_at(const struct gdb_session *s,
					  unsigned int at)
{
	return at ? (const struct gdb_trace_def *)&s->defs[at] : __NULL;
}

const struct gdb_trace_def *gdb_def_next(const struct gdb_session *s,
					 const struct gdb_tracepoint *tp,
					 const struct gdb_trace_def *d)
{
	return def_at(s, d ? d->next : tp->first);
}

/* Room for a definition, at the end of those of a tracepoint; or NULL. */
static struct gdb_trace_def *def_add(struct gdb_session *s,
				     struct gdb_tracepoint *tp,
				     enum gdb_def_kind kind, __u64 len)
{
	unsigned int at = s->trace.defs_used;
	struct gdb_trace_def *d = (struct gdb_trace_def *)&s->defs[at];

	if (len > 0xffff ||
	    sizeof(*d) + len > (ARRAY_SIZE(s->defs) - at) * sizeof(s->defs[0]))
		return __NULL;
	s->trace.defs_used += (sizeof(*d) + len + sizeof(s->defs[0]) - 1) /
			      sizeof(s->defs[0]);
	*d = (struct gdb_trace_def){ .len = len, .kind = kind };
	if (tp->last)
		((struct gdb_trace_def *)&s->defs[tp->last])->next = at;
	else
		tp->first = at;
	tp->last = at;
	return d;
}

/* Text of the packet becomes a definition. */
static struct gdb_trace_def *def_text(struct gdb_session *s,
				      struct gdb_tracepoint *tp,
				      enum gdb_def_kind kind,
				      const struct gdb_rx *text)
{
	struct gdb_trace_def *d = def_add(s, tp, kind, rx_left(text));

	if (d)
		memcpy(d->data, text->at, d->len);
	return d;
}

/* "LENGTH,BYTES" after an X. */
static struct gdb_trace_def *expression(struct gdb_session *s,
					struct gdb_tracepoint *tp,
					enum gdb_def_kind kind,
					struct gdb_rx *rx)
{
	__u64 len = rx_hex(rx);
	struct gdb_trace_def *d;

	rx_expect(rx, ',');
	if (rx->bad || len > rx_left(rx) / 2) {
		rx->bad = 1;
		return __NULL;
	}
	d = def_add(s, tp, kind, len);
	if (d)
		rx_bytes(rx, d->data, len);
	return d;
}

/* "REGISTER,OFFSET,LENGTH" after an M; the register is -1 for none. */
static struct gdb_trace_def *
memory(struct gdb_session *s, struct gdb_tracepoint *tp, struct gdb_rx *rx)
{
	struct gdb_def_memory m = { .reg = -1 };
	struct gdb_trace_def *d;

	if (!rx_word(rx, "-1"))
		m.reg = rx_hex(rx) & 0xffffffff;
	rx_expect(rx, ',');
	m.addr = rx_hex(rx);
	rx_expect(rx, ',');
	m.len = rx_hex(rx);
	d = rx->bad ? __NULL : def_add(s, tp, GDB_DEF_MEMORY, sizeof(m));
	if (d)
		memcpy(d->data, &m, sizeof(m));
	return d;
}

/* The mask is kept, but all registers are collected. */
static struct gdb_trace_def *
registers(struct gdb_session *s, struct gdb_tracepoint *tp, struct gdb_rx *rx)
{
	struct gdb_rx mask = { rx->at, rx->at, 0 };

	while (mask.end < rx->end && gdb_hex_digit(*mask.end) >= 0)
		mask.end++;
	rx->at = mask.end;
	rx->bad |= !rx_left(&mask);
	return rx->bad ? __NULL : def_text(s, tp, GDB_DEF_REGS, &mask);
}

/* 0; -ENOSPC, -EINVAL. A '-' at the end: more follow. */
static int actions(struct gdb_session *s, struct gdb_tracepoint *tp,
		   struct gdb_rx *rx)
{
	struct gdb_trace_def *d;

	while (rx_left(rx) && !(rx_left(rx) == 1 && *rx->at == '-')) {
		if (rx_accept(rx, 'S')) {
			tp->in_steps = 1;
			continue;
		}
		if (rx_accept(rx, 'R'))
			d = registers(s, tp, rx);
		else if (rx_accept(rx, 'M'))
			d = memory(s, tp, rx);
		else if (rx_accept(rx, 'X'))
			d = expression(s, tp, GDB_DEF_EXPR, rx);
		else
			return -EINVAL;
		if (rx->bad || !d)
			return rx->bad ? -EINVAL : -ENOSPC;
		d->step = tp->in_steps;
	}
	tp->partial = rx_accept(rx, '-');
	return 0;
}

static struct gdb_tracepoint *find(struct gdb_session *s, __u64 num, __u64 addr)
{
	unsigned int i;

	for (i = 0; i < s->trace.n; i++)
		if (s->tracepoints[i].num == num &&
		    s->tracepoints[i].addr == addr)
			return &s->tracepoints[i];
	return __NULL;
}

/* "NUMBER:ADDRESS", of one that is there. */
static struct gdb_tracepoint *named(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 num = rx_hex(rx), addr;

	rx_expect(rx, ':');
	addr = rx_hex(rx);
	return rx->bad ? __NULL : find(s, num, addr);
}

/* "E:STEP:PASS[:Flength][:Xlength,condition][-]" */
static int begin(struct gdb_session *s, struct gdb_rx *rx,
		 struct gdb_tracepoint *tp)
{
	tp->enabled = rx_accept(rx, 'E');
	if (!tp->enabled)
		rx_expect(rx, 'D');
	rx_expect(rx, ':');
	tp->step = rx_hex(rx);
	rx_expect(rx, ':');
	tp->pass = rx_hex(rx);
	while (!rx->bad && rx_accept(rx, ':')) {
		if (rx_accept(rx, 'F'))
			tp->fast = rx_hex(rx);
		else if (!rx_accept(rx, 'X'))
			return -ENOTSUP; /* S: static */
		else if (!expression(s, tp, GDB_DEF_COND, rx) && !rx->bad)
			return -ENOSPC;
	}
	tp->partial = rx_accept(rx, '-');
	return rx_done(rx) ? 0 : -EINVAL;
}

/* An entry counts when its first packet was good. */
static int create(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_tracepoint *tp = &s->tracepoints[s->trace.n];
	int error;

	if (s->trace.n == ARRAY_SIZE(s->tracepoints))
		return -ENOSPC;
	memset(tp, 0, sizeof(*tp));
	tp->num = rx_hex(rx);
	rx_expect(rx, ':');
	tp->addr = rx_hex(rx);
	rx_expect(rx, ':');
	error = rx->bad ? -EINVAL : begin(s, rx, tp);
	if (!error && find(s, tp->num, tp->addr))
		error = -EEXIST;
	s->trace.n += !error;
	return error;
}

static int answer(struct gdb_session *s, int error)
{
	if (!error)
		error = gdb_trace_sync(s);
	switch (error) {
	case 0:
		return GDB_OK;
	case -ENOSPC:
		return refuse(s, full);
	case -ENOTSUP:
		return refuse(s, "static tracepoints are not supported");
	case -EEXIST:
		return refuse(s, "there is such a tracepoint");
	case -EACCES:
		return refuse(s, "a tracepoint is on the way of a trap to "
				 "the debugger");
	case -EINVAL:
		return bad(s);
	default:
		return refuse(s, "a tracepoint cannot be inserted");
	}
}

static int define(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_tracepoint *tp;

	if (!rx_accept(rx, '-'))
		return answer(s, create(s, rx));
	tp = named(s, rx);
	rx_expect(rx, ':');
	if (!tp || rx->bad)
		return bad(s);
	return answer(s, actions(s, tp, rx));
}

GDB_COMMAND("QTDP:*", QTDP, define);

/* "NUMBER:ADDRESS:TYPE:START:LENGTH:TEXT": kept as it is, for qTfP. */
static int source(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_tracepoint *tp = named(s, rx);

	rx_expect(rx, ':');
	if (!tp || rx->bad)
		return bad(s);
	return def_text(s, tp, GDB_DEF_SOURCE, rx) ? GDB_OK : refuse(s, full);
}

GDB_COMMAND("QTDPsrc:*", QTDPsrc, source);

/* "NUMBER:VALUE:BUILTIN:NAME" */
static int variable(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_tsv v = { .number = rx_hex(rx) }, *there;
	__sz len;

	rx_expect(rx, ':');
	v.initial = rx_hex(rx);
	rx_expect(rx, ':');
	rx_hex(rx); /* whether it is one of ours, which is known here */
	rx_expect(rx, ':');
	v.value = v.initial;
	len = rx_left(rx) / 2;
	if (rx->bad || len >= sizeof(v.name))
		return rx->bad ? bad(s) : refuse(s, "name too long");
	rx_bytes(rx, v.name, len);
	there = gdb_tsv_find(s, v.number);
	if (!rx_done(rx))
		return bad(s);
	if (!there && s->trace.n_tsv == ARRAY_SIZE(s->tsvs))
		return refuse(s, "no room for state variables");
	v.builtin = there && there->builtin;
	*(there ? there : &s->tsvs[s->trace.n_tsv++]) = v;
	return GDB_OK;
}

GDB_COMMAND("QTDV:*", QTDV, variable);

static int enable(struct gdb_session *s, struct gdb_rx *rx, int on)
{
	struct gdb_tracepoint *tp = named(s, rx);

	if (!tp || !rx_done(rx))
		return bad(s);
	tp->enabled = on;
	return answer(s, 0);
}

static int enable_one(struct gdb_session *s, struct gdb_rx *rx)
{
	return enable(s, rx, 1);
}

static int disable_one(struct gdb_session *s, struct gdb_rx *rx)
{
	return enable(s, rx, 0);
}

GDB_COMMAND("QTEnable:*", QTEnable, enable_one);
GDB_COMMAND("QTDisable:*", QTDisable, disable_one);

/* ":START,END" each: what is no part of a frame is read from the program. */
static int read_only(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_trace *tr = &s->trace;

	for (tr->n_ro = 0; rx_accept(rx, ':'); tr->n_ro++) {
		if (tr->n_ro == ARRAY_SIZE(tr->ro))
			break; /* reads there will fail, and say so */
		tr->ro[tr->n_ro].start = rx_hex(rx);
		rx_expect(rx, ',');
		tr->ro[tr->n_ro].end = rx_hex(rx);
		if (rx->bad)
			return bad(s);
	}
	return GDB_OK;
}

GDB_COMMAND("QTro*", QTro, read_only);

/* ---- settings ---- */

static int circular(struct gdb_session *s, struct gdb_rx *rx)
{
	s->trace.circular = rx_hex(rx) != 0;
	return GDB_OK;
}

GDB_COMMAND("QTBuffer:circular:*", QTBuffer_circular, circular);

static int buffer_size(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 size = rx_word(rx, "-1") ? s->t->trace_size : rx_hex(rx);

	if (!rx_done(rx) || !size)
		return bad(s);
	if (size > s->t->trace_size)
		return refuse(s, "the trace buffer has LIBUKGDB_TRACE_KB KiB");
	if (size == s->trace.size)
		return GDB_OK;
	if (s->trace.running)
		return refuse(s, "the trace buffer is in use: tstop first");
	s->trace.size = size;
	gdb_frames_clear(s);
	return GDB_OK;
}

GDB_COMMAND("QTBuffer:size:*", QTBuffer_size, buffer_size);

static int disconnected(struct gdb_session *s, struct gdb_rx *rx)
{
	s->trace.disconnected = rx_hex(rx) != 0;
	return GDB_OK;
}

GDB_COMMAND("QTDisconnected:*", QTDisconnected, disconnected);

/* "user:TEXT;notes:TEXT;tstop:TEXT;", each if it is to change. */
static int notes(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_trace *tr = &s->trace;

	while (rx_left(rx)) {
		char *to = rx_word(rx, "user:")	   ? tr->user
			   : rx_word(rx, "notes:") ? tr->notes
			   : rx_word(rx, "tstop:") ? tr->stop_note
						   : __NULL;
		struct gdb_rx text = rx_until(rx, ';');
		__sz len = rx_left(&text) / 2;

		rx_accept(rx, ';');
		if (!to)
			return bad(s);
		if (len >= GDB_TRACE_TEXT)
			return refuse(s, "note too long");
		rx_bytes(&text, to, len);
		to[len] = 0;
		if (!rx_done(&text)) {
			to[0] = 0;
			return bad(s);
		}
	}
	return GDB_OK;
}

GDB_COMMAND("QTNotes:*", QTNotes, notes);

/* ---- the experiment ---- */

static int init(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	gdb_trace_reset(s);
	return GDB_OK;
}

GDB_COMMAND("QTinit", QTinit, init);

static int start(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	int error = gdb_trace_start(s);

	return error == -ENOSPC ? refuse(s, "too many breakpoints")
				: answer(s, error);
}

GDB_COMMAND("QTStart", QTStart, start);

static int stop(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	gdb_trace_end(s, "tstop", 0, __NULL);
	gdb_trace_sync(s);
	return GDB_OK;
}

GDB_COMMAND("QTStop", QTStop, stop);

static int shortest(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	tx_char(s, '1'); /* a fast tracepoint is no jump */
	return GDB_SENT;
}

GDB_COMMAND("qTMinFTPILen", qTMinFTPILen, shortest);

static int have(const struct gdb_session *s)
{
	return s->t->trace_size && s->t->ops->point_insert;
}

GDB_ANNOUNCE(";ConditionalTracepoints+;FastTracepoints+;InstallInTrace+"
	     ";DisconnectedTracing+;EnableDisableTracepoints+"
	     ";TracepointSource+;QTBuffer:size+;tracenz+"
	     ";qXfer:traceframe-info:read+",
	     trace, have);
