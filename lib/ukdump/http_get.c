/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * GET /core: a core file of the guest, which goes on. The client gets it.
 */
#include <uk/dump.h>
#include <uk/http.h>

static void begin(struct uk_dump_out *out, __u64 size)
{
	uk_http_stream_begin(out->arg, size);
}

static __ssz write(struct uk_dump_out *out __unused, const char *buf, __sz len)
{
	return uk_http_stream(buf, len);
}

static void get_core(const struct uk_http_request *req,
		     struct uk_http_response *res)
{
	struct uk_dump_out out = { .name = "the HTTP server's line",
				   .begin = begin,
				   .write = write,
				   .arg = res };

	if (!uk_http_may_change(req, res, 0))
		return;
	res->type = "application/octet-stream";
	if (uk_dump_to(&out) == -EBUSY)
		uk_http_error(res, 503, "a core file is being written\n");
}

UK_HTTP_ROUTE(core, "/core", UK_HTTP_GET, get_core);
