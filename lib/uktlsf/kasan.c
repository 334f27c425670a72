/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The heap for the compiler's checks (ukkasan): headers and what follows the
 * program's bytes are red zones, freed blocks refuse accesses until they are
 * used again. The shadow's own memory comes from the heap, in chunks that stay:
 * from its end downwards while that is free, so that they do not divide it.
 * They are linked, so that they are no leaks.
 */
#include <errno.h>
#include <uk/kasan.h>
#include "tlsf_internal.h"

#define CHUNK (16 * __PAGE_SIZE)

/* Stands after the pages of a chunk. */
struct chunk {
	char *before;
};

static struct tlsf *heap;  /* of the call under way */
static char *chunk;	   /* the last one */
static char *next, *end;   /* its pages that are left */
static struct block *edge; /* the lowest chunk at the heap's end, or that end */

static int new_chunk(__sz bytes)
{
	struct block *b;

	if (!edge || !tlsf_pool_of(heap, edge))
		edge = tlsf_end(heap);
	b = tlsf_block_below(heap, edge, __PAGE_SIZE,
			     bytes + sizeof(struct chunk));
	if (b)
		edge = b;
	else
		b = tlsf_block_alloc(heap, __PAGE_SIZE,
				     bytes + sizeof(struct chunk), __NULL);
	if (!b)
		return 0;
	next = block_payload(b);
	end = next + bytes;
	((struct chunk *)end)->before = chunk;
	chunk = next;
	return 1;
}

static __paddr_t page(void)
{
	__u64 *p;

	if (next == end && !new_chunk(CHUNK) && !new_chunk(__PAGE_SIZE))
		return __PADDR_INV;
	p = (__u64 *)next;
	next += __PAGE_SIZE;
	for (unsigned int i = 0; i < __PAGE_SIZE / sizeof(*p); i++)
		p[i] = 0;
	return (__paddr_t)p;
}

int tlsf_shadow(struct tlsf *t, struct block *b)
{
	char *start = block_payload(b), *after = (char *)block_after(b);

	heap = t;
	if (uk_kasan_map(b, (__sz)(after + BLOCK_HEADER - (char *)b), page))
		return -ENOMEM;
	uk_kasan_poison(b, start, UK_KASAN_HEAP);
	uk_kasan_unpoison(start, block_asked(b));
	uk_kasan_poison(start + block_asked(b), after + BLOCK_HEADER,
			UK_KASAN_HEAP);
	return 0;
}

/* Without it accesses are good, but each costs a fault. */
void tlsf_shadow_self(struct tlsf *t)
{
	heap = t;
	(void)uk_kasan_map(t, sizeof(*t), page);
}

void tlsf_shadow_freed(struct block *b)
{
	uk_kasan_poison(block_payload(b), block_after(b), UK_KASAN_FREED);
}

/* The block whose header or payload holds an address. */
static struct block *block_at(struct tlsf *t, __uptr addr)
{
	const struct pool *pool = tlsf_pool_of(t, (void *)addr);
	struct block *b = pool ? (struct block *)pool->start : __NULL;

	while (b && (__uptr)block_after(b) <= addr)
		b = block_sealed(t, b) ? block_after(b) : __NULL;
	return b && block_sealed(t, b) ? b : __NULL;
}

/* 1 if the program has, or had, the block. */
static int was_given(const struct block *b)
{
	return b && (!block_is_free(b) || (b->freer && b->freed_size));
}

static __uptr end_of(struct block *b)
{
	return (__uptr)block_payload(b) + block_asked(b);
}

static const char *plural(__sz n)
{
	return n == 1 ? "" : "s";
}

static void describe_at(struct uk_alloc_damage *d, struct block *b, __uptr addr)
{
	const char *kind = block_in_use(b) ? "" : "freed ";
	__uptr start = (__uptr)block_payload(b);
	char words[TLSF_WORDS_MAX];
	__sz away;

	tlsf_words(b, words);
	if (addr < start) {
		away = start - addr;
		tlsf_describe(d, b, "%lu byte%s before the %sblock %s", away,
			      plural(away), kind, words);
	} else if (addr >= end_of(b) && !block_is_free(b)) {
		away = addr - end_of(b);
		tlsf_describe(d, b, "%lu byte%s past the end of the %sblock %s",
			      away, plural(away), kind, words);
	} else {
		tlsf_describe(d, b, "at offset %lu of the %sblock %s",
			      addr - start, kind, words);
	}
}

int tlsf_locate(struct uk_alloc *a, __uptr addr, struct uk_alloc_damage *d)
{
	struct tlsf *t = __containerof(a, struct tlsf, a);
	struct block *b = block_at(t, addr);
	struct block *before = b ? b->before : __NULL;

	if (!b)
		return 0;
	/* A header: which of the two blocks beside it is nearer? */
	if (addr < (__uptr)block_payload(b) && was_given(before) &&
	    (!was_given(b) ||
	     addr - end_of(before) < (__uptr)block_payload(b) - addr))
		b = before;
	describe_at(d, b, addr);
	return 1;
}
