/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Prometheus' text format 0.0.4 and OpenMetrics 1.0. They differ in the names
 * of families, in units, in how help is escaped, and in the end.
 */
#include <string.h>
#include "metrics_internal.h"

static const char *const types[] = {
	[METRICS_GAUGE] = "gauge",
	[METRICS_COUNTER] = "counter",
	[METRICS_INFO] = "info",
	[METRICS_HISTOGRAM] = "histogram",
};

static const char *const suffixes[] = {
	[METRICS_GAUGE] = "",
	[METRICS_COUNTER] = "_total",
	[METRICS_INFO] = "_info",
	[METRICS_HISTOGRAM] = "",
};

/* What is being written. */
struct writer {
	struct uk_http_response *res;
	int openmetrics;
	struct metrics_name name;
	struct metrics_index *ix;
	const struct metrics_item *item;
	char before; /* what stands in front of the next label */
};

static void put_label(struct writer *w, const char *prefix, const char *name,
		      const char *value)
{
	uk_http_putc(w->res, w->before);
	uk_http_puts(w->res, prefix);
	metrics_identifier(w->res, name);
	uk_http_puts(w->res, "=\"");
	metrics_text(w->res, value, 1);
	uk_http_putc(w->res, '"');
	w->before = ',';
}

/* The first of an object's labels, before `end` if not NULL, that is written
 * with a name.
 */
static const struct uk_store_label *
label_named(const struct uk_store_object *obj, const char *name,
	    const struct uk_store_label *end)
{
	for (const struct uk_store_label *l = obj ? obj->labels : __NULL;
	     l && l != end && l->name; l++)
		if (metrics_same_label(l->name, name))
			return l;
	return __NULL;
}

/* Whether a label says what the object is: as its value, or as cpu="0" of cpu0.
 */
static int is_named(const struct uk_store_object *obj)
{
	for (const struct uk_store_label *l = obj->labels; l && l->name; l++) {
		__sz len = strlen(l->name);

		if (l->value == obj->name ||
		    (!strncmp(obj->name, l->name, len) &&
		     !strcmp(obj->name + len, l->value)))
			return 1;
	}
	return 0;
}

/* A label of a name that an earlier one has is left out. Returns how many. */
static unsigned int put_labels(struct writer *w,
			       const struct uk_store_object *obj)
{
	unsigned int left_out = 0;

	if (!is_named(obj))
		put_label(w, "", "object", obj->name);
	for (const struct uk_store_label *l = obj->labels; l && l->name; l++)
		if (label_named(obj, l->name, l))
			left_out++;
		else
			put_label(w, metrics_label_prefix(l->name), l->name,
				  l->value);
	return left_out;
}

/* Two objects of one library whose labels are written alike would have two
 * values of one name: enters an object, or returns -EEXIST.
 */
static int enter(struct writer *w, __u32 number)
{
	struct metrics_item *items = w->ix->items, *own = &items[number - 1];
	const char *body = w->res->body, *labels = body + own->labels_at;
	__u32 at = metrics_hash(labels, own->labels_len) % METRICS_SLOTS;
	const struct metrics_item *other;

	for (; w->ix->slots[at]; at = (at + 1) % METRICS_SLOTS) {
		other = &items[w->ix->slots[at] - 1];
		if (other->labels_len == own->labels_len &&
		    !memcmp(body + other->labels_at, labels, own->labels_len) &&
		    !strcmp(metrics_library(other), metrics_library(own)))
			return -EEXIST;
	}
	w->ix->slots[at] = number;
	return 0;
}

/* name{object="…",label="…"; an object's labels are copied from where they were
 * written before. -EEXIST, and nothing, if another object has the same.
 */
