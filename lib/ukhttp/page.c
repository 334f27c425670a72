/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /: a page that asks for /store, /threads and /log, and shows them.
 */
#include <uk/http.h>

extern const char http_page[], http_page_end[];

static void get_page(const struct uk_http_request *req __unused,
		     struct uk_http_response *res)
{
	res->type = "text/html; charset=utf-8";
	uk_http_write(res, http_page,
		      (__sz)((__uptr)http_page_end - (__uptr)http_page));
}

UK_HTTP_ROUTE(page, "/", UK_HTTP_GET, get_page);
