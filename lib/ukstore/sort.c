/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Heapsort (Williams 1964) of numbers that stand for something: no memory, no
 * recursion, O(n log n) whatever comes.
 */
#include "store_internal.h"

static void sift_down(__u32 *order, __u32 at, __u32 count,
		      store_compare_fn compare, const void *ctx)
{
	__u32 moved = order[at];

	for (;;) {
		__u32 child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count &&
		    compare(ctx, order[child], order[child + 1]) < 0)
			child++;
		if (compare(ctx, moved, order[child]) >= 0)
			break;
		order[at] = order[child];
		at = child;
	}
	order[at] = moved;
}

void store_sort(__u32 *order, __u32 count, store_compare_fn compare,
		const void *ctx)
{
	for (__u32 i = 0; i < count; i++)
		order[i] = i;
	for (__u32 i = count / 2; i--;)
		sift_down(order, i, count, compare, ctx);
	while (count > 1) {
		__u32 last = order[--count];

		order[count] = order[0];
		order[0] = last;
		sift_down(order, 0, count, compare, ctx);
	}
}
