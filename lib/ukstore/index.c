/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Finding a static entry by library and id. The linker sorts the table by
 * path, so another order needs an index: it is made at the first search, if
 * there is a heap, 4 bytes an entry and 12 a library, and stays. An image
 * without such a search has none. Before it is made, such as in a trap,
 * the entries of the library are searched one by one.
 */
#include <string.h>
#include "store_internal.h"

/* After all entries of that library: names are letters, digits and _. */
static const struct uk_store_entry *behind(const char *library)
{
	struct store_key key = { "", library, strlen(library), "\x7f" };

	return store_lower_bound(&key);
}

static const struct uk_store_entry *search(__u16 libid, __u64 id)
{
	const struct uk_store_entry *e = uk_table_start(store);

	while (e < uk_table_end(store)) {
		const struct uk_store_entry *last = behind(e->library);

		if (uk_libid(e->library) != libid) {
			e = last;
			continue;
		}
		for (; e < last; e++)
			if (e->id == id)
				return e;
	}
	return __NULL;
}

#ifdef CONFIG_LIBUKALLOC
#include <uk/alloc.h>

/* Consecutive entries of the table are a library's. */
struct run {
	__u32 libid, first, count;
};

struct id_index {
	__u32 count; /* of runs, sorted by libid */
	struct run runs[];
	/* and the order by id of each run's entries, __u32 each */
};

static struct id_index *made;

static __u32 *orders(struct id_index *idx)
{
	return (__u32 *)&idx->runs[idx->count];
}

static int by_libid(const void *runs, __u32 a, __u32 b)
{
	const struct run *r = runs;

	return r[a].libid < r[b].libid ? -1 : r[a].libid > r[b].libid;
}

static int by_id(const void *entries, __u32 a, __u32 b)
{
	const struct uk_store_entry *e = entries;

	return e[a].id < e[b].id ? -1 : e[a].id > e[b].id;
}

/* Entries of the table up to the next library's. */
static __u32 run_at(__u32 first)
{
	const struct uk_store_entry *e = uk_table_start(store) + first;

	return (__u32)(behind(e->library) - e);
}

static struct id_index *make_index(void)
{
	const struct uk_store_entry *start = uk_table_start(store);
	__u32 total = (__u32)uk_table_count(store), count = 0, n = 0;
	struct id_index *idx;
	struct run *runs;
	__u32 *order;

	for (__u32 at = 0; at < total; at += run_at(at))
		count++;
	idx = uk_malloc(uk_alloc_get_default(),
			sizeof(*idx) + 2 * count * sizeof(*runs) +
				(total + count) * sizeof(*order));
	if (!idx)
		return __NULL;
	/* Runs as they come, and the order of these, after all else. */
	idx->count = count;
	order = orders(idx);
	runs = (struct run *)(order + total);
	for (__u32 at = 0; at < total; at += runs[n++].count)
		runs[n] = (struct run){ uk_libid(start[at].library), at,
					run_at(at) };
	store_sort((__u32 *)(runs + count), count, by_libid, runs);
	for (n = 0; n < count; n++) {
		struct run *r = &runs[((__u32 *)(runs + count))[n]];

		idx->runs[n] = *r;
		store_sort(order + r->first, r->count, by_id, start + r->first);
	}
	return idx;
}

static struct id_index *get_index(void)
{
	struct id_index *idx = __atomic_load_n(&made, __ATOMIC_ACQUIRE);
	struct id_index *none = __NULL;

	if (idx || !store_may_allocate())
		return idx;
	idx = make_index();
	if (idx &&
	    !__atomic_compare_exchange_n(&made, &none, idx, 0, __ATOMIC_RELEASE,
					 __ATOMIC_ACQUIRE)) {
		uk_free(uk_alloc_get_default(), idx);
		idx = none; /* another thread was first */
	}
	return idx;
}

static const struct uk_store_entry *search_run(struct id_index *idx,
					       const struct run *r, __u64 id)
{
	const struct uk_store_entry *start = uk_table_start(store) + r->first;
	const __u32 *order = orders(idx) + r->first;
	__u32 low = 0, high = r->count;

	while (low < high) {
		__u32 mid = (low + high) / 2;

		if (start[order[mid]].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->count && start[order[low]].id == id ? start + order[low]
							    : __NULL;
}

/* Names of two libraries may have one number. */
static const struct uk_store_entry *search_index(struct id_index *idx,
						 __u16 libid, __u64 id)
{
	const struct uk_store_entry *e = __NULL;
	__u32 low = 0, high = idx->count;

	while (low < high) {
		__u32 mid = (low + high) / 2;

		if (idx->runs[mid].libid < libid)
			low = mid + 1;
		else
			high = mid;
	}
	for (; !e && low < idx->count && idx->runs[low].libid == libid; low++)
		e = search_run(idx, &idx->runs[low], id);
	return e;
}

const struct uk_store_entry *uk_store_static_entry_get(__u16 libid,
						       __u64 entry_id)
{
	struct id_index *idx = get_index();

	return idx ? search_index(idx, libid, entry_id)
		   : search(libid, entry_id);
}
#else
const struct uk_store_entry *uk_store_static_entry_get(__u16 libid,
						       __u64 entry_id)
{
	return search(libid, entry_id);
}
#endif
