/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * /store: all values as JSON. /store/PATH: one of them; as the text alone where
 * the client wants text/plain, which is also what PUT takes.
 */
#include <string.h>
#include <uk/errno_name.h>
#include "metrics_internal.h"

static void put_string(struct uk_http_response *res, const char *s)
{
	uk_http_json_string(res, s, strlen(s));
}

static void member(struct uk_http_response *res, const char *name,
		   const char *text)
{
	if (!text)
		return;
	uk_http_printf(res, ",\"%s\":", name);
	put_string(res, text);
}

static void put_histogram(struct uk_http_response *res,
			  const struct uk_store_histogram *h)
{
	__u64 count = 0;

	uk_http_puts(res, "{\"buckets\":[");
	for (__u64 i = 0; i < h->size; i++) {
		count += UK_READ_ONCE(h->counts[i]);
		uk_http_printf(res, "%s{\"le\":%lu,\"count\":%lu}",
			       i ? "," : "", h->bounds[i], count);
	}
	count += UK_READ_ONCE(h->counts[h->size]);
	uk_http_printf(res, "],\"count\":%lu,\"sum\":%lu}", count,
		       UK_READ_ONCE(*h->sum));
}

/* JSON has no NaN and no infinities: they are texts. */
static void put_double(struct uk_http_response *res, __u64 bits)
{
	char number[UK_DOUBLE_MAX];

	uk_double_text(number, bits);
	if ((bits >> 52 & 0x7ff) == 0x7ff)
		put_string(res, number);
	else
		uk_http_puts(res, number);
}

static void put_value(struct uk_http_response *res,
		      const struct uk_store_value *v)
{
	switch (v->type) {
	case _UK_STORE_TYPE_s64:
		uk_http_printf(res, "%ld", v->s);
		break;
	case _UK_STORE_TYPE_dbl:
		put_double(res, v->dbl);
		break;
	case _UK_STORE_TYPE_charp:
		put_string(res, v->text);
		break;
	case _UK_STORE_TYPE_hist:
		put_histogram(res, v->hist);
		break;
	default:
		uk_http_printf(res, "%lu", v->u);
	}
}

static const char *kind_of(const struct uk_store_entry *e)
{
	if (e->type == _UK_STORE_TYPE_hist)
		return "histogram";
	if (e->type == _UK_STORE_TYPE_charp || e->kind == UK_STORE_INFO)
		return "info";
	return e->kind == UK_STORE_COUNTER ? "counter" : "gauge";
}

static void put_labels(struct uk_http_response *res,
		       const struct uk_store_object *obj)
{
	const struct uk_store_label *l = obj ? obj->labels : __NULL;
	const char *before = ",\"labels\":{";

	for (; l && l->name; l++, before = ",") {
		uk_http_puts(res, before);
		put_string(res, l->name);
		uk_http_putc(res, ':');
		put_string(res, l->value);
	}
	if (*before == ',' && !before[1])
		uk_http_putc(res, '}');
}

/* {"path":…,"value":…}; one that cannot be read has an error instead. */
static void put_entry(struct uk_http_response *res,
		      const struct uk_store_ref *ref)
{
	const struct uk_store_entry *e = ref->entry;
	struct uk_store_value v;
	char path[256];
	int ret = uk_store_read(e, &v);

	uk_store_path(ref, path, sizeof(path));
	uk_http_puts(res, "{\"path\":");
	put_string(res, path);
	member(res, "kind", kind_of(e));
	member(res, "unit", e->unit);
	member(res, "help", e->help);
	put_labels(res, ref->object);
	if (e->set.u64)
		uk_http_puts(res, ",\"settable\":true");
	if (ret) {
		uk_http_printf(res, ",\"error\":\"%s\"}", uk_errno_name(ret));
		return;
	}
	uk_http_puts(res, ",\"value\":");
	put_value(res, &v);
	uk_http_putc(res, '}');
	uk_store_value_free(e, &v);
}

#define PATH_MAX 256

/* What is being written of which paths, and what stands in front of the next.
 */
struct list {
	struct uk_http_response *res;
	const char *prefix;
	const char *before;
};

