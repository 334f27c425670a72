/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What tests/test_http.py reads: values that are awkward to write, that fail
 * and that fault; objects that come and go; a reply as large as one asks for.
 *
 *	http OBJECTS          that many objects of ten values each
 *	http OBJECTS bench    what each of these costs in a scrape, in
 *instructions where that is what a tick of the counter is
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include <uk/http.h>
#include <uk/mutex.h>
#include <uk/print.h>
#include <uk/sched.h>
#include <uk/store.h>

#define VALUE(id, name, type, ctype, value)                          \
	static int get_##name(void *cookie, ctype *out)              \
	{                                                            \
		*out = (value);                                      \
		return 0;                                            \
	}                                                            \
	UK_STORE_STATIC_ENTRY_INFO(id, name, type, get_##name, NULL, \
				   .help = "a value")

VALUE(1, most_u64, u64, __u64, ~0UL);
VALUE(2, least_s64, s64, __s64, -1 - 0x7fffffffffffffff);
VALUE(3, least_s8, s8, __s8, -128);
VALUE(4, nan, dbl, double, __builtin_nan(""));
VALUE(5, infinite, dbl, double, -__builtin_inf());
VALUE(6, minus_zero, dbl, double, -0.0);
VALUE(7, tenth, dbl, double, 0.1);
VALUE(8, third, dbl, double, 1.0 / 3);
VALUE(9, least_dbl, dbl, double, 5e-324);
VALUE(10, most_dbl, dbl, double, 1.7976931348623157e308);

static int get_text(void *cookie, char **out)
{
	*out = (char *)"quote \" backslash \\ newline \n byte \xff umlaut \xc3\xa4";
	return 0;
}
UK_STORE_STATIC_ENTRY_INFO(11, text, charp, get_text, NULL,
			   .kind = UK_STORE_INFO,
			   .help = "say \"\\\"\nand more",
			   .flags = UK_STORE_ENTRY_FLAG_CONST);

static int get_empty(void *cookie, char **out)
{
	*out = calloc(1, 1);
	return *out ? 0 : -ENOMEM;
}
UK_STORE_STATIC_ENTRY_INFO(12, empty, charp, get_empty, NULL,
			   .kind = UK_STORE_INFO, .help = "nothing");

static int get_failing(void *cookie, __u64 *out)
{
	return -EIO;
}
UK_STORE_STATIC_ENTRY_INFO(13, failing, u64, get_failing, NULL,
			   .help = "never there");

static int get_faulting(void *cookie, __u64 *out)
{
	static volatile __u64 *volatile nowhere = (__u64 *)8;

	*out = *nowhere;
	return 0;
}
UK_STORE_STATIC_ENTRY_INFO(14, faulting, u64, get_faulting, NULL,
			   .help = "never there");

static __u64 knob;

static int get_knob(void *cookie, __u64 *out)
{
	*out = knob;
	return 0;
}

static int set_knob(void *cookie, __u64 value)
{
	knob = value;
	return 0;
}
UK_STORE_STATIC_ENTRY_INFO(15, knob, u64, get_knob, set_knob, .max = 1000,
			   .help = "can be set");
UK_STORE_STATIC_ENTRY_INFO(16, hidden, u64, NULL, set_knob,
			   .help = "can only be set");

UK_STORE_HISTOGRAM(sizes, 1, 10, 100, 1000000);

static int get_sizes(void *cookie, const struct uk_store_histogram **out)
{
	*out = &sizes;
	return 0;
}
UK_STORE_STATIC_ENTRY_INFO(17, sizes, hist, get_sizes, NULL, .unit = "bytes",
			   .help = "sizes");

/* --- objects -----------------------------------------------------------------
 */

static int get_cookie(void *cookie, __u64 *out)
{
	*out = (__u64)cookie;
	return 0;
}

#define OF_OBJECT(id, name)                                  \
	UK_STORE_ENTRY_INFO(id, name, u64, get_cookie, NULL, \
			    .kind = UK_STORE_COUNTER, .help = "counts")

static const struct uk_store_entry *entries[] = {
	OF_OBJECT(1, alpha),
	OF_OBJECT(2, beta),
	OF_OBJECT(3, gamma),
	OF_OBJECT(4, delta),
	OF_OBJECT(5, eps),
	OF_OBJECT(6, zeta),
	OF_OBJECT(7, eta),
	OF_OBJECT(8, theta),
	OF_OBJECT(9, iota),
	OF_OBJECT(10, kappa),
	NULL,
};

static struct uk_store_object *add_object(__u64 id)
{
	static const struct uk_store_label labels[] = {
		{ "colour", "light \"blue\"" },
		{ "weird-name", "1" },
		{ "le", "x" },
		{ NULL, NULL },
	};
	/* Names that exporters give away themselves, and one twice. */
	static const struct uk_store_label taken[] = {
		{ "object", "x" },   { "label_object", "y" },
		{ "label_le", "z" }, { "\xc3\xa4x", "1" },
		{ NULL, NULL },
	};
	char name[16];
	struct uk_store_object *obj;

