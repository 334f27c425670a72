/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Entries, objects, paths, conversions, texts. Doubles are compared with the
 * host's printf and strtod. Getters that fault are tested in the guest.
 *
 * HOST-SRCS: lib/ukstore/find.c lib/ukstore/value.c lib/ukstore/text.c
 * HOST-SRCS: lib/ukstore/histogram.c lib/ukstore/object.c lib/ukevent/event.c
 * HOST-SRCS: lib/ukstore/create.c lib/ukstore/decimal.c lib/ukcore/errno_name.c
 * HOST-SRCS: lib/ukprint/snprintf.c lib/ukprint/double.c lib/ukstore/sort.c
 * HOST-FLAGS: -include lib/ukstore/tests/host/lcpu.h
 * HOST-FLAGS: -DCONFIG_LIBUKSTORE=1 -DCONFIG_LIBUKALLOC=1
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/alloc.h>
#include "../../store_internal.h"

int store_guarded(int (*fn)(void *arg), void *arg)
{
	return fn(arg);
}

static int may_allocate;

int store_may_allocate(void)
{
	return may_allocate;
}

static long allocated;
static int out_of_memory;

void *uk_malloc(struct uk_alloc *a, __sz size)
{
	if (out_of_memory)
		return NULL;
	allocated++;
	return malloc(size);
}

void *uk_calloc(struct uk_alloc *a, __sz n, __sz size)
{
	if (out_of_memory)
		return NULL;
	allocated++;
	return calloc(n, size);
}

void uk_free(struct uk_alloc *a, void *ptr)
{
	allocated -= !!ptr;
	free(ptr);
}

struct uk_alloc *uk_alloc_get_default(void)
{
	return NULL;
}

/* --- static entries ------------------------------------------------------ */

static __s8 small = -5;
static __u64 large = 1UL << 40;
static int fail;

static int get_small(void *cookie, __s8 *out)
{
	assert_null(cookie);
	*out = small;
	return fail;
}

static int set_small(void *cookie, __s8 in)
{
	small = in;
	return 0;
}

static int get_large(void *cookie, __u64 *out)
{
	*out = large;
	return 0;
}

static int set_large(void *cookie, __u64 in)
{
	large = in;
	return 0;
}

static int get_text(void *cookie, char **out)
{
	*out = uk_malloc(NULL, 6);
	memcpy(*out, "hello", 6);
	return 0;
}

static int get_const(void *cookie, char **out)
{
	*out = "constant";
	return 0;
}

static double real;

static int get_real(void *cookie, double *out)
{
	*out = real;
	return 0;
}

static int set_real(void *cookie, const double *in)
{
	if (*in == 31337.125)
		return -EINVAL;
	real = *in;
	return 0;
}

UK_STORE_HISTOGRAM(times, 10, 100, 1000);

static int get_times(void *cookie, const struct uk_store_histogram **out)
{
	*out = &times;
	return 0;
}

UK_STORE_STATIC_ENTRY(7, small, s8, get_small, set_small);
UK_STORE_STATIC_ENTRY_INFO(3, large, u64, get_large, set_large,
			   .kind = UK_STORE_COUNTER, .unit = "bytes",
			   .help = "a number", .max = 1000);
UK_STORE_STATIC_ENTRY(0x10 + 1, text, charp, get_text, NULL);
UK_STORE_STATIC_ENTRY_INFO(18, text2, charp, get_const, NULL,
			   .flags = UK_STORE_ENTRY_FLAG_CONST,
			   .kind = UK_STORE_INFO);
UK_STORE_STATIC_ENTRY(19, real, dbl, get_real, set_real);
UK_STORE_STATIC_ENTRY(20, times, hist, get_times, NULL);
UK_STORE_STATIC_ENTRY(21, nothing, u8, NULL, NULL);

/* Libraries whose names begin alike, in whatever order the linker makes. */
#undef __LIBNAME__
#define __LIBNAME__ "libtest2"
UK_STORE_STATIC_ENTRY(1, a, u64, get_large, NULL);
#undef __LIBNAME__
#define __LIBNAME__ "libtest_more"
UK_STORE_STATIC_ENTRY(2, z_last, u64, get_large, NULL);
UK_STORE_STATIC_ENTRY(3, z, u64, get_large, NULL);
#undef __LIBNAME__
#define __LIBNAME__ "apptest"
UK_STORE_STATIC_ENTRY(4, b, u64, get_large, NULL);
#undef __LIBNAME__
#define __LIBNAME__ "libtest"

