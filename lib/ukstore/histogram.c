/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Values observed, in buckets. Counts are of each bucket alone, so that one
 * value is one addition; readers add up.
 */
#include "store_internal.h"

void uk_store_observe(const struct uk_store_histogram *h, __u64 value)
{
	__u64 low = 0, high = h->size;

	while (low < high) {
		__u64 mid = (low + high) / 2;

		if (value <= h->bounds[mid])
			high = mid;
		else
			low = mid + 1;
	}
	__atomic_fetch_add(&h->counts[low], 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(h->sum, value, __ATOMIC_RELAXED);
}

__u64 uk_store_cumulative(const struct uk_store_histogram *h, __u64 idx)
{
	__u64 sum = 0;

	for (__u64 i = 0; i <= idx && i <= h->size; i++)
		sum += __atomic_load_n(&h->counts[i], __ATOMIC_RELAXED);
	return sum;
}
