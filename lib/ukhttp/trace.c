/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * GET /trace.txt: the last events in words, as many as fit, for the page.
 * GET /tracepoints: which there are, and are on.
 * GET /trace: the rings as they are, while they are written to; support/trace
 * finds the events. Numbers are little endian, nothing is aligned:
 *
 *	struct trace_head
 *	struct trace_thread, as many as it says
 *	for each CPU: head, first, limit, discarded, written and forgotten of
 *	its ring, the ring's bytes, and head again: what lies more than a ring
 *before that may have been overwritten while it was copied.
 */
#include <string.h>
#include <uk/http.h>
#include <uk/plat/image.h>
#include <uk/sched.h>
#include <uk/trace.h>

#define VERSION 2
#define PATIENCE (10 * UK_NSEC_PER_SEC) /* for a client that takes nothing */
#define PAUSE 1000000UL			/* ns */
#define LINES 1000UL			/* of a CPU in words */
#define LINE 200			/* bytes of one, more than usual */

struct trace_head {
	char magic[8]; /* "VITRACE" */
	__u32 version, cpus;
	__u64 ring_size;
	char build_id[32];
	__u32 build_id_len, threads;
};

struct trace_thread {
	__u32 id;
	char name[UK_THREAD_NAME_MAX];
};

UK_CTASSERT(sizeof(struct trace_head) == 64);
UK_CTASSERT(sizeof(struct trace_thread) == 36);

/* @return 0 if the client takes no more */
static int send(const void *data, __sz len)
{
	__nsec until = uk_time_monotonic() + PATIENCE;
	const char *at = data;
	__ssz n;

	for (; len; at += n, len -= (__sz)n) {
		n = uk_http_stream(at, len);
		if (n < 0 || (!n && uk_time_monotonic() > until))
			return 0;
		if (n)
			until = uk_time_monotonic() + PATIENCE;
		else
			uk_thread_sleep(PAUSE);
	}
	return 1;
}

/* Writes them to the reply's memory. @return how many */
static __u32 list_threads(struct uk_http_response *res)
{
	unsigned long flags = uk_threads_lock();
	struct uk_thread *t = __NULL;
	__u32 count = 0;

	while ((t = uk_thread_next(t)) &&
	       res->size - res->len >= sizeof(struct trace_thread)) {
		struct trace_thread one = { .id = t->id };

		memcpy(one.name, t->name,
		       MIN(strlen(t->name), sizeof(one.name) - 1));
		uk_http_write(res, (const char *)&one, sizeof(one));
		count++;
	}
	uk_threads_unlock(flags);
	return count;
}

static int send_ring(unsigned int cpu)
{
	__u64 discarded, head;
	__sz size;
	const void *ring = uk_trace_ring(cpu, &size);

	if (!send(ring, size))
		return 0;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	head = uk_trace_bytes(cpu, &discarded);
	return send(&head, sizeof(head));
}

static void get_trace(const struct uk_http_request *req __unused,
		      struct uk_http_response *res)
{
	struct trace_head head = { .magic = "VITRACE",
				   .version = VERSION,
				   .cpus = CONFIG_UKPLAT_LCPU_MAXCOUNT };
	const char *id = uk_build_id + 16; /* behind the note's head and name */
	__sz names, size;
	int more;

	if (uk_build_id_end > id)
		head.build_id_len = (__u32)MIN((__sz)(uk_build_id_end - id),
					       sizeof(head.build_id));
	memcpy(head.build_id, id, head.build_id_len);
	head.threads = list_threads(res);
	names = res->len;
	res->type = "application/octet-stream";
	(void)uk_trace_ring(0, &size);
	head.ring_size = size - UK_TRACE_RING_HEAD;
	uk_http_stream_begin(res, sizeof(head) + names +
					  head.cpus * (size + sizeof(__u64)));
	more = send(&head, sizeof(head)) && send(res->body, names);
	for (unsigned int i = 0; more && i < head.cpus; i++)
		more = send_ring(i);
}

static void put_line(const char *text, void *res)
{
	uk_http_puts(res, text);
	uk_http_putc(res, '\n');
}

static void get_text(const struct uk_http_request *req __unused,
		     struct uk_http_response *res)
{
	__u64 each = res->size / (LINE * CONFIG_UKPLAT_LCPU_MAXCOUNT);

	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		uk_trace_last(i, MIN(each, LINES), put_line, res);
}

static void get_list(const struct uk_http_request *req __unused,
		     struct uk_http_response *res)
{
	uk_trace_list(put_line, res);
}

UK_HTTP_ROUTE(tracepoints, "/tracepoints", UK_HTTP_GET, get_list);
UK_HTTP_ROUTE(trace_text, "/trace.txt", UK_HTTP_GET, get_text);
UK_HTTP_ROUTE(trace, "/trace", UK_HTTP_GET, get_trace);
