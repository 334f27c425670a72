/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Counts instructions of the store, run under `support/run --icount`: finding
 * by path and by id, reading, a walk; and the cost for a program without a
 * reader. Each result is a line "bench NAME VALUE"; support/bench says what
 * they mean.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include <uk/sched.h>
#include <uk/store.h>
#include "store.h"

#define ENTRIES CONFIG_APPSTORE_ENTRIES
#define OBJECTS 10000
#define ROUNDS 101

static __u64 overhead;

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Which of n things a round is about: all over them. */
static unsigned int pick(unsigned int round, unsigned int n)
{
	return round * 7919U % n;
}

/* The median over things that op is given; prepare makes what it needs. */
static void measure(const char *name, unsigned int n,
		    void (*prepare)(unsigned int), void (*op)(void))
{
	__u64 t[ROUNDS];

	for (unsigned int i = 0; i < ROUNDS; i++) {
		__u64 start;

		prepare(pick(i, n));
		start = ukarch_ticks();
		op();
		t[i] = ukarch_ticks() - start;
	}
	qsort(t, ROUNDS, sizeof(*t), compare);
	if (name)
		printf("bench %s %lu\n", name, t[ROUNDS / 2] - overhead);
	else
		overhead = t[ROUNDS / 2];
}

static void prepare_nothing(unsigned int k)
{
}

static void nothing(void)
{
}

/* --- what each op works on -------------------------------------------------*/

static char path[64];
static __u64 id;
static __u16 libid;
static struct uk_store_ref ref;
static struct uk_store_value value;
static struct uk_store_object *object;

static void expect(int good)
{
	if (!good) {
		printf("not found: %s, id %lu\n", path, id);
		exit(1);
	}
}

static void find_path(void)
{
	expect(!uk_store_find(path, &ref));
	uk_store_ref_drop(&ref);
}

static void find_nothing(void)
{
	expect(uk_store_find(path, &ref) == -ENOENT);
}

static void find_object_id(void)
{
	object = uk_store_obj_acquire(libid, id);
	expect(object != NULL);
	uk_store_obj_release(object);
}

static void find_entry_id(void)
{
	expect(uk_store_obj_entry_get(object, id) != NULL);
}

static void read_value(void)
{
	expect(!uk_store_read(ref.entry, &value));
}

static int visit(const struct uk_store_ref *r, void *arg)
{
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int visited;

static void walk(void)
{
	visited = 0;
	expect(!uk_store_foreach(visit, &visited));
}

/* --- static entries --------------------------------------------------------*/

static void prepare_static(unsigned int k)
{
	snprintf(path, sizeof(path), "appstore/e%u", 10000 + k);
	id = STORE_ID(10000 + k);
	libid = uk_libid("appstore");
}

static void prepare_missing(unsigned int k)
{
	snprintf(path, sizeof(path), "appstore/f%u", 10000 + k);
}

static void measure_static(void)
{
	if (!ENTRIES)
		return;
	measure("static_path", ENTRIES, prepare_static, find_path);
	measure("static_path_missing", ENTRIES, prepare_missing, find_nothing);
	prepare_static(ENTRIES / 2);
	expect(!uk_store_find(path, &ref));
	measure("static_read", 1, prepare_nothing, read_value);
}

/* --- objects ---------------------------------------------------------------*/

static int get_cookie(void *cookie, __u64 *out)
{
	*out = (__u64)cookie;
	return 0;
}

static const struct uk_store_entry *one[] = {
	UK_STORE_ENTRY(5, value, u64, get_cookie, NULL), NULL
};

static void make_objects(unsigned int from, unsigned int to)
{
	for (unsigned int k = from; k < to; k++) {
		struct uk_store_object *obj;
		char name[16];

		snprintf(name, sizeof(name), "o%u", 10000 + k);
		obj = uk_store_obj_alloc(uk_alloc_get_default(),
					 STORE_ID(10000 + k), name, one,
					 (void *)(__u64)k);
		expect(obj && !uk_store_obj_add(obj));
	}
}

static void prepare_object(unsigned int k)
{
	snprintf(path, sizeof(path), "appstore/o%u/value", 10000 + k);
	id = STORE_ID(10000 + k);
	libid = uk_libid("appstore");
}

static void measure_objects(void)
{
	static const unsigned int sizes[] = { 0, 10, 1000, OBJECTS };
	struct uk_alloc *heap = uk_alloc_get_default();
	__sz avail = uk_alloc_availmem(heap);
	char name[64];

	for (unsigned int i = 1; i < ARRAY_SIZE(sizes); i++) {
		make_objects(sizes[i - 1], sizes[i]);
		snprintf(name, sizeof(name), "object_path_%u", sizes[i]);
		measure(name, sizes[i], prepare_object, find_path);
		snprintf(name, sizeof(name), "object_id_%u", sizes[i]);
		measure(name, sizes[i], prepare_object, find_object_id);
	}
	printf("bench object_bytes %lu\n",
	       (avail - uk_alloc_availmem(heap)) / OBJECTS);
	prepare_object(7);
	expect(!uk_store_find(path, &ref));
	measure("object_read", 1, prepare_nothing, read_value);
	measure("walk", 1, prepare_nothing, walk);
	printf("bench walk_values %u\n", visited);
}

/* --- an object with many entries -------------------------------------------*/

static void prepare_entry(unsigned int k)
{
	snprintf(path, sizeof(path), "appstore/big/n%u", 10000 + k);
	id = STORE_ID(10000 + k);
}

static void measure_entries(void)
{
	struct uk_store_entry *copies = calloc(OBJECTS, sizeof(*copies));
	const struct uk_store_entry **list = calloc(OBJECTS + 1, sizeof(*list));

	expect(copies && list);
	for (unsigned int k = 0; k < OBJECTS; k++) {
		char name[16];

		snprintf(name, sizeof(name), "n%u", 10000 + k);
		copies[k] = *one[0];
		copies[k].id = STORE_ID(10000 + k);
		copies[k].name = strdup(name);
		list[k * 7919U % OBJECTS] = &copies[k];
	}
	object = uk_store_obj_alloc(uk_alloc_get_default(), 1000000, "big",
				    list, NULL);
	expect(object && !uk_store_obj_add(object));
	measure("entry_path", OBJECTS, prepare_entry, find_path);
	measure("entry_id", OBJECTS, prepare_entry, find_entry_id);
}

/* --- what counting costs ---------------------------------------------------*/

UK_STORE_HISTOGRAM(buckets, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512);

static void observe(void)
{
	uk_store_observe(&buckets, 100);
}

static void *end(void *arg)
{
	return arg;
}

/* A thread whose object is never read. */
static void thread(void)
{
	expect(!uk_thread_join(uk_thread_create("x", end, NULL), NULL));
}

int main(void)
{
	__u64 began = ukarch_ticks();

	measure(NULL, 1, prepare_nothing, nothing);
	/* no read yet */
	printf("bench unasked_boot %lu\n", began);
	measure("unasked_thread", 1, prepare_nothing, thread);
	measure("observe", 1, prepare_nothing, observe);
	measure_static();
	measure_objects();
	measure_entries();
	return 0;
}
