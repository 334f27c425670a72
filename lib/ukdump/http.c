/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * POST /core: a core file of the guest, which goes on. The file goes to the
 * console of core files and not to the client: it holds all that the guest
 * knows.
 */
#include <uk/dump.h>
#include <uk/http.h>

static void post_core(const struct uk_http_request *req,
		      struct uk_http_response *res)
{
	int rc;

	if (!uk_http_may_change(req, res, 0))
		return;
	rc = uk_dump();
	if (rc == -ENODEV)
		uk_http_error(res, 503,
			      "no console has the role dump; boot with "
			      "support/run --core FILE\n");
	else if (rc)
		uk_http_error(res, 500,
			      "the core file is incomplete (error %d); the log "
			      "says why\n",
			      -rc);
	else
		uk_http_puts(res, "core file written\n");
}

UK_HTTP_ROUTE(core, "/core", UK_HTTP_POST, post_core);
