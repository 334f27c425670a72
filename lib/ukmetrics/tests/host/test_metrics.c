/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Numbers; names; both formats with a store of awkward values. That real
 * parsers accept the whole is shown by tests/test_http.py.
 *
 * HOST-SRCS: lib/ukmetrics/number.c lib/ukmetrics/name.c
 * HOST-SRCS: lib/ukmetrics/family.c lib/ukmetrics/format.c
 * HOST-SRCS: lib/ukmetrics/text.c
 * HOST-SRCS: lib/ukhttp/json.c lib/ukprint/snprintf.c lib/ukprint/double.c
 * HOST-FLAGS: -DCONFIG_LIBUKSTORE=1 -DCONFIG_LIBUKALLOC=1
 * HOST-FLAGS: -DCONFIG_LIBUKMETRICS_ENTRIES=64
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../metrics_internal.h"

/* --- numbers ---------------------------------------------------------------
 */

static void test_integers(void **state)
{
	char text[METRICS_NUMBER_MAX];

	metrics_u64(text, ~0UL);
	assert_string_equal(text, "18446744073709551615");
	metrics_u64(text, 0);
	assert_string_equal(text, "0");
	metrics_scaled(text, ~0UL, 9);
	assert_string_equal(text, "18446744073.709551615");
	metrics_scaled(text, 1, 9);
	assert_string_equal(text, "0.000000001");
	metrics_scaled(text, 1500000000, 9);
	assert_string_equal(text, "1.5");
	metrics_scaled(text, 3000000000, 9);
	assert_string_equal(text, "3");
	metrics_scaled(text, 0, 9);
	assert_string_equal(text, "0");
	metrics_scaled(text, ~0UL, 0);
	assert_string_equal(text, "18446744073709551615");
}

/* --- a store ----------------------------------------------------------------
 */

/* What a value of the store is here. */
struct cell {
	struct uk_store_entry e;
	struct uk_store_value v;
	int error;
	struct uk_store_object *obj;
};

static struct cell cells[80];
static unsigned int cell_count, held;

int uk_store_read(const struct uk_store_entry *e, struct uk_store_value *v)
{
	const struct cell *c = (const struct cell *)e;

	*v = c->v;
	return c->error;
}

void uk_store_value_free(const struct uk_store_entry *e,
			 struct uk_store_value *v)
{
}

int uk_store_foreach(int (*visit)(const struct uk_store_ref *ref, void *arg),
		     void *arg)
{
	for (unsigned int i = 0; i < cell_count; i++) {
		struct uk_store_ref ref = { &cells[i].e, cells[i].obj };
		int ret = visit(&ref, arg);

		if (ret)
			return ret;
	}
	return 0;
}

const char *uk_store_library(const char *libname)
{
	return strncmp(libname, "lib", 3) ? libname : libname + 3;
}

__u16 uk_libid(const char *libname)
{
	return 7;
}

struct uk_store_object *uk_store_obj_acquire(__u16 library_id, __u64 id)
{
	for (unsigned int i = 0; i < cell_count; i++)
		if (cells[i].obj && cells[i].obj->id == id) {
			held++;
			return cells[i].obj;
		}
	return NULL;
}

void uk_store_obj_release(struct uk_store_object *obj)
{
	held--;
}

static int get_u64(void *cookie, __u64 *out)
{
	return 0;
}

static struct cell *value(const char *library, const char *name,
			  enum uk_store_kind kind)
{
	struct cell *c = &cells[cell_count++];

	memset(c, 0, sizeof(*c));
	c->e.library = library;
	c->e.name = name;
	c->e.kind = kind;
	c->e.type = c->v.type = _UK_STORE_TYPE_u64;
	c->e.help = "h";
	c->e.get.u64 = get_u64;
	return c;
}

static struct cell *number(const char *library, const char *name,
			   enum uk_store_kind kind, __u64 v)
{
	struct cell *c = value(library, name, kind);

	c->v.u = v;
	return c;
}

static struct cell *of_object(struct uk_store_object *obj, const char *name,
			      __u64 v)
{
	struct cell *c = number(NULL, name, UK_STORE_GAUGE, v);

	c->obj = obj;
	return c;
}

static char body[8192];
static struct metrics_index ix;

static const char *written(int openmetrics)
{
	struct uk_http_response res = { .body = body,
					.size = sizeof(body) - 1 };

	assert_int_equal(metrics_collect(&ix), 0);
	metrics_write(&res, &ix, openmetrics);
	metrics_drop(&ix);
	assert_int_equal(held, 0);
	assert_false(res.full);
	body[res.len] = '\0';
	return body;
}

