/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Who may change the guest: clients that send http.token (RFC 6750, 2.1; the
 * scheme in any case: RFC 9110, 11.1).
 */
#include <uk/param.h>
#include <uk/secret.h>
#include "http_internal.h"

static char *token;
UK_PARAM(http, token, &token, secret,
	 "what clients that change the guest send as Authorization: Bearer");

int uk_http_may_change(const struct uk_http_request *req,
		       struct uk_http_response *res, int takes_query)
{
	static const char scheme[] = "Bearer ";
	const char *given = uk_http_header(req, "Authorization", 0);

	if (!token || !token[0])
		uk_http_error(
			res, 403,
			"changes are refused: boot with http.token=TEXT\n");
	else if (!given || !http_same(given, scheme, sizeof(scheme) - 1))
		uk_http_error(res, 401,
			      "send \"Authorization: Bearer TOKEN\"; TOKEN is "
			      "the guest's http.token\n");
	else if (uk_http_header(req, "Authorization", 1) ||
		 !uk_secret_is(token, given + sizeof(scheme) - 1))
		uk_http_error(res, 403, "wrong token\n");
	else if (req->query[0] && !takes_query)
		uk_http_error(res, 400,
			      "%s takes no parameters: leave out ?%s\n",
			      req->path, req->query);
	else
		return 1;
	return 0;
}
