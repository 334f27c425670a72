/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /debug/pprof/profile and /debug/pprof/folded: the profile of now, for pprof,
 * and as collapsed stacks with names; block and waits: the same of waiting
 * threads.
 */
#include <uk/http.h>
#include "prof_internal.h"

static void out(void *res, const void *data, __sz len)
{
	uk_http_write(res, data, len);
}

static void get_profile(const struct uk_http_request *req __unused,
			struct uk_http_response *res)
{
	res->type = "application/octet-stream";
	if (uk_prof_write(out, res))
		uk_http_error(res, 503,
			      "the profile is being read or started\n");
}

static void write_folded(const struct prof_kind *kind,
			 struct uk_http_response *res)
{
	if (prof_hold()) {
		uk_http_error(res, 503,
			      "the profile is being read or started\n");
		return;
	}
	prof_folded(kind, out, res);
	prof_release();
}

#ifdef CONFIG_LIBUKPROF_WAITS
static void get_waits(const struct uk_http_request *req __unused,
		      struct uk_http_response *res)
{
	write_folded(&prof_waits, res);
}

static void get_block(const struct uk_http_request *req __unused,
		      struct uk_http_response *res)
{
	if (prof_hold()) {
		uk_http_error(res, 503,
			      "the profile is being read or started\n");
		return;
	}
	res->type = "application/octet-stream";
	prof_write(&prof_waits, out, res);
	prof_release();
}

UK_HTTP_ROUTE(waits, "/debug/pprof/waits", UK_HTTP_GET, get_waits);
UK_HTTP_ROUTE(block, "/debug/pprof/block", UK_HTTP_GET, get_block);
#endif

static void get_folded(const struct uk_http_request *req __unused,
		       struct uk_http_response *res)
{
	write_folded(&prof_cpu_time, res);
}

UK_HTTP_ROUTE(folded, "/debug/pprof/folded", UK_HTTP_GET, get_folded);
UK_HTTP_ROUTE(pprof, "/debug/pprof/profile", UK_HTTP_GET, get_profile);