static int begin_object(struct writer *w, const char *suffix)
{
	struct metrics_item *holder = &w->ix->items[w->item->holder - 1];
	__sz line = w->res->len;
	unsigned int left_out;

	if (holder->is_twin)
		return -EEXIST;
	uk_http_write(w->res, w->name.text, w->name.len);
	uk_http_puts(w->res, suffix);
	w->before = '{';
	if (!holder->obj)
		return 0;
	if (holder->labels_len) {
		uk_http_write(w->res, w->res->body + holder->labels_at,
			      holder->labels_len);
		w->before = ',';
		return 0;
	}
	holder->labels_at = w->res->len;
	left_out = put_labels(w, holder->obj);
	if (w->res->full)
		return 0;
	holder->labels_len = (__u32)(w->res->len - holder->labels_at);
	if (!enter(w, w->item->holder)) {
		w->ix->conflicts += left_out;
		return 0;
	}
	holder->is_twin = 1;
	w->res->len = line;
	return -EEXIST;
}

/* The same, and the label of a value of a series. */
static int begin(struct writer *w, const char *suffix)
{
	const struct uk_store_label *l = metrics_series_label(w->item->e);

	if ((l && label_named(w->item->obj, l->name, __NULL)) ||
	    begin_object(w, suffix))
		return -EEXIST;
	if (l)
		put_label(w, metrics_label_prefix(l->name), l->name, l->value);
	return 0;
}

/* } value */
static void end(struct writer *w, const char *value)
{
	if (w->before == ',')
		uk_http_putc(w->res, '}');
	uk_http_putc(w->res, ' ');
	uk_http_puts(w->res, value);
	uk_http_putc(w->res, '\n');
}

static int put_sample(struct writer *w, const char *value)
{
	if (begin(w, suffixes[w->name.type]))
		return -EEXIST;
	end(w, value);
	return 0;
}

static int put_count(struct writer *w, const char *suffix, const char *bound,
		     __u64 value)
{
	char number[METRICS_NUMBER_MAX];

	if (begin(w, suffix))
		return -EEXIST;
	if (bound)
		put_label(w, "", "le", bound);
	metrics_u64(number, value);
	end(w, number);
	return 0;
}

/* Counts are read once, so that they agree with each other. A bound reads as a
 * floating point number does in OpenMetrics.
 */
static int put_histogram(struct writer *w, const struct uk_store_histogram *h)
{
	char number[METRICS_NUMBER_MAX];
	__u64 sum = UK_READ_ONCE(*h->sum), count = 0;

	for (__u64 i = 0; i < h->size; i++) {
		count += UK_READ_ONCE(h->counts[i]);
		metrics_scaled(number, h->bounds[i], w->name.places);
		if (w->openmetrics && !strchr(number, '.'))
			strcat(number, ".0");
		if (put_count(w, "_bucket", number, count))
			return -EEXIST;
	}
	count += UK_READ_ONCE(h->counts[h->size]);
	if (put_count(w, "_bucket", "+Inf", count) || begin(w, "_sum"))
		return -EEXIST;
	metrics_scaled(number, sum, w->name.places);
	end(w, number);
	return put_count(w, "_count", __NULL, count);
}

/* name_info{…,name="text"} 1; -EEXIST if the object has a label of that name */
static int put_info(struct writer *w, const char *text)
{
	const char *name = w->item->e->name;

	if (label_named(w->item->obj, name, __NULL) ||
	    begin(w, suffixes[METRICS_INFO]))
		return -EEXIST;
	put_label(w, metrics_label_prefix(name), name, text);
	end(w, "1");
	return 0;
}

/* A number of any type, its point moved. */
static void number_of(const struct uk_store_value *v, unsigned int places,
		      char *number)
{
	if (v->type == _UK_STORE_TYPE_dbl)
		uk_double_text(number, v->dbl);
	else if (v->type == _UK_STORE_TYPE_u64)
		metrics_scaled(number, v->u, places);
	else if (v->s < 0)
		*number = '-', metrics_scaled(number + 1, -(__u64)v->s, places);
	else
		metrics_scaled(number, (__u64)v->s, places);
}

