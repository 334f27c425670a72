/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * POST /tracepoints?on=NAMES and ?off=NAMES.
 */
#include <uk/http.h>
#include <uk/trace.h>

static void post(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	int on = !strncmp(req->query, "on=", 3), rc;
	const char *names = strchr(req->query, '=');

	if (!uk_http_may_change(req, res))
		return;
	if (!on && strncmp(req->query, "off=", 4)) {
		uk_http_error(res, 400, "write ?on=NAMES or ?off=NAMES\n");
		return;
	}
	rc = uk_trace_switch(names + 1, on);
	if (rc < 0)
		uk_http_error(res, rc == -ENOENT ? 404 : 503, "%s\n",
			      uk_trace_switch_error(rc));
	else
		uk_http_printf(res, "%d %s\n", rc, on ? "on" : "off");
}

UK_HTTP_ROUTE(tracepoints, "/tracepoints", UK_HTTP_POST, post);
