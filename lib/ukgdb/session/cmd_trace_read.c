/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Packets that read an experiment: its state, its definitions for a debugger
 * that did not make them, and its frames. GDB manual, appendix E.6.
 */
#include "trace.h"

/* ---- state ---- */

static void field(struct gdb_session *s, const char *name, __u64 value)
{
	tx_str(s, name);
	tx_hex(s, value);
}

static int status(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	const struct gdb_trace *tr = &s->trace;

	tx_str(s, tr->running ? "T1;" : "T0;");
	tx_str(s, tr->why);
	tx_char(s, ':');
	if (!strcmp(tr->why, "tstop") || !strcmp(tr->why, "terror")) {
		/* gdb sends the user's note after QTStop */
		tx_text(s, tr->why[1] == 's' ? tr->stop_note : tr->text);
		tx_char(s, ':');
	}
	tx_hex(s, tr->why_tp);
	field(s, ";tframes:", tr->frames);
	field(s, ";tcreated:", tr->created);
	field(s, ";tfree:", tr->size - tr->used);
	field(s, ";tsize:", tr->size);
	field(s, ";circular:", tr->circular);
	field(s, ";disconn:", tr->disconnected);
	field(s, ";starttime:", tr->started);
	field(s, ";stoptime:", tr->stopped);
	tx_str(s, ";username:");
	tx_text(s, tr->user);
	tx_str(s, ";notes:");
	tx_text(s, tr->notes);
	tx_char(s, ':');
	return GDB_SENT;
}

GDB_COMMAND("qTStatus", qTStatus, status);

static void tx_hits(struct gdb_session *s, const struct gdb_tracepoint *tp)
{
	field(s, "V", tp->hits);
	field(s, ":", tp->usage);
}

static int point_status(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 num = rx_hex(rx), addr;
	unsigned int i;

	rx_expect(rx, ':');
	addr = rx_hex(rx);
	for (i = 0; rx_done(rx) && i < s->trace.n; i++)
		if (s->tracepoints[i].num == num &&
		    s->tracepoints[i].addr == addr) {
			tx_hits(s, &s->tracepoints[i]);
			return GDB_SENT;
		}
	return -ENOENT;
}

GDB_COMMAND("qTP:*", qTP, point_status);

static int value(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 number = rx_hex(rx), v = 0;
	const struct gdb_tsv *tsv = gdb_tsv_find(s, number);
	int known = tsv != __NULL;

	if (!rx_done(rx))
		return -EINVAL;
	if (s->trace.frame >= 0)
		known = !gdb_frame_tsv(s, number, &v);
	else if (tsv)
		v = gdb_tsv_value(s, tsv);
	if (known)
		field(s, "V", v);
	else
		tx_char(s, 'U');
	return GDB_SENT;
}

GDB_COMMAND("qTV:*", qTV, value);

/* ---- definitions, one a packet ---- */

/* The newest first: gdb turns the list around. */
static int next_variable(struct gdb_session *s)
{
	const struct gdb_tsv *v;

	if (!s->trace.up_tsv || s->trace.up_tsv > s->trace.n_tsv) {
		tx_char(s, 'l');
		return GDB_SENT;
	}
	v = &s->tsvs[--s->trace.up_tsv];
	field(s, "", v->number);
	field(s, ":", v->initial);
	field(s, ":", v->builtin);
	tx_char(s, ':');
	tx_text(s, v->name);
	return GDB_SENT;
}

static int first_variable(struct gdb_session *s)
{
	s->trace.up_tsv = s->trace.n_tsv;
	return next_variable(s);
}

static int variables_first(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	return first_variable(s);
}

static int variables_next(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	return next_variable(s);
}

GDB_COMMAND("qTfV", qTfV, variables_first);
GDB_COMMAND("qTsV", qTsV, variables_next);

/* "T", "A", "S", "Z" or "V", and which tracepoint. */
static void tx_point(struct gdb_session *s, char kind,
		     const struct gdb_tracepoint *tp)
{
	tx_char(s, kind);
	field(s, "", tp->num);
	field(s, ":", tp->addr);
	tx_char(s, ':');
}

static void tx_expression(struct gdb_session *s, const struct gdb_trace_def *d)
{
	field(s, "X", d->len);
	tx_char(s, ',');
	tx_bytes(s, d->data, d->len);
}

static void tx_head(struct gdb_session *s, const struct gdb_tracepoint *tp)
{
	const struct gdb_trace_def *d = __NULL;

	tx_point(s, 'T', tp);
	tx_char(s, tp->enabled ? 'E' : 'D');
	field(s, ":", tp->step);
	field(s, ":", tp->pass);
	if (tp->fast)
		field(s, ":F", tp->fast);
	while ((d = gdb_def_next(s, tp, d)))
		if (d->kind == GDB_DEF_COND) {
			tx_char(s, ':');
			tx_expression(s, d);
		}
}

static void tx_def(struct gdb_session *s, const struct gdb_tracepoint *tp,
		   const struct gdb_trace_def *d)
{
	struct gdb_def_memory m;

	tx_point(s, d->kind == GDB_DEF_SOURCE ? 'Z' : d->step ? 'S' : 'A', tp);
	if (d->kind == GDB_DEF_MEMORY) {
		memcpy(&m, d->data, sizeof(m));
		tx_char(s, 'M');
		if (m.reg < 0)
			tx_str(s, "-1");
		else
			tx_hex(s, m.reg);
		field(s, ",", m.addr);
		field(s, ",", m.len);
	} else if (d->kind == GDB_DEF_EXPR) {
		tx_expression(s, d);
	} else {
		if (d->kind == GDB_DEF_REGS)
			tx_char(s, 'R');
		tx_bin(s, d->data, d->len);
	}
}