static void check(const char *text, const char *openmetrics)
{
	assert_string_equal(written(0), text);
	assert_string_equal(written(1), openmetrics);
	cell_count = 0;
}

static void test_kinds(void **state)
{
	static const __u64 bounds[] = { 5000000, 1000000000 };
	static __u64 counts[] = { 3, 2, 1 }, sum = 2500000001;
	static const struct uk_store_histogram hist = { bounds, counts, &sum,
							2 };
	struct cell *c;

	number("libukfoo", "level", UK_STORE_GAUGE, 17)->e.unit = "percent";
	number("libukfoo", "in_bytes", UK_STORE_COUNTER, ~0UL)->e.unit =
		"bytes";
	number("libukfoo", "seen_total", UK_STORE_COUNTER, 1);
	c = number("libukfoo", "cold", UK_STORE_GAUGE, (__u64)-5);
	c->v.type = c->e.type = _UK_STORE_TYPE_s64;
	c = number("libukfoo", "late", UK_STORE_GAUGE, (__u64)-1500);
	c->v.type = c->e.type = _UK_STORE_TYPE_s64;
	c->e.unit = "milliseconds";
	c = number("libukfoo", "load", UK_STORE_GAUGE, 0x3fb999999999999a);
	c->v.type = c->e.type = _UK_STORE_TYPE_dbl;
	c = value("libukfoo", "version_info", UK_STORE_INFO);
	c->v.type = c->e.type = _UK_STORE_TYPE_charp;
	c->v.text = "1.0";
	c = value("libukfoo", "wait", UK_STORE_GAUGE);
	c->v.type = c->e.type = _UK_STORE_TYPE_hist;
	c->v.hist = &hist;
	c->e.unit = "nanoseconds";
	check("# HELP vitrine_ukfoo_level_ratio h\n"
	      "# TYPE vitrine_ukfoo_level_ratio gauge\n"
	      "vitrine_ukfoo_level_ratio 0.17\n"
	      "# HELP vitrine_ukfoo_in_bytes_total h\n"
	      "# TYPE vitrine_ukfoo_in_bytes_total counter\n"
	      "vitrine_ukfoo_in_bytes_total 18446744073709551615\n"
	      "# HELP vitrine_ukfoo_seen_total h\n"
	      "# TYPE vitrine_ukfoo_seen_total counter\n"
	      "vitrine_ukfoo_seen_total 1\n"
	      "# HELP vitrine_ukfoo_cold h\n"
	      "# TYPE vitrine_ukfoo_cold gauge\n"
	      "vitrine_ukfoo_cold -5\n"
	      "# HELP vitrine_ukfoo_late_seconds h\n"
	      "# TYPE vitrine_ukfoo_late_seconds gauge\n"
	      "vitrine_ukfoo_late_seconds -1.5\n"
	      "# HELP vitrine_ukfoo_load h\n"
	      "# TYPE vitrine_ukfoo_load gauge\n"
	      "vitrine_ukfoo_load 0.1\n"
	      "# HELP vitrine_ukfoo_version_info h\n"
	      "# TYPE vitrine_ukfoo_version_info gauge\n"
	      "vitrine_ukfoo_version_info{version_info=\"1.0\"} 1\n"
	      "# HELP vitrine_ukfoo_wait_seconds h\n"
	      "# TYPE vitrine_ukfoo_wait_seconds histogram\n"
	      "vitrine_ukfoo_wait_seconds_bucket{le=\"0.005\"} 3\n"
	      "vitrine_ukfoo_wait_seconds_bucket{le=\"1\"} 5\n"
	      "vitrine_ukfoo_wait_seconds_bucket{le=\"+Inf\"} 6\n"
	      "vitrine_ukfoo_wait_seconds_sum 2.500000001\n"
	      "vitrine_ukfoo_wait_seconds_count 6\n",
	      "# HELP vitrine_ukfoo_level_ratio h\n"
	      "# TYPE vitrine_ukfoo_level_ratio gauge\n"
	      "# UNIT vitrine_ukfoo_level_ratio ratio\n"
	      "vitrine_ukfoo_level_ratio 0.17\n"
	      "# HELP vitrine_ukfoo_in_bytes h\n"
	      "# TYPE vitrine_ukfoo_in_bytes counter\n"
	      "# UNIT vitrine_ukfoo_in_bytes bytes\n"
	      "vitrine_ukfoo_in_bytes_total 18446744073709551615\n"
	      "# HELP vitrine_ukfoo_seen h\n"
	      "# TYPE vitrine_ukfoo_seen counter\n"
	      "vitrine_ukfoo_seen_total 1\n"
	      "# HELP vitrine_ukfoo_cold h\n"
	      "# TYPE vitrine_ukfoo_cold gauge\n"
	      "vitrine_ukfoo_cold -5\n"
	      "# HELP vitrine_ukfoo_late_seconds h\n"
	      "# TYPE vitrine_ukfoo_late_seconds gauge\n"
	      "# UNIT vitrine_ukfoo_late_seconds seconds\n"
	      "vitrine_ukfoo_late_seconds -1.5\n"
	      "# HELP vitrine_ukfoo_load h\n"
	      "# TYPE vitrine_ukfoo_load gauge\n"
	      "vitrine_ukfoo_load 0.1\n"
	      "# HELP vitrine_ukfoo_version h\n"
	      "# TYPE vitrine_ukfoo_version info\n"
	      "vitrine_ukfoo_version_info{version_info=\"1.0\"} 1\n"
	      "# HELP vitrine_ukfoo_wait_seconds h\n"
	      "# TYPE vitrine_ukfoo_wait_seconds histogram\n"
	      "# UNIT vitrine_ukfoo_wait_seconds seconds\n"
	      "vitrine_ukfoo_wait_seconds_bucket{le=\"0.005\"} 3\n"
	      "vitrine_ukfoo_wait_seconds_bucket{le=\"1.0\"} 5\n"
	      "vitrine_ukfoo_wait_seconds_bucket{le=\"+Inf\"} 6\n"
	      "vitrine_ukfoo_wait_seconds_sum 2.500000001\n"
	      "vitrine_ukfoo_wait_seconds_count 6\n"
	      "# EOF\n");
}

