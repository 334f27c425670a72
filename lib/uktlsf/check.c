/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What is wrong with a heap, in words. The fast paths only notice that a seal
 * is broken; here the blocks are walked from the start of the pool, to
 * distinguish an overrun header from a pointer that was never a block. The walk
 * takes time in proportion to the pool, which is acceptable in a crash.
 */
#include <uk/snprintf.h>
#include "tlsf_internal.h"

#define TEXT_MAX 64

static const void *owner_of(const struct block *b __unused)
{
#ifdef CONFIG_LIBUKTLSF_OWNERS
	return (const void *)(__uptr)b->owner;
#else
	return __NULL;
#endif
}

static const void *freer_of(const struct block *b __unused)
{
#ifdef CONFIG_LIBUKTLSF_OWNERS
	return (const void *)(__uptr)b->freer;
#else
	return __NULL;
#endif
}

/* "0x3207e0 of 20 bytes": what the program asked for, as far as that is known
 * of a free block.
 */
static const char *words(struct block *b, char text[TEXT_MAX])
{
	__sz size = block_asked(b);

	if (b->word & BLOCK_UNASKED)
		size = 0;
#ifdef CONFIG_LIBUKTLSF_OWNERS
	if (block_is_free(b))
		size = b->freer ? b->freed_size : 0;
#endif
	if (size)
		uk_snprintf(text, TEXT_MAX, "%p of %lu bytes", block_payload(b),
			    size);
	else
		uk_snprintf(text, TEXT_MAX, "%p", block_payload(b));
	return text;
}

/*
 * Walks a pool up to address `to`. Returns the last block with a whole header
 * that begins before `to`, NULL if the first is damaged; *whole is 1 if
 * the walk reached `to`.
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
	char text[TEXT_MAX];
	struct block *b;
	int whole;

	if (!pool)
		uk_alloc_misuse(&t->a, __NULL, __NULL,
				"free of %p, which is not in \"%s\"", ptr,
				t->a.name);
	b = walk(t, pool, ptr, &whole);
	if (!b)
		uk_alloc_misuse(&t->a, __NULL, __NULL,
				"the first header of \"%s\" at %p is damaged",
				t->a.name, pool->start);
	if (whole)
		uk_alloc_misuse(&t->a, owner_of(b), freer_of(b),
				"free of %p, which is inside the %s block %s",
				ptr, block_is_free(b) ? "free" : "used",
				words(b, text));
	uk_alloc_misuse(&t->a, owner_of(b), freer_of(b),
			"free of %p: the header after block %s was overrun",
			ptr, words(b, text));
}

struct block *tlsf_block_of(struct tlsf *t, void *ptr)
{
	struct block *b = (struct block *)((char *)ptr - BLOCK_HEADER);
	char text[TEXT_MAX];

	if (unlikely(!tlsf_may_be_block(t, b) || !block_sealed(t, b)))
		wild(t, ptr);
	if (unlikely(block_is_free(b)))
		uk_alloc_misuse(&t->a, owner_of(b), freer_of(b),
				"double free of %s", words(b, text));
	return b;
}

struct block *tlsf_after(struct tlsf *t, struct block *b)
{
	struct block *after = block_after(b);
	char text[TEXT_MAX];

	if (unlikely(!block_sealed(t, after) || after->before != b))
		uk_alloc_misuse(
			&t->a, owner_of(b), freer_of(b),
			"block %s was overrun: the header after it is damaged",
			words(b, text));
	return after;
}

void __noreturn tlsf_written(struct tlsf *t, struct block *b)
{
	char text[TEXT_MAX];

	if (!tlsf_may_be_block(t, b) || !block_sealed(t, b))
		uk_alloc_misuse(&t->a, __NULL, __NULL,
				"a free block near %p was overwritten", b);
	uk_alloc_misuse(&t->a, owner_of(b), freer_of(b),
			"block %s was written to after it was freed",
			words(b, text));
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
