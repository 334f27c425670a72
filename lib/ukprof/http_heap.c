/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /debug/pprof/heap: the blocks in use by the call trace that allocated them,
 * for pprof.
 */
#include <uk/alloc.h>
#include <uk/http.h>
#include "prof_internal.h"

/* The blocks of a trace are the samples, their bytes the time. */
static int next(struct prof_iter *it)
{
	struct prof_stack *s = &it->made;
	struct uk_alloc_trace t;

	if (!uk_alloc_trace_next(&it->next, &t))
		return 0;
	s->samples = t.blocks;
	s->time = t.bytes;
	s->depth = MIN(t.count, (unsigned int)PROF_FRAMES);
	for (unsigned int i = 0; i < s->depth; i++)
		s->pcs[i] = t.pcs[i] - 1;
	it->stack = s;
	return 1;
}

static void out(void *res, const void *data, __sz len)
{
	uk_http_write(res, data, len);
}

static void get_heap(const struct uk_http_request *req __unused,
		     struct uk_http_response *res)
{
	static const struct prof_kind heap = {
		.types = { "inuse_objects", "count", "inuse_space", "bytes" },
		.next = next,
	};
	int rc = uk_alloc_traces_begin();

	if (rc) {
		uk_http_error(res, 503, "%s\n",
			      rc == -EAGAIN    ? "the heap is being read"
			      : rc == -ENOTSUP ? "no allocator keeps owners"
					       : "a heap is damaged");
		return;
	}
	res->type = "application/octet-stream";
	prof_write(&heap, out, res);
	uk_alloc_traces_end();
}

UK_HTTP_ROUTE(heap, "/debug/pprof/heap", UK_HTTP_GET, get_heap);
