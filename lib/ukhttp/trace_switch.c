/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * POST /tracepoints?on=NAMES and ?off=NAMES.
 */
#include <uk/http.h>
#include <uk/trace.h>

#define NAMES_MAX 512

static void post(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	char names[NAMES_MAX], text[UK_TRACE_ANSWER_MAX];
	int off = uk_http_query(req, "off", names, sizeof(names));
	int on = uk_http_query(req, "on", names, sizeof(names)), rc;

	if (!uk_http_may_change(req, res, 1))
		return;
	if ((on < 0) == (off < 0) || strchr(req->query, '&')) {
		uk_http_error(res, 400,
			      "write one of ?on=NAMES and ?off=NAMES, of "
			      "less than %d letters\n",
			      NAMES_MAX);
		return;
	}
	rc = uk_trace_switch_words(names, on >= 0, text, sizeof(text));
	if (rc < 0)
		uk_http_error(res, rc == -ENOENT ? 404 : 503, "%s\n", text);
	else
		uk_http_printf(res, "%s\n", text);
}

UK_HTTP_ROUTE(tracepoints, "/tracepoints", UK_HTTP_POST, post);
