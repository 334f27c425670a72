/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /threads: all threads, and where they are. A few at a time are looked at
 * with interrupts off; names of functions are found afterwards, from the
 * addresses, with interrupts on.
 */
#include <uk/http.h>
#include <uk/symtab.h>
#include <uk/thread_snapshot.h>

#define BATCH 4

/* The threads after an id, up to BATCH of them. */
static unsigned int take_some(struct uk_thread_snapshot *shots,
			      unsigned int behind)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = __NULL;
	unsigned int n = 0;

	while (n < BATCH && (t = uk_thread_next(t)))
		if (t->id > behind)
			uk_thread_snapshot_look(&shots[n++], t);
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

static void put_thread(struct uk_http_response *res,
		       const struct uk_thread_snapshot *s)
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
		       "\"stack\":{\"base\":\"0x%lx\",\"bytes\":%lu",
		       s->cpu_time, s->switches, s->stack_base,
		       s->stack_top - s->stack_base);
	if (s->stack_used)
		uk_http_printf(res, ",\"used\":%lu", s->stack_used);
	uk_http_puts(res, "},\"trace\":[");
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
	static struct uk_thread_snapshot shots[BATCH];
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
