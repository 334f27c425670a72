/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * All CPUs allocate and free, also blocks of each other, and objects of the
 * store come and go. Each block is filled and checked.
 */
#include <stdio.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/plat/lcpu.h>
#include <uk/store.h>
#include "scenes.h"

#define SLOTS 32
#define CHUNKS 10
#define TURNS 60
#define BYTES 2000

struct block {
	__u32 size, pattern;
	__u8 data[];
};

/* A block is of the CPU that takes it out. */
static struct block *slots[SLOTS];
static unsigned int bad, none;
static __u64 turns[CPUS];

static void check_and_free(struct uk_alloc *a, struct block *b)
{
	for (__u32 i = 0; b && i < b->size; i++)
		if (b->data[i] != (__u8)(b->pattern + i)) {
			__atomic_add_fetch(&bad, 1, __ATOMIC_RELAXED);
			break;
		}
	uk_free(a, b);
}

static struct block *make(struct uk_alloc *a)
{
	__u32 size = dice(BYTES);
	struct block *b = uk_malloc(a, sizeof(*b) + size);

	if (!b) {
		__atomic_add_fetch(&none, 1, __ATOMIC_RELAXED);
		return __NULL;
	}
	b->size = size;
	b->pattern = dice(256);
	for (__u32 i = 0; i < size; i++)
		b->data[i] = (__u8)(b->pattern + i);
	return b;
}

static void churn(unsigned int cpu)
{
	struct uk_alloc *a = uk_alloc_get_default();

	for (unsigned int i = 0; i < TURNS; i++, turns[cpu]++) {
		struct block *mine = dice(3) ? make(a) : __NULL;

		check_and_free(a, __atomic_exchange_n(&slots[dice(SLOTS)], mine,
						      __ATOMIC_ACQ_REL));
	}
}

static int get_one(void *cookie __unused, __u64 *out)
{
	*out = 1;
	return 0;
}

static const struct uk_store_entry *entries[] = {
	UK_STORE_ENTRY(1, one, u64, get_one, __NULL),
	__NULL,
};

static void objects(unsigned int cpu)
{
	struct uk_alloc *a = uk_alloc_get_default();
	char name[16];

	for (unsigned int i = 0; i < TURNS / 5; i++) {
		struct uk_store_object *o, *found;
		__u64 id = cpu * 1000 + i;

		snprintf(name, sizeof(name), "o%lu", (unsigned long)id);
		o = uk_store_obj_alloc(a, id, name, entries, __NULL);
		if (!o || uk_store_obj_add(o)) {
			__atomic_add_fetch(&bad, 1, __ATOMIC_RELAXED);
			continue;
		}
		found = uk_store_obj_acquire(uk_libid_self(), id);
		if (found != o)
			__atomic_add_fetch(&bad, 1, __ATOMIC_RELAXED);
		else
			uk_store_obj_release(found);
		uk_store_obj_remove(o);
	}
}

int scene_heap(void)
{
	struct uk_alloc *a = uk_alloc_get_default();
	struct uk_alloc_stats before, after;
	struct uk_alloc_damage damage;

	uk_alloc_stats_get(a, &before);
	for (unsigned int i = 0; i < CHUNKS; i++)
		everywhere(churn);
	for (unsigned int i = 0; i < SLOTS; i++) {
		check_and_free(a, slots[i]);
		slots[i] = __NULL;
	}
	uk_alloc_stats_get(a, &after);
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		printf("heap: cpu %u: %lu turns\n", i, (unsigned long)turns[i]);
	printf("heap: bad %u, none %u, left %ld, damaged %d\n", bad, none,
	       (long)(after.cur_nb_allocs - before.cur_nb_allocs),
	       !!uk_alloc_check(a, &damage));
	everywhere(objects);
	printf("heap: objects bad %u\n", bad);
	return bad || none || after.cur_mem_use != before.cur_mem_use;
}
