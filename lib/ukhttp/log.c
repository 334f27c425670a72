/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /log: the ring of the log as text, as many of its last messages as fit.
 */
#include <uk/http.h>
#include <uk/print.h>

static __sz line_len(const struct uk_print_rec *rec)
{
	char prefix[UK_PRINT_PREFIX_MAX];

	return uk_print_prefix(prefix, rec->time, rec->level) + rec->len + 1;
}

static void put_record(struct uk_http_response *res,
		       const struct uk_print_rec *rec)
{
	char prefix[UK_PRINT_PREFIX_MAX];

	uk_http_write(res, prefix,
		      uk_print_prefix(prefix, rec->time, rec->level));
	uk_http_write(res, rec->text, rec->len);
	if (!rec->len || rec->text[rec->len - 1] != '\n')
		uk_http_putc(res, '\n');
}

static void get_log(const struct uk_http_request *req __unused,
		    struct uk_http_response *res)
{
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	static char text[UK_PRINT_TEXT_MAX];
	__sz all = 0;

	while (uk_print_next(&it, &rec, text, sizeof(text)))
		all += line_len(&rec);
	it = (struct uk_print_iter){ 0 };
	while (uk_print_next(&it, &rec, text, sizeof(text))) {
		if (all <= res->size - res->len)
			put_record(res, &rec);
		all -= MIN(all, line_len(&rec));
	}
}

UK_HTTP_ROUTE(log, "/log", UK_HTTP_GET, get_log);