static void test_awkward_texts(void **state)
{
	static const struct uk_store_label labels[] = {
		{ "a-b", "1" }, { "a.b", "twice" }, { "object", "o" },
		{ "le", "l" },	{ "__x", "" },	    { "", "e" },
		{ "9", "n" },	{ NULL, NULL },
	};
	static struct uk_store_object obj = {
		.id = 1,
		.name = "q\"b\\n\nu\xff\xc3\xa4",
		.library = "libuk-x",
		.labels = labels,
	};
	struct cell *c = of_object(&obj, "a b", 1);

	c->e.help = "say \"\\\n\"\xc3";
	check("# HELP vitrine_uk_x_a_b say \"\\\\\\n\"\xef\xbf\xbd\n"
	      "# TYPE vitrine_uk_x_a_b gauge\n"
	      "vitrine_uk_x_a_b{object=\"q\\\"b\\\\n\\nu\xef\xbf\xbd\xc3\xa4\","
	      "a_b=\"1\",label_object=\"o\",label_le=\"l\",label___x=\"\","
	      "label_=\"e\",label_9=\"n\"} 1\n",
	      "# HELP vitrine_uk_x_a_b say \\\"\\\\\\n\\\"\xef\xbf\xbd\n"
	      "# TYPE vitrine_uk_x_a_b gauge\n"
	      "vitrine_uk_x_a_b{object=\"q\\\"b\\\\n\\nu\xef\xbf\xbd\xc3\xa4\","
	      "a_b=\"1\",label_object=\"o\",label_le=\"l\",label___x=\"\","
	      "label_=\"e\",label_9=\"n\"} 1\n"
	      "# EOF\n");
	number("libuk", "", UK_STORE_COUNTER, 1);
	number("libuk", "total", UK_STORE_COUNTER, 1)->e.help = NULL;
	number("libuk", "bytes", UK_STORE_GAUGE, 1)->e.unit = "bytes";
	check("# HELP vitrine_uk__total h\n# TYPE vitrine_uk__total counter\n"
	      "vitrine_uk__total 1\n"
	      "# HELP vitrine_uk_total total\n"
	      "# TYPE vitrine_uk_total counter\nvitrine_uk_total 1\n"
	      "# HELP vitrine_uk_bytes h\n# TYPE vitrine_uk_bytes gauge\n"
	      "vitrine_uk_bytes 1\n",
	      "# HELP vitrine_uk_ h\n# TYPE vitrine_uk_ counter\n"
	      "vitrine_uk__total 1\n"
	      "# HELP vitrine_uk total\n"
	      "# TYPE vitrine_uk counter\nvitrine_uk_total 1\n"
	      "# HELP vitrine_uk_bytes h\n# TYPE vitrine_uk_bytes gauge\n"
	      "# UNIT vitrine_uk_bytes bytes\n"
	      "vitrine_uk_bytes 1\n# EOF\n");
}