static int put_value(struct writer *w)
{
	const struct uk_store_entry *e = w->item->e;
	char number[METRICS_NUMBER_MAX];
	struct uk_store_value v;
	int ret = uk_store_read(e, &v);

	if (ret)
		return ret == -EEXIST ? -EIO : ret; /* the getter's own */
	if (v.type == _UK_STORE_TYPE_hist)
		return put_histogram(w, v.hist);
	if (v.type != _UK_STORE_TYPE_charp)
		number_of(&v, w->name.places, number);
	if (w->name.type == METRICS_INFO)
		ret = put_info(w, v.type == _UK_STORE_TYPE_charp ? v.text
								 : number);
	else
		ret = put_sample(w, number);
	uk_store_value_free(e, &v);
	return ret;
}

static void put_comment(struct writer *w, const char *what, const char *text,
			int quote)
{
	uk_http_puts(w->res, what);
	uk_http_write(w->res, w->name.text, w->name.len);
	if (!w->openmetrics)
		uk_http_puts(w->res, suffixes[w->name.type]);
	uk_http_putc(w->res, ' ');
	metrics_text(w->res, text, quote);
	uk_http_putc(w->res, '\n');
}

static void put_comments(struct writer *w)
{
	const struct uk_store_entry *e = w->item->e;
	const char *type = types[w->name.type];

	if (w->name.type == METRICS_INFO && !w->openmetrics)
		type = "gauge";
	put_comment(w, "# HELP ",
		    e->series ? e->series->help
		    : e->help ? e->help
			      : e->name,
		    w->openmetrics);
	put_comment(w, "# TYPE ", type, 0);
	if (w->name.unit && w->openmetrics)
		put_comment(w, "# UNIT ", w->name.unit, 0);
}

/* Texts of a series are the labels of one value. Goes on to the last of them;
 * returns how many could not be read.
 */
static __u64 put_texts(struct writer *w)
{
	const struct uk_store_object *obj = w->item->obj;
	__sz line = w->res->len;
	__u64 failed = 0;
	struct uk_store_value v;
	int ret = begin(w, suffixes[METRICS_INFO]);

	for (;; w->item = &w->ix->items[w->item->next - 1]) {
		const struct uk_store_entry *e = w->item->e;

		if (ret || label_named(obj, e->name, __NULL)) {
			w->ix->conflicts++;
		} else if (uk_store_read(e, &v)) {
			failed++;
		} else {
			put_label(w, metrics_label_prefix(e->name), e->name,
				  v.type == _UK_STORE_TYPE_charp ? v.text : "");
			uk_store_value_free(e, &v);
		}
		if (!w->item->next ||
		    w->ix->items[w->item->next - 1].obj != obj)
			break;
	}
	if (!ret && w->before == ',')
		end(w, "1");
	else
		w->res->len = line;
	return failed;
}

/* A family without a value is not written. */
static __u64 put_family(struct writer *w, __u32 number)
{
	const struct metrics_index *ix = w->ix;
	__sz before = w->res->len, empty;
	__u64 failed = 0;
	int ret;

	w->item = &ix->items[number - 1];
	metrics_name(&w->name, metrics_library(w->item), w->item->e);
	put_comments(w);
	empty = w->res->len;
	for (; number && !w->res->full; number = w->item->next) {
		w->item = &ix->items[number - 1];
		if (w->item->e->series && w->name.type == METRICS_INFO) {
			failed += put_texts(w);
			continue;
		}
		ret = put_value(w);
		if (ret == -EEXIST)
			w->ix->conflicts++;
		else
			failed += ret && ret != -ENODEV; /* it went meanwhile */
	}
	if (w->res->len == empty && !w->res->full)
		w->res->len = before;
	return failed;
}

__u64 metrics_write(struct uk_http_response *res, struct metrics_index *ix,
		    int openmetrics)
{
	struct writer w = { .res = res, .openmetrics = openmetrics, .ix = ix };
	__u64 failed = 0;

	memset(ix->slots, 0, sizeof(ix->slots));
	for (__u32 n = ix->first; n && !res->full; n = ix->items[n - 1].family)
		failed += put_family(&w, n);
	if (openmetrics)
		uk_http_puts(res, "# EOF\n");
	return failed;
}
