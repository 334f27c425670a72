/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * GET /probes lists them; POST /probes adds the one whose words are the body;
 * DELETE /probes/NAME removes it.
 */
#include <uk/http.h>
#include "probe_internal.h"

static void show(const char *line, void *arg)
{
	uk_http_printf(arg, "%s\n", line);
}

static unsigned int status(int rc)
{
	switch (rc) {
	case -EINVAL:
		return 400;
	case -EBUSY:
	case -EAGAIN:
		return 503;
	case -ENOSPC:
	case -ENOMEM:
		return 507;
	default:
		return 409;
	}
}

/* Splits in place. @return the number of words; too many: one more */
static int split(char *text, char *words[UK_PROBE_WORDS + 1])
{
	int n = 0;

	for (; n <= UK_PROBE_WORDS; n++) {
		text += strspn(text, " \t\r\n");
		if (!*text)
			break;
		words[n] = text;
		text += strcspn(text, " \t\r\n");
		if (*text)
			*text++ = '\0';
	}
	return n;
}

static void post(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	char text[4 * CONFIG_LIBUKPROBE_CODE], *words[UK_PROBE_WORDS + 1];
	char why[160];
	int n, rc;

	if (!uk_http_may_change(req, res, 0))
		return;
	if (strlen(req->body) >= sizeof(text)) {
		uk_http_error(res, 413, "the definition is too long\n");
		return;
	}
	n = split(strcpy(text, req->body), words);
	if (n > UK_PROBE_WORDS) {
		uk_http_error(res, 400,
			      "a definition has %d words at most, without "
			      "`probe add`\n",
			      UK_PROBE_WORDS);
		return;
	}
	rc = uk_probe_add(n, words, why, sizeof(why));
	if (rc)
		uk_http_error(res, status(rc), "%s\n", why);
	else
		uk_http_printf(res, "%s\n", words[0]);
}

static void get(const struct uk_http_request *req __unused,
		struct uk_http_response *res)
{
	uk_probe_list(show, res);
}

static void any(const struct uk_http_request *req, struct uk_http_response *res)
{
	if (req->method == UK_HTTP_POST)
		post(req, res);
	else
		get(req, res);
}

static void drop(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	int rc;

	if (!uk_http_may_change(req, res, 0))
		return;
	rc = uk_probe_remove(req->rest);
	if (rc == -ENOENT)
		uk_http_error(res, 404, "there is no such probe\n");
	else if (rc)
		uk_http_error(res, 503,
			      "another probe is being changed; try "
			      "again\n");
	else
		res->status = 204;
}

UK_HTTP_ROUTE(probes, "/probes", UK_HTTP_GET | UK_HTTP_POST, any);
UK_HTTP_ROUTE(probe, "/probes/", UK_HTTP_DELETE, drop);