/* Objects come one by one, families are written together. A label may name one.
 */
static void test_families(void **state)
{
	static struct uk_store_object x = { .id = 1,
					    .name = "x",
					    .library = "libf" };
	static const struct uk_store_label labels[] = { { "cpu", "1" }, { 0 } };
	static struct uk_store_object y = {
		.id = 2, .name = "cpu1", .labels = labels, .library = "libf"
	};
	static const char text[] = "# HELP vitrine_f_a h\n"
				   "# TYPE vitrine_f_a gauge\n"
				   "vitrine_f_a 1\n"
				   "vitrine_f_a{object=\"x\"} 2\n"
				   "vitrine_f_a{cpu=\"1\"} 4\n"
				   "# HELP vitrine_f_b h\n"
				   "# TYPE vitrine_f_b gauge\n"
				   "vitrine_f_b{object=\"x\"} 3\n"
				   "vitrine_f_b{cpu=\"1\"} 5\n";
	char openmetrics[sizeof(text) + 6];

	sprintf(openmetrics, "%s# EOF\n", text);
	number("libf", "a", UK_STORE_GAUGE, 1);
	of_object(&x, "a", 2);
	of_object(&x, "b", 3);
	of_object(&y, "a", 4);
	of_object(&y, "b", 5);
	check(text, openmetrics);
}

static void test_left_out(void **state)
{
	static struct uk_store_object x = { .id = 1,
					    .name = "x",
					    .library = "libf" };
	char name[300];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	number("libf", "a_bytes", UK_STORE_GAUGE, 1);
	number("libf", "a", UK_STORE_GAUGE, 2)->e.unit = "bytes"; /* twice */
	number("libf", "b-c", UK_STORE_GAUGE, 3);
	number("libf", "b_c", UK_STORE_COUNTER, 4); /* of another kind */
	number("libf", name, UK_STORE_GAUGE, 5);
	of_object(&x, "b.c", 6)->e.kind = UK_STORE_INFO;
	number("libf", "bad", UK_STORE_GAUGE, 7)->error = -EFAULT;
	value("libf", "write_only", UK_STORE_GAUGE)->e.get.u64 = NULL;
	written(0);
	assert_int_equal(ix.conflicts, 4);
	check("# HELP vitrine_f_a_bytes h\n# TYPE vitrine_f_a_bytes gauge\n"
	      "vitrine_f_a_bytes 1\n"
	      "# HELP vitrine_f_b_c h\n# TYPE vitrine_f_b_c gauge\n"
	      "vitrine_f_b_c 3\n",
	      "# HELP vitrine_f_a_bytes h\n# TYPE vitrine_f_a_bytes gauge\n"
	      "vitrine_f_a_bytes 1\n"
	      "# HELP vitrine_f_b_c h\n# TYPE vitrine_f_b_c gauge\n"
	      "vitrine_f_b_c 3\n# EOF\n");
}

/* Prometheus refuses the whole text if two labels of a value, or two values
 * with their labels, have one name.
 */
/* Families of which one has a sample that is called as the other; that which
 * comes first is written.
 */