static const struct uk_store_entry *find(const char *path)
{
	struct uk_store_ref ref;

	if (uk_store_find(path, &ref))
		return NULL;
	assert_null(ref.object);
	return ref.entry;
}

static void test_paths(void **state)
{
	static const char *const none[] = {
		"",
		"/",
		"test",
		"test/",
		"/small",
		"test/smal",
		"test/small2",
		"tes/small",
		"test/a",
		"libtes/a",
		"test/small/",
		"test//small",
		"other/small",
		"test/x/y",
	};
	char path[64];
	int n = 0;

	uk_table_foreach (store, e) {
		struct uk_store_ref ref = { e, NULL };
		int len = uk_store_path(&ref, path, sizeof(path));

		assert_int_equal(len, strlen(path));
		assert_ptr_equal(find(path), e);
		assert_ptr_equal(
			uk_store_static_entry_get(uk_libid(e->library), e->id),
			e);
		n++;
	}
	assert_int_equal(n, 11);
	assert_string_equal(find("test_more/z_last")->name, "z_last");
	assert_non_null(find("apptest/b"));
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_null(find(none[i]));
	assert_null(uk_store_static_entry_get(uk_libid("libtest"), 99));
	assert_null(uk_store_static_entry_get(uk_libid("libnone"), 1));
	assert_int_equal(uk_libid_self(), uk_libid("libtest"));
}

static void test_numbers(void **state)
{
	const struct uk_store_entry *e = find("test/small");
	__u8 u8;
	__s16 s16;
	__u64 u64;
	char *text;

	small = -5;
	assert_int_equal(uk_store_get_value(e, s16, &s16), 0);
	assert_int_equal(s16, -5);
	assert_int_equal(uk_store_get_value(e, u8, &u8), -ERANGE);
	assert_int_equal(uk_store_get_value(e, u64, &u64), -ERANGE);
	assert_int_equal(uk_store_get_value(e, charp, &text), -EINVAL);
	assert_int_equal(uk_store_set_value(e, s64, -128), 0);
	assert_int_equal(small, -128);
	assert_int_equal(uk_store_set_value(e, s64, -129), -ERANGE);
	assert_int_equal(uk_store_set_value(e, u64, 127), 0);
	assert_int_equal(uk_store_set_value(e, u64, 128), -ERANGE);
	assert_int_equal(uk_store_set_value(e, u64, ~0UL), -ERANGE);
	assert_int_equal(uk_store_set_value(e, charp, "5"), -EINVAL);
	assert_int_equal(small, 127);
	assert_int_equal(uk_store_get_value(e, u8, &u8), 0);
	assert_int_equal(u8, 127);

	e = find("test/large");
	large = ~0UL;
	assert_int_equal(uk_store_get_value(e, u64, &u64), 0);
	assert_true(u64 == ~0UL);
	assert_int_equal(uk_store_get_value(e, s64, (__s64 *)&u64), -ERANGE);
	assert_int_equal(uk_store_set_value(e, s8, -1), -ERANGE);
	assert_int_equal(uk_store_set_value(e, u16, 1001), -ERANGE);
	assert_int_equal(uk_store_set_value(e, u16, 1000), 0);
	assert_int_equal(large, 1000);
	e = find("test/nothing");
	assert_int_equal(uk_store_get_value(e, u8, &u8), -ENOTSUP);
	assert_int_equal(uk_store_set_value(e, u8, 1), -ENOTSUP);
	assert_int_equal(uk_store_get_value(find("test/text"), u8, &u8),
			 -EINVAL);
	assert_int_equal(allocated, 0);
	/* A getter that fails is counted. */
	u64 = uk_store_stats.failed;
	fail = -EAGAIN;
	assert_int_equal(uk_store_get_value(find("test/small"), s16, &s16),
			 -EAGAIN);
	fail = 0;
	assert_int_equal(uk_store_stats.failed, u64 + 1);
}

