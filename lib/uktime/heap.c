/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A pairing heap (Fredman, Sedgewick, Sleator, Tarjan: The pairing heap,
 * Algorithmica 1, 1986), intrusive, with two passes and without recursion: a
 * handler may run on a small stack.
 */
#include "heap.h"

static int before(const struct uk_timer *a, const struct uk_timer *b)
{
	if (a->due != b->due)
		return a->due < b->due;
	return a->number < b->number;
}

/* Joins two heaps, neither of which has siblings; either may be NULL. */
static struct uk_timer *meld(struct uk_timer *a, struct uk_timer *b)
{
	struct uk_timer *top = a, *below = b;

	if (!a || !b)
		return a ? a : b;
	if (before(b, a)) {
		top = b;
		below = a;
	}
	below->next = top->child;
	if (below->next)
		below->next->prev = below;
	below->prev = top;
	top->child = below;
	return top;
}

static void detach(struct uk_timer *t)
{
	t->next = __NULL;
	t->prev = __NULL;
}

/* Joins a list of siblings: in pairs, then the pairs from the last on. */
static struct uk_timer *meld_siblings(struct uk_timer *first)
{
	struct uk_timer *pairs = __NULL, *root = __NULL;

	while (first) {
		struct uk_timer *a = first, *b = a->next, *pair;

		first = b ? b->next : __NULL;
		detach(a);
		if (b)
			detach(b);
		pair = meld(a, b);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct uk_timer *rest = pairs->next;

		detach(pairs);
		root = meld(root, pairs);
		pairs = rest;
	}
	return root;
}

struct uk_timer *timer_heap_insert(struct uk_timer *root,
				   struct uk_timer *timer)
{
	timer->child = __NULL;
	detach(timer);
	return meld(root, timer);
}

struct uk_timer *timer_heap_remove(struct uk_timer *root,
				   struct uk_timer *timer)
{
	struct uk_timer *below = meld_siblings(timer->child);

	timer->child = __NULL;
	if (timer == root)
		return below;
	if (timer->prev->child == timer)
		timer->prev->child = timer->next;
	else
		timer->prev->next = timer->next;
	if (timer->next)
		timer->next->prev = timer->prev;
	detach(timer);
	return meld(root, below);
}
