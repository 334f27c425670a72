/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tracepoints at work: what a hit collects, single steps after it, state
 * variables, and how an experiment begins and ends. The program never stops
 * for any of it: what goes wrong ends the experiment, and qTStatus says why.
 */
#include <uk/snprintf.h>
#include "ax.h"
#include "trace.h"

/* ---- state variables ---- */

#define TIMESTAMP 1

static __u64 now(const struct gdb_session *s)
{
	return s->t->ops->time ? s->t->ops->time(s->t) : 0;
}

struct gdb_tsv *gdb_tsv_find(struct gdb_session *s, __u32 number)
{
	unsigned int i;

	for (i = 0; i < s->trace.n_tsv; i++)
		if (s->tsvs[i].number == number)
			return &s->tsvs[i];
	return __NULL;
}

__u64 gdb_tsv_value(const struct gdb_session *s, const struct gdb_tsv *v)
{
	return v->builtin ? now(s) : v->value;
}

static int fail(struct gdb_session *s, const char *why)
{
	s->ax_error = why;
	s->ax_error_memory = 0;
	return -EINVAL;
}

static const char no_variable[] = "no such state variable";

int gdb_trace_get(struct gdb_session *s, __u32 number, __u64 *value)
{
	const struct gdb_tsv *v = gdb_tsv_find(s, number);

	if (!v)
		return fail(s, no_variable);
	*value = gdb_tsv_value(s, v);
	return 0;
}

int gdb_trace_set(struct gdb_session *s, __u32 number, __u64 value)
{
	struct gdb_tsv *v = gdb_tsv_find(s, number);

	if (!v)
		return fail(s, no_variable);
	v->value = value;
	return 0;
}

/* ---- what expressions collect ---- */

static const char not_here[] = "collects outside of a tracepoint";
static const char full[] = "trace buffer full";

static int collected(struct gdb_session *s, int error)
{
	if (error == -ENOSPC)
		fail(s, full);
	return error;
}

int gdb_trace_memory(struct gdb_session *s, __u64 addr, __u64 len)
{
	if (!s->trace.begun)
		return fail(s, not_here);
	return collected(s, gdb_frame_add_memory(s, addr, len));
}

/* With its end, or max bytes; nothing is longer than the buffer. */
int gdb_trace_string(struct gdb_session *s, __u64 addr, __u64 max)
{
	__u64 len = 0;
	char c = 1;

	if (!s->trace.begun)
		return fail(s, not_here);
	max = MIN(max, (__u64)s->trace.size);
	while (c && len < max && addr + len >= addr &&
	       s->t->ops->mem_read(s->t, addr + len, &c, 1) == 1)
		len++;
	if (c && len < max)
		len++; /* which is refused */
	return collected(s, gdb_frame_add_memory(s, addr, len));
}

int gdb_trace_tsv(struct gdb_session *s, __u32 number)
{
	__u64 value;
	int error;

	if (!s->trace.begun)
		return fail(s, not_here);
	error = gdb_trace_get(s, number, &value);
	return error ? error
		     : collected(s, gdb_frame_add_tsv(s, number, value));
}

/* ---- a hit ---- */

static int collect_memory(struct gdb_session *s, long tid, const __u8 *data)
{
	struct gdb_def_memory m;
	__u64 base = 0;

	memcpy(&m, data, sizeof(m));
	if (m.reg >= 0 && gdb_reg_u64(s, tid, m.reg, &base))
		return fail(s, "no such register");
	return gdb_trace_memory(s, base + m.addr, m.len);
}

static int collect_one(struct gdb_session *s, long tid,
		       const struct gdb_trace_def *d)
{
	__u64 value;

	if (d->kind == GDB_DEF_REGS)
		return collected(s, gdb_frame_add_regs(s, tid));
	if (d->kind == GDB_DEF_MEMORY)
		return collect_memory(s, tid, d->data);
	return gdb_ax_eval(s, tid, d->data, d->len, &value);
}

static int collect_all(struct gdb_session *s, long tid,
		       const struct gdb_tracepoint *tp, int step)
{
	const struct gdb_trace_def *d = __NULL;
	int error = gdb_frame_begin(s, tp->num), regs = 0;

	collected(s, error);
	while (!error && (d = gdb_def_next(s, tp, d))) {
		if (d->step != step || d->kind > GDB_DEF_EXPR ||
		    (d->kind == GDB_DEF_REGS && regs++))
			continue;
		error = collect_one(s, tid, d);
	}
	return error;
}

/* An action or a condition went wrong: ends the experiment. */
static void failed(struct gdb_session *s, const struct gdb_tracepoint *tp)
{
	char text[sizeof(s->trace.text)];

	if (s->ax_error == full) {
		gdb_trace_end(s, "tfull", 0, __NULL);
	} else {
		s->stats.ax_errors++;
		if (s->ax_error_memory)
			uk_snprintf(text, sizeof(text), "%s at 0x%lx",
				    s->ax_error, s->ax_error_addr);
		else
			uk_snprintf(text, sizeof(text), "%s", s->ax_error);
		gdb_trace_end(s, "terror", tp->num, text);
	}
	s->ax_error = __NULL;
}

static void collect(struct gdb_session *s, long tid, struct gdb_tracepoint *tp,
		    int step)
{
	int error = collect_all(s, tid, tp, step);

	if (!error) {
		tp->usage += gdb_frame_end(s);
		return;
	}
	gdb_frame_drop(s);
	failed(s, tp);
}

/* 1 if the condition is true, or there is none. */
static int is_true(struct gdb_session *s, long tid,
		   const struct gdb_tracepoint *tp)
{
	const struct gdb_trace_def *d = __NULL;
	__u64 value = 1;

	while ((d = gdb_def_next(s, tp, d)))
		if (d->kind == GDB_DEF_COND)
			break;
	if (!d || !gdb_ax_eval(s, tid, d->data, d->len, &value))
		return value != 0;
	failed(s, tp);
	return 0;
}