static int visit(const struct uk_store_ref *ref, void *arg)
{
	static char path[PATH_MAX];
	struct list *list = arg;

	if (!uk_store_readable(ref->entry))
		return 0;
	uk_store_path(ref, path, sizeof(path));
	if (strncmp(path, list->prefix, strlen(list->prefix)) != 0)
		return 0;
	uk_http_puts(list->res, list->before);
	list->before = ",\n";
	put_entry(list->res, ref);
	return list->res->full;
}

/* 0 if there is none. */
static int put_list(struct uk_http_response *res, const char *prefix)
{
	struct list list = { res, prefix, "[" };

	(void)uk_store_foreach(visit, &list);
	if (*list.before == '[')
		return 0;
	res->type = UK_HTTP_JSON;
	uk_http_puts(res, "]\n");
	return 1;
}

static void get_all(const struct uk_http_request *req __unused,
		    struct uk_http_response *res)
{
	if (put_list(res, ""))
		return;
	res->type = UK_HTTP_JSON;
	uk_http_puts(res, "[]\n");
}

UK_HTTP_ROUTE(store, "/store", UK_HTTP_GET, get_all);

static void get_text(const struct uk_store_ref *ref,
		     struct uk_http_response *res)
{
	int n = uk_store_get_text(ref->entry, res->body, res->size);

	if (n < 0)
		uk_http_error(res, 503, "it cannot be read: %s\n",
			      uk_errno_name(n));
	else if ((__sz)n >= res->size)
		res->full = 1;
	else
		res->len = (__sz)n;
	uk_http_putc(res, '\n');
}

static int wants_text(const struct uk_http_request *req)
{
	return uk_http_accepts(req, "text/plain", __NULL) >
	       uk_http_accepts(req, UK_HTTP_JSON, __NULL);
}

static void get_one(const struct uk_http_request *req,
		    struct uk_http_response *res)
{
	struct uk_store_ref ref;

	if (uk_store_find(req->rest, &ref)) {
		if (!put_list(res, req->rest))
			uk_http_error(res, 404, "no value %s\n", req->rest);
		return;
	}
	if (!uk_store_readable(ref.entry)) {
		res->allow = UK_HTTP_PUT;
		uk_http_error(res, 405, "%s can only be set\n", req->rest);
	} else if (wants_text(req)) {
		get_text(&ref, res);
	} else {
		res->type = UK_HTTP_JSON;
		put_entry(res, &ref);
		uk_http_putc(res, '\n');
	}
	uk_store_ref_drop(&ref);
}

UK_HTTP_ROUTE(one, "/store/", UK_HTTP_GET, get_one);

#ifdef CONFIG_LIBUKMETRICS_SET
/* The text without the newline that an editor or echo put after it. */
static void set(const struct uk_store_ref *ref,
		const struct uk_http_request *req, struct uk_http_response *res)
{
	static char text[256], why[256];
	__sz len = req->body_len;

	if (len && req->body[len - 1] == '\n')
		len--;
	if (len >= sizeof(text) || memchr(req->body, '\0', len)) {
		uk_http_error(res, 422,
			      "that is no value: too long, or with "
			      "a NUL in it\n");
		return;
	}
	memcpy(text, req->body, len);
	text[len] = '\0';
	if (uk_store_set_text(ref->entry, text, why, sizeof(why)))
		uk_http_error(res, 422, "%s: %s\n", req->rest, why);
	else
		res->status = 204;
}

static void put_one(const struct uk_http_request *req,
		    struct uk_http_response *res)
{
	struct uk_store_ref ref;

	if (!uk_http_may_change(req, res, 0))
		return;
	if (uk_store_find(req->rest, &ref)) {
		uk_http_error(res, 404, "no value %s\n", req->rest);
		return;
	}
	if (ref.entry->set.u64) {
		set(&ref, req, res);
	} else {
		res->allow = UK_HTTP_GET;
		uk_http_error(res, 405, "%s cannot be set\n", req->rest);
	}
	uk_store_ref_drop(&ref);
}
#else
static void put_one(const struct uk_http_request *req __unused,
		    struct uk_http_response *res)
{
	uk_http_error(res, 403,
		      "this image was built without LIBUKMETRICS_SET\n");
}
#endif

UK_HTTP_ROUTE(put, "/store/", UK_HTTP_PUT, put_one);
