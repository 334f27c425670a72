/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What is wrong with a heap, in words. The fast paths only notice that a seal
 * is broken; here the blocks are walked from the start of the pool, to
 * distinguish an overrun header from a pointer that was never a block. The walk
 * takes time in proportion to the pool, which is acceptable in a crash.
 */
#include <stdarg.h>
#include <uk/snprintf.h>
#include "tlsf_internal.h"

void tlsf_describe(struct uk_alloc_damage *d, const struct block *b __unused,
		   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	uk_vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	d->owner = d->freer = 0;
#ifdef CONFIG_LIBUKTLSF_OWNERS
	if (b) {
		d->owner = b->owner;
		d->freer = b->freer;
	}
#endif
}

/* Describes, and crashes. */
#define MISUSE(b, ...)                              \
	do {                                        \
		struct uk_alloc_damage d_;          \
                                                    \
		tlsf_describe(&d_, b, __VA_ARGS__); \
		uk_alloc_misuse(&d_);               \
	} while (0)

const char *tlsf_words(struct block *b, char text[TLSF_WORDS_MAX])
{
	__sz size = block_asked(b);

	if (b->word & BLOCK_UNASKED)
		size = 0;
#ifdef CONFIG_LIBUKTLSF_OWNERS
	if (block_is_free(b))
		size = b->freer ? b->freed_size : 0;
#endif
	if (size)
		uk_snprintf(text, TLSF_WORDS_MAX, "%p of %lu byte%s",
			    block_payload(b), size, size > 1 ? "s" : "");
	else
		uk_snprintf(text, TLSF_WORDS_MAX, "%p", block_payload(b));
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

/* Of a pointer that was read from what is in freed blocks, and behind them. */
static const char *origin_of(const void *ptr __unused)
{
#ifdef CONFIG_LIBUKALLOC_CHECKS
	unsigned int filling = uk_alloc_filling((__uptr)ptr);

	if (filling == UK_ALLOC_POISON)
		return ": it was read from a block after its free";
	if (filling == UK_ALLOC_CANARY)
		return ": it was read past the end of a block";
#endif
	return "";
}

/* A free of ptr, where no block in use begins. */
static void __noreturn wild(struct tlsf *t, void *ptr)
{
	const struct pool *pool = tlsf_pool_of(t, ptr);
	char text[TLSF_WORDS_MAX];
	struct block *b;
	int whole;

	if (!pool)
		MISUSE(__NULL, "free of %p, which is not in \"%s\"%s", ptr,
		       t->a.name, origin_of(ptr));
	b = walk(t, pool, ptr, &whole);
	if (!b)
		MISUSE(__NULL, "the first header of \"%s\" at %p is damaged",
		       t->a.name, pool->start);
	if (whole)
		MISUSE(b, "free of %p, which is inside the %s block %s", ptr,
		       block_in_use(b) ? "used" : "free", tlsf_words(b, text));
	MISUSE(b, "free of %p: the header after block %s was overrun", ptr,
	       tlsf_words(b, text));
}

struct block *tlsf_block_of(struct tlsf *t, void *ptr)
{
	struct block *b = (struct block *)((char *)ptr - BLOCK_HEADER);
	char text[TLSF_WORDS_MAX];

	if (unlikely(!tlsf_may_be_block(t, b) || !block_sealed(t, b)))
		wild(t, ptr);
	if (unlikely(!block_in_use(b)))
		MISUSE(b, "double free of %s", tlsf_words(b, text));
	return b;
}

/* Describes a block whose next header is damaged. */
static void overrun(struct uk_alloc_damage *d, struct block *b)
{
	char text[TLSF_WORDS_MAX];

	tlsf_describe(d, b,
		      "block %s was overrun: the header after it is damaged",
		      tlsf_words(b, text));
}

struct block *tlsf_after(struct tlsf *t, struct block *b)
{
	struct block *after = block_after(b);
	struct uk_alloc_damage d;

	if (unlikely(!block_sealed(t, after) || after->before != b)) {
		overrun(&d, b);
		uk_alloc_misuse(&d);
	}
	return after;
}

void __noreturn tlsf_before_damaged(const struct block *before, struct block *b)
{
	MISUSE(__NULL, "the header at %p, before block %p, is damaged", before,
	       block_payload(b));
}

void __noreturn tlsf_written(struct tlsf *t, struct block *b)
{
	char text[TLSF_WORDS_MAX];

	if (!tlsf_may_be_block(t, b) || !block_sealed(t, b))
		MISUSE(__NULL, "a free block near %p was overwritten", b);
	MISUSE(b, "block %s was written to after it was freed",
	       tlsf_words(b, text));
}

static int check_pool(struct tlsf *t, const struct pool *pool,
		      struct uk_alloc_damage *d)
{
	struct block *b = (struct block *)pool->start, *last = __NULL;

	for (; (char *)b < pool->end; last = b, b = block_after(b)) {
		if (block_sealed(t, b) && b->before == last) {
#ifdef CONFIG_LIBUKALLOC_CHECKS
			if (tlsf_inspect(t, b, d))
				return 1;
#endif
			continue;
		}
		if (last)
			overrun(d, last);
		else
			tlsf_describe(
				d, __NULL,
				"the first header of \"%s\" at %p is damaged",
				t->a.name, pool->start);
		return 1;
	}
	return 0;
}

int tlsf_check(struct uk_alloc *a, struct uk_alloc_damage *d)
{
	struct tlsf *t = __containerof(a, struct tlsf, a);

	for (const struct pool *pool = &t->pool; pool; pool = pool->next)
		if (check_pool(t, pool, d))
			return 1;
	return 0;
}
