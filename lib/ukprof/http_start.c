/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * POST /debug/pprof/profile?hz=N: starts a profile of N samples a second of
 * each CPU; 0 stops it. No handler waits for its end: support/run's proxy does.
 */
#include <uk/http.h>
#include <uk/prof.h>

/* What is no number is one that is too large. */
static unsigned int number(const char *text)
{
	unsigned int n = *text ? 0 : UK_PROF_HZ_MAX + 1;

	for (; *text && n <= UK_PROF_HZ_MAX; text++)
		n = *text < '0' || *text > '9'
			    ? UK_PROF_HZ_MAX + 1
			    : n * 10 + (unsigned int)(*text - '0');
	return n;
}

static void start(unsigned int hz, struct uk_http_response *res)
{
	int rc = uk_prof_start(hz);

	if (rc == -EINVAL)
		uk_http_error(res, 400, "write ?hz=N, 0 to %u\n",
			      UK_PROF_HZ_MAX);
	else if (rc == -EBUSY)
		uk_http_error(res, 503,
			      "the profile is being read or started\n");
	else if (rc)
		uk_http_error(res, 501, "this machine has no periodic NMI\n");
	else
		uk_http_puts(res, "started\n");
}

static void post(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	unsigned int hz = strncmp(req->query, "hz=", 3)
				  ? UK_PROF_HZ_MAX + 1
				  : number(req->query + 3);

	if (!uk_http_may_change(req, res, 1))
		return;
	if (hz) {
		start(hz, res);
		return;
	}
	uk_prof_stop();
	uk_http_puts(res, "stopped\n");
}

UK_HTTP_ROUTE(pprof, "/debug/pprof/profile", UK_HTTP_POST, post);