/* ---- single steps ---- */

static void step_from(struct gdb_session *s, long tid, unsigned int tp)
{
	struct gdb_trace_steps *free = __NULL, *p = s->trace.steps;

	for (; p < s->trace.steps + ARRAY_SIZE(s->trace.steps); p++) {
		if (p->left && p->tid == tid && p->tp == tp)
			break; /* hit anew */
		if (!p->left)
			free = p;
	}
	if (p == s->trace.steps + ARRAY_SIZE(s->trace.steps))
		p = free;
	if (p)
		*p = (struct gdb_trace_steps){ tid, s->tracepoints[tp].step,
					       tp };
}

int gdb_trace_steps(const struct gdb_session *s, long tid)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->trace.steps); i++)
		if (s->trace.steps[i].left && s->trace.steps[i].tid == tid)
			return s->trace.running;
	return 0;
}

int gdb_trace_stepped(struct gdb_session *s, long tid)
{
	struct gdb_trace_steps *p = s->trace.steps;

	for (; p < s->trace.steps + ARRAY_SIZE(s->trace.steps); p++) {
		if (!s->trace.running || !p->left || p->tid != tid)
			continue;
		p->left--;
		collect(s, tid, &s->tracepoints[p->tp], 1);
	}
	if (!s->trace.running)
		gdb_trace_sync(s);
	return gdb_trace_steps(s, tid);
}

void gdb_trace_steps_end(struct gdb_session *s, long tid)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->trace.steps); i++)
		if (tid == GDB_TID_ALL || s->trace.steps[i].tid == tid)
			s->trace.steps[i].left = 0;
}

void gdb_trace_hit(struct gdb_session *s, long tid, __u64 addr)
{
	struct gdb_tracepoint *tp = s->tracepoints;
	unsigned int i;

	for (i = 0; i < s->trace.n && s->trace.running; i++, tp++) {
		if (tp->addr != addr || !tp->enabled || tp->partial ||
		    !is_true(s, tid, tp))
			continue;
		tp->hits++;
		collect(s, tid, tp, 0);
		if (!s->trace.running)
			break;
		if (tp->pass && tp->hits >= tp->pass)
			gdb_trace_end(s, "tpasscount", tp->num, __NULL);
		else if (tp->step)
			step_from(s, tid, i);
	}
}

/* ---- begin and end ---- */

static int wanted(const struct gdb_session *s, __u64 addr)
{
	const struct gdb_tracepoint *tp = s->tracepoints;
	unsigned int i;

	for (i = 0; i < s->trace.n && s->trace.running; i++, tp++)
		if (tp->addr == addr && tp->enabled && !tp->partial)
			return 1;
	return 0;
}

int gdb_trace_sync(struct gdb_session *s)
{
	const struct gdb_tracepoint *tp = s->tracepoints;
	unsigned int i;
	int error = 0;

	gdb_points_untrace(s, wanted);
	for (i = 0; i < s->trace.n && !error && s->trace.running; i++, tp++)
		if (tp->enabled && !tp->partial)
			error = gdb_point_trace(s, tp->addr);
	return error;
}

void gdb_trace_reset(struct gdb_session *s)
{
	static const char name[] = "trace_timestamp";
	struct gdb_trace *tr = &s->trace;

	tr->running = 0;
	gdb_trace_sync(s);
	gdb_trace_steps_end(s, GDB_TID_ALL);
	if (!tr->size)
		tr->size = s->t->trace_size;
	gdb_frames_clear(s);
	tr->why = "tnotrun";
	tr->why_tp = 0;
	tr->text[0] = 0;
	tr->n = 0;
	tr->n_ro = 0;
	tr->defs_used = 1; /* 0 is none */
	tr->n_tsv = 1;
	s->tsvs[0] = (struct gdb_tsv){ .number = TIMESTAMP, .builtin = 1 };
	memcpy(s->tsvs[0].name, name, sizeof(name));
}

int gdb_trace_start(struct gdb_session *s)
{
	struct gdb_trace *tr = &s->trace;
	unsigned int i;
	int error;

	gdb_frames_clear(s);
	gdb_trace_steps_end(s, GDB_TID_ALL);
	for (i = 0; i < tr->n; i++) {
		s->tracepoints[i].hits = 0;
		s->tracepoints[i].usage = 0;
	}
	for (i = 0; i < tr->n_tsv; i++)
		s->tsvs[i].value = s->tsvs[i].initial;
	tr->why = "tnotrun";
	tr->why_tp = 0;
	tr->text[0] = 0;
	tr->started = now(s);
	tr->stopped = 0;
	tr->running = 1;
	error = gdb_trace_sync(s);
	if (!error)
		return 0;
	tr->running = 0;
	gdb_trace_sync(s);
	return error;
}

/* Breakpoints are removed by the caller: a hit is looking at them. */
void gdb_trace_end(struct gdb_session *s, const char *why, __u32 tp,
		   const char *text)
{
	struct gdb_trace *tr = &s->trace;

	if (!tr->running)
		return;
	tr->running = 0;
	tr->stopped = now(s);
	tr->why = why;
	tr->why_tp = tp;
	uk_snprintf(tr->text, sizeof(tr->text), "%s", text ? text : "");
}

void gdb_trace_forget(struct gdb_session *s)
{
	s->trace.frame = -1;
	if (s->trace.running && !s->trace.disconnected) {
		gdb_trace_end(s, "tdisconnected", 0, __NULL);
		gdb_trace_sync(s);
	}
}
