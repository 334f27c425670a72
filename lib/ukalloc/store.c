/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * An object of the store for each allocator that there is before main.
 */
#include <uk/alloc.h>
#include <uk/init.h>
#include <uk/print.h>
#include <uk/store.h>

#define GETTER(name, expression)                          \
	static int get_##name(void *cookie, __u64 *out)   \
	{                                                 \
		const struct uk_alloc *a = cookie;        \
                                                          \
		*out = UK_READ_ONCE(a->stats.expression); \
		return 0;                                 \
	}
GETTER(total, total)
GETTER(in_use, cur_mem_use)
GETTER(peak, max_mem_use)
GETTER(allocs, tot_nb_allocs)
GETTER(frees, tot_nb_frees)
GETTER(blocks, cur_nb_allocs)
GETTER(failures, nb_enomem)

static int get_avail(void *cookie, __u64 *out)
{
	*out = uk_alloc_availmem(cookie);
	return 0;
}

#define BYTES(id, name, what)                                          \
	UK_STORE_ENTRY_INFO(id, name##_bytes, u64, get_##name, __NULL, \
			    .unit = "bytes", .help = what)
#define COUNTER(id, name, what)                                \
	UK_STORE_ENTRY_INFO(id, name, u64, get_##name, __NULL, \
			    .kind = UK_STORE_COUNTER, .help = what)

static const struct uk_store_entry *entries[] = {
	BYTES(1, total, "memory that the allocator manages"),
	BYTES(2, avail, "memory in free blocks"),
	BYTES(3, in_use, "usable bytes of blocks in use"),
	BYTES(4, peak, "most usable bytes in use at a time"),
	UK_STORE_ENTRY_INFO(5, blocks, u64, get_blocks, __NULL,
			    .help = "blocks in use"),
	COUNTER(6, allocs, "blocks allocated"),
	COUNTER(7, frees, "blocks freed"),
	COUNTER(8, failures, "allocations that failed"),
	__NULL,
};

static const struct uk_store_label labels[] = { { "heap", __NULL }, { 0 } };

static int allocators_publish(struct uk_init_ctx *ctx __unused)
{
	__u64 id = 0;

	uk_alloc_foreach(a)
	{
		if (!uk_store_obj_publish(id++, a->name, entries, labels, a))
			uk_pr_warn(
				"allocator %s cannot be added to the store\n",
				a->name);
	}
	return 0;
}

uk_late_initcall(allocators_publish, 0);
