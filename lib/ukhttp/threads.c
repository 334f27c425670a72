/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /threads: all threads, and where they are. A few at a time are looked at
 * with interrupts off; names of functions are found afterwards, from the
 * addresses, with interrupts on.
 */
#include <uk/http.h>
#include <uk/sched.h>
#include <uk/symtab.h>
#include <uk/unwind.h>

#define DEPTH 24 /* frames shown of a thread */
#define BATCH 4

struct shot {
	unsigned int id;
	char name[UK_THREAD_NAME_MAX];
	const char *state;
	int cpu; /* that it is on; -1: none */
	char wait[UK_WAIT_TEXT_MAX];
	__nsec cpu_time;
	__u64 switches;
	__uptr base, top;
	unsigned int depth;
	struct uk_unwind_frame frames[DEPTH];
	const char *end; /* why there are no more; NULL: there are none */
};

static void walk(struct shot *s, const struct __regs *regs)
{
	struct uk_unwind u;

	s->depth = uk_unwind_frames(regs, s->frames, DEPTH, &u);
	s->end = u.end == UK_UNWIND_OUTERMOST ? __NULL
		 : u.end		      ? uk_unwind_end_str(u.end)
					      : "more frames follow";
}

static void take(struct shot *s, struct uk_thread *t)
{
	const struct __regs *regs = uk_thread_regs(t);
	struct __regs here;

	s->id = t->id;
	strncpy(s->name, t->name, sizeof(s->name) - 1);
	s->state = uk_thread_state_name(t);
	s->cpu = uk_thread_cpu(t);
	uk_thread_wait_text(t, s->wait, sizeof(s->wait));
	s->cpu_time = uk_thread_cpu_time(t);
	s->switches = t->switches;
	s->base = (__uptr)t->stack.base;
	s->top = (__uptr)t->stack.top;
	s->depth = 0;
	s->end = __NULL;
	if (t == uk_thread_current()) {
		ukarch_regs_capture(&here);
		regs = &here;
	}
	if (regs)
		walk(s, regs);
}

/* The threads after an id, up to BATCH of them. */
static unsigned int take_some(struct shot *shots, unsigned int behind)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = __NULL;
	unsigned int n = 0;

	while (n < BATCH && (t = uk_thread_next(t)))
		if (t->id > behind)
			take(&shots[n++], t);
	uk_threads_unlock(flags);
	return n;
}

static void put_name(struct uk_http_response *res, const char *what,
		     const char *text)
{
	uk_http_printf(res, ",\"%s\":", what);
	uk_http_json_string(res, text, strlen(text));
}

/* The functions inlined at an address come in front of the one they are in. */
static void put_frame(struct uk_http_response *res, __uptr pc, __uptr lookup)
{
	struct uk_inline_frame f = { .inlined = 1 };

	for (unsigned int depth = 0; f.inlined; depth++) {
		uk_frame_line(lookup, depth, &f);
		uk_http_printf(res, "{\"pc\":\"0x%lx\"", pc);
		if (f.function[0])
			put_name(res, "function", f.function);
		if (f.start)
			uk_http_printf(res, ",\"offset\":%lu", pc - f.start);
		if (f.loc.file[0])
			put_name(res, "file", f.loc.file);
		if (f.loc.file[0] && f.loc.line)
			uk_http_printf(res, ",\"line\":%u", f.loc.line);
		uk_http_puts(res, f.inlined ? ",\"inlined\":true}," : "}");
	}
}

static void put_thread(struct uk_http_response *res, const struct shot *s)
{
	uk_http_printf(res, "{\"id\":%u", s->id);
	put_name(res, "name", s->name);
	put_name(res, "state", s->state);
	if (s->cpu >= 0)
		uk_http_printf(res, ",\"cpu\":%d", s->cpu);
	if (s->wait[0])
		put_name(res, "wait", s->wait);
	uk_http_printf(res,
		       ",\"cpu_ns\":%lu,\"switches\":%lu,"
		       "\"stack\":{\"base\":\"0x%lx\",\"bytes\":%lu},"
		       "\"trace\":[",
		       s->cpu_time, s->switches, s->base, s->top - s->base);
	for (unsigned int i = 0; i < s->depth; i++) {
		uk_http_puts(res, i ? ",\n  " : "\n  ");
		put_frame(res, s->frames[i].pc, s->frames[i].lookup);
	}
	uk_http_putc(res, ']');
	if (s->end)
		put_name(res, "trace_end", s->end);
	uk_http_putc(res, '}');
}

static void get_threads(const struct uk_http_request *req __unused,
			struct uk_http_response *res)
{
	static struct shot shots[BATCH];
	unsigned int n, behind = 0;

	res->type = UK_HTTP_JSON;
	uk_http_printf(res, "{\"uptime_ns\":%lu,\"idle_ns\":%lu,\"threads\":[",
		       uk_time_monotonic(), uk_sched_idle_time());
	while (!res->full && (n = take_some(shots, behind))) {
		for (unsigned int i = 0; i < n; i++) {
			uk_http_puts(res, behind || i ? ",\n" : "\n");
			put_thread(res, &shots[i]);
		}
		behind = shots[n - 1].id;
	}
	uk_http_puts(res, "]}\n");
}

UK_HTTP_ROUTE(threads, "/threads", UK_HTTP_GET, get_threads);
