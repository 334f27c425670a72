/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lists of blocks, and marks for a search for leaks. A mark replaces the guard
 * of a block for the time of the search. To find the block that an address is
 * in there is an index of every n-th block; from there on headers lead further.
 */
#include "tlsf_internal.h"

#define MARK 1UL /* in the guard: 1 and the block marked before */

static struct tlsf *tlsf_of(struct uk_alloc *a)
{
	return __containerof(a, struct tlsf, a);
}

/* The pool that begins first behind an address; NULL after the last. */
static const struct pool *pool_behind(const struct tlsf *t, const char *start)
{
	const struct pool *next = __NULL;

	for (const struct pool *p = &t->pool; p; p = p->next)
		if (p->start > start && (!next || p->start < next->start))
			next = p;
	return next;
}

/* The block after b in the order of addresses; b NULL: the first of all. */
static struct block *next_block(const struct tlsf *t, const struct block *b)
{
	const struct pool *pool;

	if (b && block_size(b))
		return block_after(b);
	pool = pool_behind(t, (const char *)b);
	return pool ? (struct block *)pool->start : __NULL;
}

/* The next one in use by the program. */
static struct block *next_used(const struct tlsf *t, struct block *b)
{
	do
		b = next_block(t, b);
	while (b && (!block_in_use(b) || !block_size(b)));
	return b;
}

static struct uk_alloc_block as_block(struct block *b)
{
	return (struct uk_alloc_block){
		.ptr = block_payload(b),
		.size = block_asked(b),
		.owner = b->owner,
	};
}

void tlsf_blocks(struct uk_alloc *a, uk_alloc_visit_t visit, void *arg)
{
	struct tlsf *t = tlsf_of(a);

	for (struct block *b = __NULL; (b = next_used(t, b));) {
		struct uk_alloc_block block = as_block(b);

		visit(&block, arg);
	}
}

void tlsf_mark_begin(struct uk_alloc *a)
{
	struct tlsf *t = tlsf_of(a);
	__sz count = 0, step, i = 0;

	t->low = (char *)next_block(t, __NULL);
	for (struct block *b = __NULL; (b = next_block(t, b)); count++) {
		if (block_in_use(b))
			b->guard = tlsf_guard(t, b);
		t->high = (char *)block_after(b);
	}
	step = count / TLSF_INDEX + 1;
	t->indexed = 0;
	for (struct block *b = __NULL; (b = next_block(t, b)); i++)
		if (i % step == 0)
			t->index[t->indexed++] = b;
	t->marked = __NULL;
}

/* The block that an address between low and high is in, or is the header of;
 * an end mark between pools.
 */
static struct block *block_at(const struct tlsf *t, const char *p)
{
	unsigned int first = 0, past = t->indexed;
	struct block *b;

	while (past - first > 1) {
		unsigned int middle = (first + past) / 2;

		if ((char *)t->index[middle] <= p)
			first = middle;
		else
			past = middle;
	}
	b = t->index[first];
	while (block_size(b) && (char *)block_after(b) <= p)
		b = block_after(b);
	return b;
}

void tlsf_mark(struct uk_alloc *a, __uptr word)
{
	struct tlsf *t = tlsf_of(a);
	struct block *b;

	if (word < (__uptr)t->low || word >= (__uptr)t->high)
		return;
	b = block_at(t, (const char *)word);
	if (!block_in_use(b) || word < (__uptr)block_payload(b) ||
	    word >= (__uptr)block_after(b) || b->guard != tlsf_guard(t, b))
		return;
	b->guard = (__uptr)t->marked | MARK;
	t->marked = b;
}

int tlsf_mark_next(struct uk_alloc *a, struct uk_alloc_block *block)
{
	struct tlsf *t = tlsf_of(a);
	struct block *b = t->marked;

	if (!b)
		return 0;
	t->marked = (struct block *)(b->guard & ~MARK);
	*block = as_block(b);
	return 1;
}

void tlsf_mark_end(struct uk_alloc *a, uk_alloc_visit_t visit, void *arg)
{
	struct tlsf *t = tlsf_of(a);

	for (struct block *b = __NULL; (b = next_used(t, b));) {
		struct uk_alloc_block block = as_block(b);

		if (b->guard == tlsf_guard(t, b))
			visit(&block, arg);
		b->guard = tlsf_guard(t, b);
	}
}