static const char *text_of(const char *path)
{
	static char text[512];

	assert_true(uk_store_get_text(find(path), text, sizeof(text)) >= 0);
	return text;
}

static void test_texts(void **state)
{
	char why[64];

	small = -5;
	large = 12;
	assert_string_equal(text_of("test/small"), "-5");
	assert_string_equal(text_of("test/large"), "12");
	assert_string_equal(text_of("test/text"), "hello");
	assert_string_equal(text_of("test/text2"), "constant");
	assert_int_equal(allocated, 0);

	assert_int_equal(uk_store_set_text(find("test/small"), "-17", NULL, 0),
			 0);
	assert_int_equal(small, -17);
	assert_int_equal(
		uk_store_set_text(find("test/small"), "128", why, sizeof(why)),
		-ERANGE);
	assert_string_equal(why, "\"128\" is not -128 to 127");
	assert_int_equal(
		uk_store_set_text(find("test/small"), "1x", why, sizeof(why)),
		-EINVAL);
	assert_string_equal(why, "\"1x\" is not -128 to 127");
	assert_int_equal(
		uk_store_set_text(find("test/large"), "1001", why, sizeof(why)),
		-ERANGE);
	assert_string_equal(why, "\"1001\" is not 0 to 1000");
	assert_int_equal(
		uk_store_set_text(find("test/nothing"), "1", why, sizeof(why)),
		-ENOTSUP);
	assert_string_equal(why, "nothing cannot be set");
	assert_int_equal(uk_store_set_text(find("test/large"),
					   "99999999999999999999", NULL, 0),
			 -ERANGE);
	assert_int_equal(uk_store_set_text(find("test/large"), "-", NULL, 0),
			 -EINVAL);
}

/* Against the C library of the host. */
static void check_decimal(const char *text)
{
	double expected = strtod(text, NULL);

	real = 77;
	assert_int_equal(uk_store_set_text(find("test/real"), text, NULL, 0),
			 0);
	assert_memory_equal(&real, &expected, sizeof(real));
}

