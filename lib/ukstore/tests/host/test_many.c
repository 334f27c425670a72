/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Ten thousand of everything, each found by path and by id, and what is not
 * there not: static entries, objects, entries of an object. What a lookup
 * costs is counted in the guest, by tests/test_store.py.
 *
 * HOST-SRCS: lib/ukstore/find.c lib/ukstore/value.c
 * HOST-SRCS: lib/ukstore/sort.c lib/ukstore/object.c lib/ukstore/create.c
 * HOST-SRCS: lib/ukevent/event.c lib/ukprint/snprintf.c
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

#define MANY 10000

int store_guarded(int (*fn)(void *arg), void *arg)
{
	return fn(arg);
}

static long allocated;

int store_may_allocate(void)
{
	return 0;
}

void *uk_malloc(struct uk_alloc *a, __sz size)
{
	void *mem = malloc(size);

	allocated += !!mem;
	return mem;
}

void *uk_calloc(struct uk_alloc *a, __sz n, __sz size)
{
	void *mem = uk_malloc(a, n * size);

	return mem ? memset(mem, 0, n * size) : NULL;
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

static int get_number(void *cookie, __u64 *out)
{
	*out = (__u64)(uintptr_t)cookie;
	return 0;
}

/* e10000 … e19999; the ids are in another order: 7 has an inverse. */
#define ID(n) ((n)*7UL % 10007)
#define ENTRY(n) UK_STORE_STATIC_ENTRY(ID(n), e##n, u64, get_number, NULL);
/* It finds no layout that it would leave as it is. */
/* clang-format off */
#define X(p) \
	ENTRY(p##0) ENTRY(p##1) ENTRY(p##2) ENTRY(p##3) ENTRY(p##4) \
	ENTRY(p##5) ENTRY(p##6) ENTRY(p##7) ENTRY(p##8) ENTRY(p##9)
#define C(p) \
	X(p##0) X(p##1) X(p##2) X(p##3) X(p##4) \
	X(p##5) X(p##6) X(p##7) X(p##8) X(p##9)
#define M(p) \
	C(p##0) C(p##1) C(p##2) C(p##3) C(p##4) \
	C(p##5) C(p##6) C(p##7) C(p##8) C(p##9)

#undef __LIBNAME__
#define __LIBNAME__ "libmany"
M(10) M(11) M(12) M(13) M(14) M(15) M(16) M(17) M(18) M(19)

/* Others around it, with ids of their own. */
#undef __LIBNAME__
#define __LIBNAME__ "libmanx"
ENTRY(1)
#undef __LIBNAME__
#define __LIBNAME__ "libmanz"
ENTRY(2)
#undef __LIBNAME__
#define __LIBNAME__ "libtest"
	/* clang-format on */

	static void check_static(unsigned int step)
{
	__u16 many = uk_libid("libmany");

	for (unsigned int n = 10000; n < 20000; n += step) {
		const struct uk_store_entry *e =
			uk_store_static_entry_get(many, ID(n));
		struct uk_store_ref ref;
		char path[32];

		snprintf(path, sizeof(path), "many/e%u", n);
		assert_non_null(e);
		assert_string_equal(e->name, path + 5);
		assert_int_equal(uk_store_find(path, &ref), 0);
		assert_ptr_equal(ref.entry, e);
		assert_null(uk_store_static_entry_get(many, ID(n) + 10007));
	}
	assert_string_equal(
		uk_store_static_entry_get(uk_libid("libmanx"), ID(1))->library,
		"libmanx");
	assert_string_equal(
		uk_store_static_entry_get(uk_libid("libmanz"), ID(2))->library,
		"libmanz");
	assert_null(uk_store_static_entry_get(uk_libid("libmanz"), ID(1)));
	assert_null(uk_store_static_entry_get(uk_libid("libother"), ID(1)));
}

static void test_static(void **state)
{
	check_static(101);
	assert_int_equal(allocated, 0);
}

static const struct uk_store_entry *one[] = {
	UK_STORE_ENTRY(5, value, u64, get_number, NULL), NULL
};

static void test_objects(void **state)
{
	static struct uk_store_object *objs[MANY];
	long before = allocated;
	__u64 value;

	for (unsigned int i = 0; i < MANY; i++) {
		unsigned int k = i * 1237 % MANY;
		char name[16];

		snprintf(name, sizeof(name), "o%u", k);
		objs[k] = uk_store_obj_alloc(NULL, ID(k), name, one,
					     (void *)(uintptr_t)k);
		assert_int_equal(
			_uk_store_obj_add(k % 2 ? "liba" : "libb", objs[k]), 0);
	}
	for (unsigned int k = 0; k < MANY; k++) {
		__u16 lib = uk_libid(k % 2 ? "liba" : "libb");
		struct uk_store_object *obj = uk_store_obj_acquire(lib, ID(k));
		struct uk_store_ref ref;
		char path[32];

		assert_ptr_equal(obj, objs[k]);
		snprintf(path, sizeof(path), "%c/o%u/value", k % 2 ? 'a' : 'b',
			 k);
		assert_int_equal(uk_store_find(path, &ref), 0);
		assert_ptr_equal(ref.object, obj);
		assert_ptr_equal(ref.entry, uk_store_obj_entry_get(obj, 5));
		assert_int_equal(uk_store_get_value(ref.entry, u64, &value), 0);
		assert_int_equal(value, k);
		uk_store_ref_drop(&ref);
		uk_store_obj_release(obj);
		path[0] ^= 3;
		assert_int_equal(uk_store_find(path, &ref), -ENOENT);
		assert_null(uk_store_obj_acquire(
			uk_libid(k % 2 ? "libb" : "liba"), ID(k)));
	}
	for (unsigned int k = 0; k < MANY; k++) {
		uk_store_obj_remove(objs[k]);
		assert_null(uk_store_obj_acquire(
			uk_libid(k % 2 ? "liba" : "libb"), ID(k)));
	}
	assert_int_equal(allocated, before + 1); /* the arrays */
}

static void test_entries_of_an_object(void **state)
{
	static struct uk_store_entry copies[MANY];
	static const struct uk_store_entry *entries[MANY + 1];
	static char names[MANY][8];
	struct uk_store_object *obj;

	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		copies[i] = *one[0];
		copies[i].id = ID(i);
		copies[i].name = names[i];
		entries[i * 1237 % MANY] = &copies[i];
	}
	obj = uk_store_obj_alloc(NULL, 1, "big", entries, NULL);
	assert_int_equal(uk_store_obj_add(obj), 0);
	for (unsigned int i = 0; i < MANY; i++) {
		struct uk_store_ref ref;
		char path[32];

		snprintf(path, sizeof(path), "test/big/n%u", i);
		assert_int_equal(uk_store_find(path, &ref), 0);
		assert_string_equal(ref.entry->name, names[i]);
		assert_ptr_equal(uk_store_obj_entry_get(obj, ID(i)), ref.entry);
		assert_null(uk_store_obj_entry_get(obj, ID(i) + 10007));
		uk_store_ref_drop(&ref);
	}
	uk_store_obj_remove(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_entries_of_an_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
