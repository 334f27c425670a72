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
	char text[UK_TRACE_ANSWER_MAX];
	int on = !strncmp(req->query, "on=", 3), rc;

	if (!uk_http_may_change(req, res, 1))
		return;
	if ((!on && strncmp(req->query, "off=", 4)) ||
	    strchr(req->query, '&')) {
		uk_http_error(res, 400,
			      "write one of ?on=NAMES and ?off=NAMES\n");
		return;
	}
	rc = uk_trace_switch_words(strchr(req->query, '=') + 1, on, text,
				   sizeof(text));
	if (rc < 0)
		uk_http_error(res, rc == -ENOENT ? 404 : 503, "%s\n", text);
	else
		uk_http_printf(res, "%s\n", text);
}

UK_HTTP_ROUTE(tracepoints, "/tracepoints", UK_HTTP_POST, post);
