/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The lists of free blocks by size. Two levels of bitmaps lead to the first
 * list that has a block large enough; no list is ever searched, so that every
 * function here costs the same however many blocks there are.
 */
#include "tlsf_internal.h"

struct index {
	unsigned int fl, sl;
};

static unsigned int top_bit(__u64 x)
{
	return 63 - (unsigned int)__builtin_clzl(x);
}

/* The list that blocks of a size belong to. */
static struct index index_of(__sz size)
{
	unsigned int top;

	if (size < TLSF_SMALL)
		return (struct index){ 0, size / 16 };
	top = top_bit(size);
	return (struct index){
		top - TLSF_SMALL_LOG2 + 1,
		(size >> (top - TLSF_SL_LOG2)) & (TLSF_SL_COUNT - 1),
	};
}

/* Smallest size in a list. */
static __sz index_size(struct index i)
{
	if (!i.fl)
		return i.sl * 16UL;
	return (__sz)(TLSF_SL_COUNT + i.sl)
	       << (i.fl + TLSF_SMALL_LOG2 - 1 - TLSF_SL_LOG2);
}

void tlsf_insert(struct tlsf *t, struct block *b)
{
	struct index i = index_of(block_size(b));
	struct block **head = &t->lists[i.fl][i.sl];

	b->next = *head;
	b->prev = __NULL;
	if (*head) {
		if (!tlsf_may_be_block(t, *head) || (*head)->prev)
			tlsf_written(t, *head);
		(*head)->prev = b;
	}
	*head = b;
	t->sl_map[i.fl] |= 1U << i.sl;
	t->fl_map |= 1U << i.fl;
	t->avail += block_size(b);
}

/* 1 if the links of b agree with its neighbours. */
static int linked(struct tlsf *t, struct block *b, struct block *head)
{
	if (b->next && (!tlsf_may_be_block(t, b->next) || b->next->prev != b))
		return 0;
	if (!b->prev)
		return head == b;
	return tlsf_may_be_block(t, b->prev) && b->prev->next == b;
}

void tlsf_remove(struct tlsf *t, struct block *b)
{
	struct index i = index_of(block_size(b));
	struct block **head = &t->lists[i.fl][i.sl];

	if (!linked(t, b, *head))
		tlsf_written(t, b);
	if (b->next)
		b->next->prev = b->prev;
	if (b->prev)
		b->prev->next = b->next;
	else
		*head = b->next;
	if (!*head) {
		t->sl_map[i.fl] &= ~(1U << i.sl);
		if (!t->sl_map[i.fl])
			t->fl_map &= ~(1U << i.fl);
	}
	t->avail -= block_size(b);
}

struct block *tlsf_find(struct tlsf *t, __sz size)
{
	struct index i;
	__u32 map;

	/* Any block of the list must do: round up to the next list's size. */
	if (size >= TLSF_SMALL)
		size += (1UL << (top_bit(size) - TLSF_SL_LOG2)) - 1;
	if (size > TLSF_SIZE_MAX)
		return __NULL;
	i = index_of(size);
	map = t->sl_map[i.fl] & (~0U << i.sl);
	if (!map) {
		map = t->fl_map & (~0U << (i.fl + 1));
		if (!map)
			return __NULL;
		i.fl = (unsigned int)__builtin_ctz(map);
		map = t->sl_map[i.fl];
	}
	return t->lists[i.fl][__builtin_ctz(map)];
}

__sz tlsf_largest(const struct tlsf *t)
{
	struct index i;

	if (!t->fl_map)
		return 0;
	i.fl = top_bit(t->fl_map);
	i.sl = top_bit(t->sl_map[i.fl]);
	return index_size(i);
}