static void test_decimals(void **state)
{
	static const char *const good[] = {
		"0",
		"-0",
		"0.0",
		"1",
		"-1",
		"4.5",
		"4.",
		".5",
		"0.1",
		"1e3",
		"1E-3",
		"1.5e+2",
		"9007199254740993",
		"9007199254740992.5",
		"9007199254740991.5",
		"0.30000000000000004",
		"9999999999999999999",
		"0.9999999999999999999",
		"0.0000000000000000001",
		"1e19",
		"9999999999999999999e19",
		"1e-19",
		"000000000000000000000001.25",
		"4503599627370497.5",
		"4503599627370496.5",
		"2.2250738585072014",
	};
	static const char *const bad[] = { "",	    "-",   ".",	  "+1",	 "1x",
					   "1e",    "1e+", "nan", "inf", "e5",
					   "1.2.3", " 1",  "0x10" };
	static const char *const large[] = { "12345678901234567890", "1e20",
					     "1e-20", "1e99999999999" };
	char text[64], why[96];

	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
		check_decimal(good[i]);
	srand(1);
	for (unsigned int i = 0; i < 200000; i++) {
		__u64 digits = ((__u64)rand() << 32 ^ (__u64)rand() << 11 ^
				(__u64)rand()) >>
			       rand() % 60;

		snprintf(text, sizeof(text), "%s%llue%d", rand() % 2 ? "-" : "",
			 (unsigned long long)(digits % 10000000000000000000U),
			 rand() % 39 - 19);
		check_decimal(text);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(uk_store_set_text(find("test/real"), bad[i],
						   why, sizeof(why)),
				 -EINVAL);
	assert_string_equal(
		why, "\"0x10\" is not a decimal number of up to 19 digits");
	for (unsigned int i = 0; i < ARRAY_SIZE(large); i++)
		assert_int_equal(
			uk_store_set_text(find("test/real"), large[i], NULL, 0),
			-ERANGE);
	assert_int_equal(uk_store_set_text(find("test/real"), "31337.125", why,
					   sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, "its setter refused \"31337.125\": EINVAL");
}

static void check_real(double value)
{
	const char *text;
	char *end;

	real = value;
	text = text_of("test/real");
	if (strtod(text, &end) != value || *end)
		fail_msg("%a is written %s", value, text);
}

static void test_doubles(void **state)
{
	static const struct {
		double value;
		const char *text;
	} table[] = {
		{ 0.0, "0" },
		{ -0.0, "-0.0" },
		{ 1.0, "1" },
		{ -1.5, "-1.5" },
		{ 0.5, "0.5" },
		{ 0.0625, "0.0625" },
		{ 1e21, "1e21" },
		{ 1e20, "100000000000000000000" },
		{ 123456, "123456" },
		{ 1.0 / 0.0, "+Inf" },
		{ -1.0 / 0.0, "-Inf" },
		{ 0.0 / 0.0, "NaN" },
		{ 0.1, "0.1" },
		{ 0x1p-1074, "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e308" },
	};
	uint64_t random = 88172645463325252UL;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		real = table[i].value;
		assert_string_equal(text_of("test/real"), table[i].text);
	}
	for (int i = 0; i < 20000; i++) {
		double value;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		memcpy(&value, &random, sizeof(value));
		if (value == value && value - value == 0)
			check_real(value);
		check_real((double)(random >> 20) / 1000);
	}
	check_real(0.99999999999999999);
	check_real(9999999999999999.0);
	check_real(99999999999999999.0);
}

static void test_histograms(void **state)
{
	static const __u64 values[] = { 0, 10, 11, 100, 1000, 1001, ~0UL };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		uk_store_observe(&times, values[i]);
	assert_int_equal(uk_store_cumulative(&times, 0), 2);
	assert_int_equal(uk_store_cumulative(&times, 1), 4);
	assert_int_equal(uk_store_cumulative(&times, 2), 5);
	assert_int_equal(uk_store_cumulative(&times, 3), 7);
	assert_true(times_sum == 10 + 11 + 100 + 1000 + 1001 - 1);
	assert_string_equal(text_of("test/times"), "7 2121");
}

/* --- objects ------------------------------------------------------------- */

static int get_cookie(void *cookie, __u64 *out)
{
	*out = *(int *)cookie;
	return 0;
}

static const struct uk_store_entry *entries[] = {
	UK_STORE_ENTRY(2, beta, u64, get_cookie, NULL),
	UK_STORE_ENTRY_INFO(1, alpha, u64, get_cookie, NULL, .unit = "bytes"),
	UK_STORE_ENTRY(3, beta2, u64, get_cookie, NULL),
	NULL,
};

/* Objects that are created when the store is read. */
static struct uk_store_object *asked;
static int refreshed, wanted, refresh_cookie = 9;

static int on_refresh(void *data)
{
	struct uk_store_ref ref;

	refreshed++;
	assert_null(data);
	/* Who asks in here asks no one else. */
	assert_int_equal(uk_store_find("test/none/beta", &ref), -ENOENT);
	if (wanted && !asked) {
		asked = uk_store_obj_alloc(NULL, 9, "asked", entries,
					   &refresh_cookie);
		assert_int_equal(uk_store_obj_add(asked), 0);
	} else if (!wanted && asked) {
		uk_store_obj_remove(asked);
		asked = NULL;
	}
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER(UK_STORE_EVENT_REFRESH, on_refresh);

static unsigned int created, released;
static __u64 last_id;

static int on_create(void *data)
{
	const struct uk_store_event_data *d = data;

	created++;
	last_id = d->object_id;
	assert_int_equal(d->library_id, uk_libid("libtest"));
	return UK_EVENT_HANDLED_CONT;
}

static int on_release(void *data)
{
	released++;
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER(UK_STORE_EVENT_CREATE_OBJECT, on_create);
UK_EVENT_HANDLER(UK_STORE_EVENT_RELEASE_OBJECT, on_release);

static int count_visit(const struct uk_store_ref *ref, void *arg)
{
	char path[64];
	struct uk_store_ref again;
	__u64 value;

	uk_store_path(ref, path, sizeof(path));
	assert_int_equal(uk_store_find(path, &again), 0);
	assert_ptr_equal(again.entry, ref->entry);
	assert_ptr_equal(again.object, ref->object);
	uk_store_ref_drop(&again);
	if (ref->object) {
		assert_int_equal(uk_store_get_value(ref->entry, u64, &value),
				 0);
		assert_int_equal(value, ref->object->id);
	}
	return ++*(int *)arg == 7000 ? 5 : 0;
}

#define OBJECTS 2000

static void test_many_objects(void **state)
{
	static int cookies[OBJECTS];
	static struct uk_store_object *objs[OBJECTS];
	struct uk_store_object *twin;
	int n = 0;

	for (int i = 0; i < OBJECTS; i++) {
		int k = (int)((unsigned int)i * 1237 % OBJECTS);
		char name[16];

		snprintf(name, sizeof(name), "obj%d", k);
		cookies[k] = k;
		objs[k] = uk_store_obj_alloc(NULL, (__u64)k, name, entries,
					     &cookies[k]);
		assert_non_null(objs[k]);
		assert_int_equal(uk_store_obj_add(objs[k]), 0);
		assert_int_equal(last_id, k);
	}
	assert_int_equal(created, OBJECTS);
	twin = uk_store_obj_alloc(NULL, OBJECTS, "obj7", entries, NULL);
	assert_int_equal(uk_store_obj_add(twin), -EEXIST);
	uk_store_obj_release(twin);
	twin = uk_store_obj_alloc(NULL, 7, "another", entries, NULL);
	assert_int_equal(uk_store_obj_add(twin), -EEXIST);
	uk_store_obj_release(twin);

	assert_int_equal(uk_store_foreach(count_visit, &n), 0);
	assert_int_equal(n, 11 + 3 * OBJECTS);
	n = 6999;
	assert_int_equal(uk_store_foreach(count_visit, &n), 5);

	for (int i = 0; i < OBJECTS; i++) {
		assert_int_equal(objs[i]->refcount, 1);
		uk_store_obj_remove(objs[i]);
	}
	assert_int_equal(released, OBJECTS);
	assert_int_equal(allocated, 1); /* the array */
}

static void test_life_of_an_object(void **state)
{
	int cookie = 5;
	struct uk_store_object *obj =
		uk_store_obj_alloc(NULL, 5, "five", entries, &cookie);
	struct uk_store_ref ref;
	__u64 value;

	assert_int_equal(uk_store_obj_entry_get(obj, 1)->id, 1);
	assert_string_equal(uk_store_obj_entry_get(obj, 1)->unit, "bytes");
	assert_null(uk_store_obj_entry_get(obj, 4));
	assert_null(uk_store_obj_acquire(uk_libid_self(), 5));
	assert_int_equal(uk_store_obj_add(obj), 0);
	assert_int_equal(uk_store_find("test/five/gamma", &ref), -ENOENT);
	assert_int_equal(uk_store_find("test/six/beta", &ref), -ENOENT);
	assert_int_equal(uk_store_find("test/fiv/beta", &ref), -ENOENT);
	assert_int_equal(uk_store_find("test/five/beta", &ref), 0);
	assert_ptr_equal(uk_store_obj_acquire(uk_libid_self(), 5), obj);
	uk_store_obj_release(obj);
	assert_int_equal(uk_store_get_value(ref.entry, u64, &value), 0);
	assert_int_equal(value, 5);

	/* Its owner goes while it is held. */
	uk_store_obj_remove(obj);
	cookie = 6;
	assert_int_equal(uk_store_get_value(ref.entry, u64, &value), -ENODEV);
	assert_string_equal(ref.entry->name, "beta");
	assert_null(uk_store_obj_acquire(uk_libid_self(), 5));
	uk_store_ref_drop(&ref);
	assert_int_equal(allocated, 1);

	out_of_memory = 1;
	assert_null(uk_store_obj_alloc(NULL, 5, "five", entries, &cookie));
	out_of_memory = 0;
}

static void test_twins(void **state)
{
	const struct uk_store_entry *ids[] = {
		UK_STORE_ENTRY(1, alpha, u64, get_cookie, NULL),
		UK_STORE_ENTRY(2, beta, u64, get_cookie, NULL),
		UK_STORE_ENTRY(1, gamma, u64, get_cookie, NULL), NULL
	};
	const struct uk_store_entry *names[] = {
		UK_STORE_ENTRY(1, alpha, u64, get_cookie, NULL),
		UK_STORE_ENTRY(2, beta, u64, get_cookie, NULL),
		UK_STORE_ENTRY(3, alpha, u64, get_cookie, NULL), NULL
	};

	assert_null(uk_store_obj_alloc(NULL, 1, "ids", ids, NULL));
	assert_null(uk_store_obj_alloc(NULL, 1, "names", names, NULL));
	assert_int_equal(allocated, 1);
}

static void test_labels(void **state)
{
	char value[] = "\xc3\xa4 \"b\"";
	struct uk_store_label labels[] = { { "name", value },
					   { "empty", "" },
					   { "sort", NULL },
					   { NULL, NULL } };
	struct uk_store_object *obj = uk_store_obj_alloc_labels(
		NULL, 1, "labelled", entries, labels, NULL);

	assert_non_null(obj);
	value[0] = 'x'; /* copied */
	labels[0].name = "other";
	assert_string_equal(obj->name, "labelled");
	assert_int_equal(obj->count, 3);
	assert_string_equal(obj->labels[0].name, "name");
	assert_string_equal(obj->labels[0].value, "\xc3\xa4 \"b\"");
	assert_string_equal(obj->labels[1].name, "empty");
	assert_string_equal(obj->labels[1].value, "");
	assert_string_equal(obj->labels[2].name, "sort");
	assert_ptr_equal(obj->labels[2].value, obj->name);
	assert_null(obj->labels[3].name);
	assert_string_equal(obj->entries[2].e.name, "beta2");
	uk_store_obj_release(obj);

	obj = uk_store_obj_alloc_labels(NULL, 1, "none", entries, labels + 3,
					NULL);
	assert_null(obj->labels);
	uk_store_obj_release(obj);
	obj = uk_store_obj_alloc(NULL, 1, "none", entries, NULL);
	assert_null(obj->labels);
	uk_store_obj_release(obj);
	assert_int_equal(allocated, 1);
}

static int find_asked(const struct uk_store_ref *ref, void *arg)
{
	*(int *)arg += ref->object && ref->object == asked;
	return 0;
}

static void test_refresh(void **state)
{
	struct uk_store_object *obj;
	struct uk_store_ref ref;
	int seen = 0;

	may_allocate = 0;
	refreshed = 0;
	wanted = 1;
	assert_int_equal(uk_store_find("test/asked/beta", &ref), -ENOENT);
	assert_int_equal(uk_store_foreach(find_asked, &seen), 0);
	assert_int_equal(refreshed, 0);
	may_allocate = 1;
	assert_int_equal(uk_store_find("test/small", &ref), 0);
	assert_int_equal(uk_store_find("test/smaller", &ref), -ENOENT);
	assert_int_equal(refreshed, 0);
	assert_int_equal(uk_store_find("test/asked/beta", &ref), 0);
	assert_int_equal(refreshed, 1);
	uk_store_ref_drop(&ref);
	assert_int_equal(uk_store_find("test/asked/beta", &ref), 0);
	assert_int_equal(refreshed, 1); /* it is there */
	wanted = 0;
	assert_int_equal(uk_store_foreach(find_asked, &seen), 0);
	assert_int_equal(seen, 0);
	assert_null(asked);
	assert_ptr_not_equal(ref.object, NULL); /* and held */
	uk_store_ref_drop(&ref);
	wanted = 1;
	obj = uk_store_obj_acquire(uk_libid_self(), 9);
	assert_ptr_equal(obj, asked);
	uk_store_obj_release(obj);
	assert_int_equal(uk_store_foreach(find_asked, &seen), 0);
	assert_int_equal(seen, 3);
	wanted = 0;
	assert_int_equal(uk_store_foreach(find_asked, &seen), 0);
	assert_int_equal(seen, 3);
	may_allocate = 0;
	assert_int_equal(allocated, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_decimals),
		cmocka_unit_test(test_histograms),
		cmocka_unit_test(test_many_objects),
		cmocka_unit_test(test_life_of_an_object),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