	snprintf(name, sizeof(name), "object%lu", id);
	obj = uk_store_obj_alloc_labels(uk_alloc_get_default(), id, name,
					entries, id == 0 ? taken : labels,
					(void *)id);
	if (!obj || uk_store_obj_add(obj))
		return NULL;
	return obj;
}

/* Of a histogram `le` is the bound's, of a text its own name is its own. */
static const struct uk_store_entry *clashing[] = {
	UK_STORE_ENTRY_INFO(1, spread, hist, get_sizes, NULL,
			    .help = "as sizes"),
	UK_STORE_ENTRY_INFO(2, note, charp, get_empty, NULL,
			    .kind = UK_STORE_INFO, .help = "nothing"),
	NULL,
};

static int add_clashing(void)
{
	static const struct uk_store_label labels[] = {
		{ "le", "x" },
		{ "label_le", "y" },
		{ "note", "z" },
		{ NULL, NULL },
	};
	struct uk_store_object *obj =
		uk_store_obj_alloc_labels(uk_alloc_get_default(), 200000,
					  "clashing", clashing, labels, NULL);

	return obj ? uk_store_obj_add(obj) : -ENOMEM;
}

/* --- a reply of any size: /big?BYTES ----------------------------------------
 */

static void get_big(const struct uk_http_request *req,
		    struct uk_http_response *res)
{
	static const char line[] = "0123456789abcdef0123456789ABCDE\n";

	for (long left = atol(req->query); left > 0; left -= 32)
		uk_http_write(res, line, left < 32 ? (size_t)left : 32);
}
UK_HTTP_ROUTE(big, "/big", UK_HTTP_GET, get_big);

static void echo(const struct uk_http_request *req,
		 struct uk_http_response *res)
{
	uk_http_write(res, req->body, req->body_len);
}
UK_HTTP_ROUTE(echo, "/echo", UK_HTTP_PUT | UK_HTTP_POST, echo);

/* --- a scrape by itself ------------------------------------------------------
 */

static size_t scraped;

static __u64 scrape_ticks(const char *accept)
{
	static char body[1 << 20];
	struct uk_http_request req = { .method = UK_HTTP_GET,
				       .path = "/metrics",
				       .field_count = 1,
				       .fields = { { "Accept", accept } } };
	struct uk_http_response res = { .body = body, .size = sizeof(body) };
	__u64 start = ukarch_ticks();

	uk_table_foreach (http_route, r)
		if (!strcmp(r->path, req.path))
			r->handler(&req, &res);
	scraped = res.len;
	return ukarch_ticks() - start;
}

static int bench(long count)
{
	static const char *const formats[][2] = {
		{ "text/plain", "prometheus" },
		{ "application/openmetrics-text", "openmetrics" }
	};
	__u64 before[2];
	size_t bytes[2];

	for (int i = 0; i < 2; i++) {
		before[i] = scrape_ticks(formats[i][0]);
		bytes[i] = scraped;
	}
	for (long i = 0; i < count; i++)
		add_object((__u64)i);
	for (int i = 0; i < 2; i++) {
		__u64 ticks = scrape_ticks(formats[i][0]) - before[i];

		printf("bench scrape_%s %lu\n", formats[i][1],
		       ticks / (10 * (__u64)count));
		printf("bench scrape_%s_bytes %lu\n", formats[i][1],
		       (scraped - bytes[i]) / (10 * (size_t)count));
	}
	return 0;
}

/* --- a thread that waits, for /threads ---------------------------------------
 */

static struct uk_mutex door = UK_MUTEX_INITIALIZER(0);

static void *knocks(void *arg)
{
	uk_mutex_lock(&door);
	return arg;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;

	if (argc > 2 && !strcmp(argv[2], "bench"))
		return bench(count);

	for (long i = 0; i < count; i++) {
		if (!add_object(i)) {
			printf("no memory\n");
			return 1;
		}
	}
	if (add_clashing()) {
		printf("no memory\n");
		return 1;
	}
	for (__u64 i = 0; i < 5; i++)
		uk_store_observe(&sizes, 1UL << 4 * i);
	uk_mutex_lock(&door);
	uk_thread_create("waiter", knocks, NULL);
	uk_pr_warn("a line for /log\n");
	printf("ready\n");
	/* One more that comes and goes. */
	for (__u64 i = 0;; i++) {
		struct uk_store_object *obj = add_object(100000 + i);

		if (!obj)
			return 1;
		uk_thread_sleep(3000000);
		uk_store_obj_remove(obj);
		uk_thread_sleep(1000000);
	}
}
