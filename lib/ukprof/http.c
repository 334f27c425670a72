/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /debug/pprof/profile: the profile of now, for pprof.
 */
#include <uk/http.h>
#include <uk/prof.h>

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

UK_HTTP_ROUTE(pprof, "/debug/pprof/profile", UK_HTTP_GET, get_profile);