static void test_samples_of_one_name(void **state)
{
	static const __u64 bounds[] = { 1 };
	static __u64 counts[2], sum;
	static const struct uk_store_histogram hist = { bounds, counts, &sum,
							1 };
	static const struct {
		const char *first, *second;
		unsigned int conflicts;
	} cases[] = {
		{ "counter x", "gauge x_total", 1 },
		{ "gauge x_total", "counter x", 1 },
		{ "gauge x_total", "counter x_total", 1 },
		{ "gauge x_total", "info x", 0 },
		{ "info x", "gauge x_info", 1 },
		{ "histogram h", "gauge h_count", 1 },
		{ "gauge h_sum", "histogram h", 1 },
		{ "counter h_bucket", "histogram h",
		  1 }, /* OpenMetrics' name */
		{ "histogram h", "gauge h_bucket", 1 },
		{ "gauge h_count_total", "counter h_count", 1 },
		{ "histogram h", "gauge h_max", 0 },
		{ "gauge _total", "gauge _count", 0 },
		{ "counter a", "counter a_count", 0 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const both[] = { cases[i].first, cases[i].second };

		for (unsigned int k = 0; k < 2; k++) {
			const char *name = strchr(both[k], ' ') + 1;
			struct cell *c =
				number("libf", name, UK_STORE_GAUGE, 1);

			if (*both[k] == 'c')
				c->e.kind = UK_STORE_COUNTER;
			if (*both[k] == 'i')
				c->e.kind = UK_STORE_INFO;
			if (*both[k] != 'h')
				continue;
			c->e.type = c->v.type = _UK_STORE_TYPE_hist;
			c->v.hist = &hist;
		}
		written(0);
		assert_int_equal(ix.conflicts, cases[i].conflicts);
		assert_true(ix.conflicts ||
			    strstr(body, strchr(both[1], ' ') + 1));
		cell_count = 0;
	}
}

static void test_labels_of_one_name(void **state)
{
	static const struct uk_store_label of[][4] = {
		{ { "version", "label" } },
		{ { "object", "x" }, { "label_object", "y" } },
		{ { "label_le", "y" }, { "le", "x" }, { "l.e", "z" } },
		{ { "-_x", "1" }, { "\xc3\xa9x", "2" }, { "label___x", "3" } },
		{ { "a.b", "1" } },
		{ { "a-b", "1" } },
		{ { "a-b", "2" } },
	};
	static struct uk_store_object objects[ARRAY_SIZE(of)];
	struct cell *info;

	for (unsigned int i = 0; i < ARRAY_SIZE(of); i++) {
		objects[i] = (struct uk_store_object){
			.id = i + 1,
			.name = "o",
			.library = "libf",
			.labels = of[i],
		};
		of_object(&objects[i], "n", i);
	}
	of_object(&objects[6], "m", 6);
	info = of_object(&objects[0], "version", 1);
	info->e.kind = UK_STORE_INFO;
	info->e.type = info->v.type = _UK_STORE_TYPE_charp;
	info->v.text = (char *)"text";
	assert_string_equal(
		written(0),
		"# HELP vitrine_f_n h\n# TYPE vitrine_f_n gauge\n"
		"vitrine_f_n{object=\"o\",version=\"label\"} 0\n"
		"vitrine_f_n{object=\"o\",label_object=\"x\"} 1\n"
		"vitrine_f_n{object=\"o\",label_le=\"y\",l_e=\"z\"} 2\n"
		"vitrine_f_n{object=\"o\",label___x=\"1\"} 3\n"
		"vitrine_f_n{object=\"o\",a_b=\"1\"} 4\n"
		"vitrine_f_n{object=\"o\",a_b=\"2\"} 6\n"
		"# HELP vitrine_f_m h\n# TYPE vitrine_f_m gauge\n"
		"vitrine_f_m{object=\"o\",a_b=\"2\"} 6\n");
	/* two labels; a value of a twin; an info like a label */
	assert_int_equal(ix.conflicts, 2 + 2 + 1 + 1);
	cell_count = 0;
}

static void text(struct cell *c, const char *v)
{
	c->e.kind = UK_STORE_INFO;
	c->e.type = c->v.type = _UK_STORE_TYPE_charp;
	c->v.text = (char *)v;
}

/* Values of a series have one name and a label; texts of one are one value. */
static void test_series(void **state)
{
	static const struct uk_store_label colour[] = { { "sort", "y" },
							{ NULL, NULL } };
	static struct uk_store_object x = {
		.id = 1, .name = "x", .library = "libf", .labels = colour
	};
	const struct uk_store_series *image =
		UK_STORE_SERIES("build", "which image", NULL, NULL);
	struct cell *c;
	__u64 conflicts;

	number("libf", "a", UK_STORE_COUNTER, 1)->e.series =
		UK_STORE_SERIES("f_sorts", "by sort", "sort", "a");
	text(c = value("libf", "application", UK_STORE_INFO), "app \"1\"");
	c->e.series = image;
	number("libf", "b", UK_STORE_COUNTER, 2)->e.series =
		UK_STORE_SERIES("f_sorts", "by sort", "sort", "b\\");
	number("libf", "b2", UK_STORE_COUNTER, 3)->e.series = UK_STORE_SERIES(
		"f_sorts", "by sort", "sort", "b\\"); /* twice */
	number("libf", "sorts", UK_STORE_COUNTER, 4); /* of no sort */
	text(c = value("libf", "appli-cation", UK_STORE_INFO), "1");
	c->e.series = image;
	text(c = value("libf", "le", UK_STORE_INFO), "2");
	c->e.series = image;
	text(c = value("libf", "appli_cation", UK_STORE_INFO), "again");
	c->e.series = image;
	text(c = value("libf", "bad", UK_STORE_INFO), "");
	c->e.series = image;
	c->error = -EIO;
	of_object(&x, "b", 5)->e.series =
		UK_STORE_SERIES("f_of", "of an object", "way", "out");
	of_object(&x, "c", 6)->e.series =
		UK_STORE_SERIES("f_of", "of an object", "way", "in");
	of_object(&x, "d", 7)->e.series = /* the object has that label */
		UK_STORE_SERIES("f_of", "of an object", "sort", "in");
	written(0);
	conflicts = ix.conflicts;
	check("# HELP vitrine_f_sorts_total by sort\n"
	      "# TYPE vitrine_f_sorts_total counter\n"
	      "vitrine_f_sorts_total{sort=\"a\"} 1\n"
	      "vitrine_f_sorts_total{sort=\"b\\\\\"} 2\n"
	      "vitrine_f_sorts_total 4\n"
	      "# HELP vitrine_build_info which image\n"
	      "# TYPE vitrine_build_info gauge\n"
	      "vitrine_build_info{application=\"app \\\"1\\\"\","
	      "appli_cation=\"1\",label_le=\"2\"} 1\n"
	      "# HELP vitrine_f_of of an object\n"
	      "# TYPE vitrine_f_of gauge\n"
	      "vitrine_f_of{object=\"x\",sort=\"y\",way=\"out\"} 5\n"
	      "vitrine_f_of{object=\"x\",sort=\"y\",way=\"in\"} 6\n",
	      "# HELP vitrine_f_sorts by sort\n"
	      "# TYPE vitrine_f_sorts counter\n"
	      "vitrine_f_sorts_total{sort=\"a\"} 1\n"
	      "vitrine_f_sorts_total{sort=\"b\\\\\"} 2\n"
	      "vitrine_f_sorts_total 4\n"
	      "# HELP vitrine_build which image\n"
	      "# TYPE vitrine_build info\n"
	      "vitrine_build_info{application=\"app \\\"1\\\"\","
	      "appli_cation=\"1\",label_le=\"2\"} 1\n"
	      "# HELP vitrine_f_of of an object\n"
	      "# TYPE vitrine_f_of gauge\n"
	      "vitrine_f_of{object=\"x\",sort=\"y\",way=\"out\"} 5\n"
	      "vitrine_f_of{object=\"x\",sort=\"y\",way=\"in\"} 6\n"
	      "# EOF\n");
	assert_int_equal(conflicts, 1 + 1 + 1);
}

/* A label that is the object's name takes the place of `object`. */
static void test_named_objects(void **state)
{
	static char name[] = "x";
	static const struct uk_store_label labels[] = { { "heap", name },
							{ "more", "y" },
							{ NULL, NULL } };
	static struct uk_store_object x = {
		.id = 1, .name = name, .library = "libf", .labels = labels
	};

	of_object(&x, "n", 1);
	check("# HELP vitrine_f_n h\n# TYPE vitrine_f_n gauge\n"
	      "vitrine_f_n{heap=\"x\",more=\"y\"} 1\n",
	      "# HELP vitrine_f_n h\n# TYPE vitrine_f_n gauge\n"
	      "vitrine_f_n{heap=\"x\",more=\"y\"} 1\n# EOF\n");
}

static void test_bounds(void **state)
{
	struct uk_http_response res = { .body = body };
	char names[70][8];
	__sz whole;

	for (int i = 0; i < 64; i++) {
		sprintf(names[i], "n%d", i);
		number("libf", names[i], UK_STORE_GAUGE, 1);
	}
	whole = strlen(written(1));
	for (res.size = 0; res.size <= whole; res.size++) {
		res.len = 0;
		res.full = 0;
		assert_int_equal(metrics_collect(&ix), 0);
		metrics_write(&res, &ix, 1);
		assert_int_equal(res.full, res.size < whole);
		assert_true(res.len <= res.size);
	}
	number("libf", "one_more", UK_STORE_GAUGE, 1);
	assert_int_equal(metrics_collect(&ix), -ENOSPC);
	metrics_drop(&ix);
	cell_count = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_awkward_texts),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_samples_of_one_name),
		cmocka_unit_test(test_labels_of_one_name),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_named_objects),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
