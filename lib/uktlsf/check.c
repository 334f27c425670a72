/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What is wrong with a heap, in words. The fast paths only notice that a seal
 * is broken; here the blocks are walked from the start of the pool, to tell a
 * header that was overrun from a pointer that never was one. That walk is as
 * long as the pool, but nobody waits for a crash.
 */
#include <uk/arch/types.h>
#include "tlsf_internal.h"

#ifdef CONFIG_LIBUKTLSF_OWNERS
#define OWNERS_FMT ", allocated at %p, freed at %p"
#define OWNERS(b) , (b)->owner, (b)->freer
#define OWNER_FMT ", allocated at %p"
#define OWNER(b) , (b)->owner
#else
#define OWNERS_FMT
#define OWNERS(b)
#define OWNER_FMT
#define OWNER(b)
#endif

/*
 * Walks a pool up to address `to`. Returns the last block with a whole header
 * that begins before `to`, NULL if the first is damaged; *whole tells whether
 * the walk came as far as `to`.
 */
static struct block *walk(struct tlsf *t, const struct pool *pool,
			  const void *to, int *whole)
{
	struct block *b = (struct block *)pool->start;
	struct block *last = __NULL;

	while ((const char *)b < (const char *)to) {
		*whole = block_sealed(t, b) && b->before == last;
		if (!*whole)
			return last;
		last = b;
		b = block_after(b);
	}
	*whole = 1;
	return last;
}

/* A free of ptr, where no block in use begins. */
static void __noreturn wild(struct tlsf *t, void *ptr)
{
	const struct pool *pool = tlsf_pool_of(t, ptr);
	struct block *b;
	int whole;

	if (!pool)
		uk_alloc_misuse(&t->a, "free of %p, which is not in \"%s\"",
				ptr, t->a.name);
	b = walk(t, pool, ptr, &whole);
	if (whole && b)
		uk_alloc_misuse(&t->a,
				"free of %p, which is inside of the %s block "
				"%p of %lu bytes" OWNER_FMT,
				ptr, block_is_free(b) ? "free" : "used",
				block_payload(b), block_size(b) OWNER(b));
	if (!b)
		uk_alloc_misuse(&t->a,
				"the first header of \"%s\" at %p is damaged",
				t->a.name, pool->start);
	uk_alloc_misuse(&t->a,
			"free of %p: the header behind block %p of %lu bytes "
			"was overrun" OWNER_FMT,
			ptr, block_payload(b), block_size(b) OWNER(b));
}

struct block *tlsf_block_of(struct tlsf *t, void *ptr)
{
	struct block *b = (struct block *)((char *)ptr - BLOCK_HEADER);

	if (unlikely(!tlsf_may_be_block(t, b) || !block_sealed(t, b)))
		wild(t, ptr);
	if (unlikely(block_is_free(b)))
		uk_alloc_misuse(&t->a, "double free of %p" OWNERS_FMT,
				ptr OWNERS(b));
	return b;
}

struct block *tlsf_after(struct tlsf *t, struct block *b)
{
	struct block *after = block_after(b);

	if (unlikely(!block_sealed(t, after) || after->before != b))
		uk_alloc_misuse(&t->a,
				"block %p of %lu bytes was overrun: the header "
				"behind it is damaged" OWNER_FMT,
				block_payload(b), block_size(b) OWNER(b));
	return after;
}

void __noreturn tlsf_written(struct tlsf *t, struct block *b)
{
	if (!tlsf_may_be_block(t, b) || !block_sealed(t, b))
		uk_alloc_misuse(&t->a, "a free block near %p was overwritten",
				b);
	uk_alloc_misuse(
		&t->a,
		"block %p of %lu bytes was written to after it was freed" OWNERS_FMT,
		block_payload(b), block_size(b) OWNERS(b));
}

const void *tlsf_check(struct uk_alloc *a)
{
	struct tlsf *t = __containerof(a, struct tlsf, a);

	for (const struct pool *pool = &t->pool; pool; pool = pool->next) {
		int whole;
		struct block *b = walk(t, pool, pool->end, &whole);

		if (!whole)
			return b ? (void *)block_after(b) : pool->start;
	}
	return __NULL;
}