/*
 * up_def is what was sent last of a tracepoint: 0 nothing, 1 the definition
 * itself, then the place of one of its parts.
 */
static int next_point(struct gdb_session *s)
{
	struct gdb_trace *tr = &s->trace;
	const struct gdb_tracepoint *tp = &s->tracepoints[tr->up_tp];
	const struct gdb_trace_def *d;
	__u32 at;

	if (tr->up_tp >= tr->n) {
		tx_char(s, 'l');
		return GDB_SENT;
	}
	if (!tr->up_begun) {
		tr->up_begun = 1;
		tr->up_def = tp->first;
		tx_head(s, tp);
		return GDB_SENT;
	}
	for (at = tr->up_def; at; at = d->next) {
		d = (const struct gdb_trace_def *)&s->defs[at];
		tr->up_def = d->next;
		if (d->kind == GDB_DEF_COND)
			continue;
		tx_def(s, tp, d);
		return GDB_SENT;
	}
	tr->up_begun = 0;
	tr->up_tp++;
	tx_char(s, 'V');
	field(s, "", tp->num);
	field(s, ":", tp->addr);
	field(s, ":", tp->hits);
	field(s, ":", tp->usage);
	return GDB_SENT;
}

static int points_first(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	s->trace.up_tp = 0;
	s->trace.up_begun = 0;
	return next_point(s);
}

static int points_next(struct gdb_session *s, struct gdb_rx *rx __unused)
{
	return next_point(s);
}

GDB_COMMAND("qTfP", qTfP, points_first);
GDB_COMMAND("qTsP", qTsP, points_next);

/* ---- frames ---- */

/* What tfind looks for. */
struct wanted {
	enum { BY_NUMBER, BY_POINT, INSIDE, OUTSIDE } by;
	__u64 first, last;
};

static int is_wanted(const struct gdb_session *s, const struct wanted *w,
		     const struct gdb_frame *f)
{
	__u64 pc;

	if (w->by == BY_NUMBER)
		return f->nr == w->first;
	if (w->by == BY_POINT)
		return f->tp == w->first;
	pc = gdb_frame_pc(s, f);
	return (pc >= w->first && pc <= w->last) == (w->by == INSIDE);
}

/* All but the number go on after the frame that is looked at. */
static int select(struct gdb_session *s, const struct wanted *w)
{
	struct gdb_frame f = { .nr = -1 };

	while (gdb_frame_next(s, &f)) {
		if ((w->by != BY_NUMBER && (__s64)f.nr <= s->trace.frame) ||
		    !is_wanted(s, w, &f))
			continue;
		s->trace.frame = f.nr;
		s->trace.shown = f;
		field(s, "F", f.nr);
		field(s, "T", f.tp);
		return GDB_SENT;
	}
	tx_str(s, "F-1");
	return GDB_SENT;
}

static int frame(struct gdb_session *s, struct gdb_rx *rx)
{
	struct wanted w = { .by = BY_NUMBER };

	if (rx_word(rx, "tdp:"))
		w.by = BY_POINT;
	else if (rx_word(rx, "outside:"))
		w.by = OUTSIDE;
	else if (rx_word(rx, "pc:") || rx_word(rx, "range:"))
		w.by = INSIDE;
	w.first = rx_hex(rx);
	w.last = rx_accept(rx, ':') ? rx_hex(rx) : w.first;
	if (!rx_done(rx))
		return -EINVAL;
	if (w.by != BY_NUMBER || w.first != 0xffffffff)
		return select(s, &w);
	s->trace.frame = -1;
	return GDB_OK;
}

GDB_COMMAND("QTFrame:*", QTFrame, frame);

static int raw(struct gdb_session *s, struct gdb_rx *rx)
{
	__u64 from = rx_hex(rx), len;
	char *buf;
	__sz n;

	rx_expect(rx, ',');
	len = rx_hex(rx);
	if (!rx_done(rx) || !len)
		return -EINVAL;
	len = MIN(len, (__u64)tx_room(s) / 2);
	buf = s->out + s->out_len + len; /* as `m` does */
	n = gdb_frames_copy(s, from, buf, len);
	if (n)
		tx_bytes(s, buf, n);
	else
		tx_char(s, 'l');
	return GDB_SENT;
}

GDB_COMMAND("qTBuffer:*", qTBuffer, raw);

static void win_block(struct gdb_window *w, const struct gdb_block *b)
{
	if (b->type == 'M') {
		win_str(w, "<memory start=\"0x");
		win_hex(w, b->id);
		win_str(w, "\" length=\"0x");
		win_hex(w, b->len);
		win_str(w, "\"/>");
	} else if (b->type == 'V') {
		win_str(w, "<tvar id=\"0x");
		win_hex(w, b->id);
		win_str(w, "\"/>");
	}
}

/* What the frame has, so that gdb shows the rest as unavailable. */
static int contents(struct gdb_session *s, struct gdb_rx *rx)
{
	struct gdb_block b = { 0 };
	struct gdb_window w;
	int error = s->trace.frame < 0 ? -ENOENT : gdb_window_begin(&w, s, rx);

	if (error)
		return error;
	win_str(&w, "<?xml version=\"1.0\"?>"
		    "<!DOCTYPE traceframe-info SYSTEM \"traceframe-info.dtd\">"
		    "<traceframe-info>");
	while (gdb_block_next(s, &s->trace.shown, &b))
		win_block(&w, &b);
	win_str(&w, "</traceframe-info>");
	return gdb_window_end(&w);
}

GDB_COMMAND("qXfer:traceframe-info:read::*", traceframe_info, contents);
