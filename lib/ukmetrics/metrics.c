/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /metrics, and metrics about ukmetrics itself.
 */
#include <uk/time.h>
#include "metrics_internal.h"

#define OPENMETRICS "application/openmetrics-text"

/* ns */
UK_STORE_HISTOGRAM(duration, 100000, 300000, 1000000, 3000000, 10000000,
		   30000000, 100000000, 300000000, 1000000000);
static __u64 scrapes, errors, unreadable, conflicts;

static struct metrics_index ix;

/* 0.0.4 unless the other one is wanted more. */
static int wants_openmetrics(const struct uk_http_request *req)
{
	return uk_http_accepts(req, OPENMETRICS, "1.0.0") >
	       uk_http_accepts(req, "text/plain", "0.0.4");
}

static void get_metrics(const struct uk_http_request *req,
			struct uk_http_response *res)
{
	int openmetrics = wants_openmetrics(req);
	__nsec start = uk_time_monotonic();
	int ret = metrics_collect(&ix);

	scrapes++;
	res->type = openmetrics ? OPENMETRICS "; version=1.0.0; charset=utf-8"
				: "text/plain; version=0.0.4; charset=utf-8";
	if (!ret)
		unreadable += metrics_write(res, &ix, openmetrics);
	metrics_drop(&ix);
	conflicts = ix.conflicts;
	if (ret)
		uk_http_error(res, 500,
			      "there are more than %d values "
			      "(LIBUKMETRICS_ENTRIES)\n",
			      CONFIG_LIBUKMETRICS_ENTRIES);
	errors += ret || res->full;
	uk_store_observe(&duration, uk_time_monotonic() - start);
}

UK_HTTP_ROUTE(metrics, "/metrics", UK_HTTP_GET, get_metrics);

#define NUMBER(name)                                             \
	static int get_##name(void *cookie __unused, __u64 *out) \
	{                                                        \
		*out = UK_READ_ONCE(name);                       \
		return 0;                                        \
	}
NUMBER(scrapes)
NUMBER(errors)
NUMBER(unreadable)
NUMBER(conflicts)

static int get_duration(void *cookie __unused,
			const struct uk_store_histogram **out)
{
	*out = &duration;
	return 0;
}

UK_STORE_STATIC_ENTRY_INFO(1, scrapes, u64, get_scrapes, __NULL,
			   .kind = UK_STORE_COUNTER, .help = "scrapes");
UK_STORE_STATIC_ENTRY_INFO(2, errors, u64, get_errors, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "times that metrics could not be written");
UK_STORE_STATIC_ENTRY_INFO(3, unreadable, u64, get_unreadable, __NULL,
			   .kind = UK_STORE_COUNTER,
			   .help = "values left out as they could not be read");
UK_STORE_STATIC_ENTRY_INFO(4, conflicts, u64, get_conflicts, __NULL,
			   .help = "values left out as their name was taken");
UK_STORE_STATIC_ENTRY_INFO(5, duration, hist, get_duration, __NULL,
			   .unit = "nanoseconds",
			   .help = "how long it took to make the text");
