/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Allocating, freeing and resizing blocks; see tlsf_internal.h for what the
 * blocks are, and the paper for why this is fast. No loops but the one over
 * the pools, one for each hole in the memory. Locking and statistics are
 * ukalloc's.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include "tlsf_internal.h"

static struct tlsf *tlsf_of(struct uk_alloc *a)
{
	return __containerof(a, struct tlsf, a);
}

static void note_owner(struct block *b __unused, void *caller __unused)
{
#ifdef CONFIG_LIBUKTLSF_OWNERS
	b->owner = (__u32)(__uptr)caller;
	b->freer = 0;
#endif
}

static void note_freer(struct block *b __unused, void *caller __unused)
{
#ifdef CONFIG_LIBUKTLSF_OWNERS
	b->freer = (__u32)(__uptr)caller;
#endif
}

static void note_size(struct block *b __unused)
{
#ifdef CONFIG_LIBUKTLSF_OWNERS
	b->freed_size = block_asked(b);
#endif
}

/*
 * Cuts a block that is in no list down to size, where the rest makes a block.
 * Its state stays; the rest is joined with a free block after it.
 */
static void trim(struct tlsf *t, struct block *b, __sz size)
{
	struct block *after = tlsf_after(t, b), *rest;
	__sz left = block_size(b) - size;

	if (left < BLOCK_HEADER + BLOCK_MIN)
		return;
	if (block_is_free(after)) {
		tlsf_remove(t, after);
		left += BLOCK_HEADER + block_size(after);
		after = tlsf_after(t, after);
	}
	block_set(t, b, b->before, size | (b->word & BLOCK_FREE));
	rest = block_after(b);
	block_set(t, rest, b,
		  (left - BLOCK_HEADER) | BLOCK_FREE | BLOCK_UNASKED);
	note_owner(rest, __NULL);
	block_set(t, after, rest, after->word & ~BLOCK_SEAL_MASK);
	tlsf_insert(t, rest);
}

/*
 * Frees the front of a block that is in no list, up to where the payload of
 * what remains is to begin. Returns that.
 */
static struct block *cut_at(struct tlsf *t, struct block *b, __uptr at)
{
	struct block *after = tlsf_after(t, b);
	struct block *cut = (struct block *)(at - BLOCK_HEADER);
	__sz gap = at - (__uptr)block_payload(b);

	block_set(t, cut, b, (block_size(b) - gap) | BLOCK_FREE);
	block_set(t, after, cut, after->word & ~BLOCK_SEAL_MASK);
	block_set(t, b, b->before,
		  (gap - BLOCK_HEADER) | BLOCK_FREE | BLOCK_UNASKED);
	tlsf_insert(t, b);
	return cut;
}

/* The same, so that it is aligned. */
static struct block *cut_front(struct tlsf *t, struct block *b, __sz align)
{
	__uptr start = (__uptr)block_payload(b);
	__uptr aligned = ALIGN_UP(start, align);

	if (aligned == start)
		return b;
	if (aligned - start < BLOCK_HEADER + BLOCK_MIN)
		aligned = ALIGN_UP(start + BLOCK_HEADER + BLOCK_MIN, align);
	return cut_at(t, b, aligned);
}

/* Joins two neighbours, of which the second is free; only the first one's
 * header remains in use.
 */
static void join(struct tlsf *t, struct block *b, struct block *after)
{
	struct block *beyond = tlsf_after(t, after);

	block_set(t, b, b->before,
		  (block_size(b) + BLOCK_HEADER + block_size(after)) |
			  (b->word & BLOCK_FREE) | BLOCK_UNASKED);
	block_set(t, beyond, b, beyond->word & ~BLOCK_SEAL_MASK);
}

/*
 * A header that is joined to another block stays behind as that of a free
 * one, so that freeing it again is noticed until its bytes are used anew.
 */
static void tlsf_give_back(struct tlsf *t, struct block *b, struct block *after)
{
	struct block *before = b->before;

	note_size(b);
	block_set(t, b, before,
		  (b->word & ~(BLOCK_SEAL_MASK | BLOCK_HELD)) | BLOCK_FREE);
	if (block_is_free(after)) {
		tlsf_remove(t, after);
		join(t, b, after);
	}
	if (before &&
	    (!tlsf_may_be_block(t, before) || !block_sealed(t, before)))
		tlsf_before_damaged(before, b);
	if (before && block_is_free(before)) {
		tlsf_remove(t, before);
		join(t, before, b);
		b = before;
	}
	tlsf_insert(t, b);
}

/* Gives held blocks back until no more than `most` bytes are held. Returns how
 * many blocks that were.
 */
static unsigned int tlsf_release(struct tlsf *t __unused, __sz most __unused)
{
	unsigned int count = 0;

#ifdef CONFIG_LIBUKALLOC_CHECKS
	for (struct block *b; (b = tlsf_unhold(t, most)); count++)
		tlsf_give_back(t, b, tlsf_after(t, b));
#endif
	return count;
}

/* The payload that a request needs. */
static __sz padded(const struct tlsf *t, __sz size)
{
	return ALIGN_UP(MAX(size + (__sz)tlsf_checked(t), BLOCK_MIN), 16UL);
}

/* Crashes if something was written to around the bytes of a block in use. */
static void tlsf_must_be_intact(const struct tlsf *t __unused,
				struct block *b __unused)
{
#ifdef CONFIG_LIBUKALLOC_CHECKS
	struct uk_alloc_damage d;

	if (tlsf_inspect(t, b, &d))
		uk_alloc_misuse(&d);
#endif
}

/* Makes a block in no list, or one in use, one of a size for the program. */
static void take(const struct tlsf *t, struct block *b, __sz asked,
		 void *caller)
{
	block_set(t, b, b->before, block_word(block_size(b), asked));
	note_owner(b, caller);
#ifdef CONFIG_LIBUKALLOC_CHECKS
	if (tlsf_checked(t))
		tlsf_arm(t, b);
#endif
}

static __sz usable(const struct tlsf *t, const struct block *b)
{
	return tlsf_checked(t) ? block_asked(b) : block_size(b);
}

/* A block in use, or NULL. */
static struct block *block_alloc(struct tlsf *t, __sz align, __sz size,
				 void *caller)
{
	__sz room = 0, asked = size;
	struct block *b;

	if (size > TLSF_SIZE_MAX || align > TLSF_SIZE_MAX)
		return __NULL;
	size = padded(t, size);
	if (align > UK_ALLOC_ALIGN)
		room = align + BLOCK_HEADER + BLOCK_MIN;
	b = tlsf_find(t, size + room);
	if (!b && tlsf_release(t, 0))
		b = tlsf_find(t, size + room);
	if (!b)
		return __NULL;
	if (unlikely(!tlsf_may_be_block(t, b) || !block_sealed(t, b)))
		tlsf_written(t, b);
	tlsf_remove(t, b);
	if (room)
		b = cut_front(t, b, align);
	trim(t, b, size);
	take(t, b, asked, caller);
	return b;
}

#ifdef CONFIG_LIBUKKASAN
struct block *tlsf_block_alloc(struct tlsf *t, __sz align, __sz size,
			       void *caller)
{
	return block_alloc(t, align, size, caller);
}

struct block *tlsf_block_below(struct tlsf *t, struct block *edge, __sz align,
			       __sz asked)
{
	__uptr at = ALIGN_DOWN((__uptr)edge - padded(t, asked), align);
	struct block *b = edge->before;

	if (!b || !tlsf_may_be_block(t, b) || !block_is_free(b) ||
	    !block_sealed(t, b) ||
	    at < (__uptr)block_payload(b) + BLOCK_HEADER + BLOCK_MIN)
		return __NULL;
	tlsf_remove(t, b);
	b = cut_at(t, b, at);
	trim(t, b, padded(t, asked));
	take(t, b, asked, __NULL);
	return b;
}

struct block *tlsf_end(const struct tlsf *t)
{
	const struct pool *pool = &t->pool, *most = pool;

	while ((pool = pool->next))
		if (pool->end - pool->start > most->end - most->start)
			most = pool;
	return (struct block *)(most->end - BLOCK_HEADER);
}
#endif

static void *tlsf_alloc(struct uk_alloc *a, __sz align, __sz size, void *caller)
{
	struct tlsf *t = tlsf_of(a);
	struct block *b = block_alloc(t, align, size, caller);

	if (b && tlsf_shadow(t, b)) {
		tlsf_give_back(t, b, tlsf_after(t, b));
		return __NULL;
	}
	return b ? block_payload(b) : __NULL;
}

static __sz tlsf_free(struct uk_alloc *a, void *ptr, void *caller)
{
	struct tlsf *t = tlsf_of(a);
	struct block *b = tlsf_block_of(t, ptr), *after;
	__sz size = usable(t, b);

	tlsf_must_be_intact(t, b);
	after = tlsf_after(t, b);
	note_freer(b, caller);
	tlsf_shadow_freed(b);
#ifdef CONFIG_LIBUKALLOC_CHECKS
	if (tlsf_checked(t)) {
		tlsf_hold(t, b);
		tlsf_release(t, tlsf_held_max());
		return size;
	}
#endif
	tlsf_give_back(t, b, after);
	return size;
}

static int tlsf_resize(struct uk_alloc *a, void *ptr, __sz size, void *caller)
{
	struct tlsf *t = tlsf_of(a);
	struct block *b = tlsf_block_of(t, ptr), *after;
	__sz asked = size, before = block_asked(b);

	if (size > TLSF_SIZE_MAX)
		return 0;
	tlsf_must_be_intact(t, b);
	tlsf_shadow_freed(b);
	size = padded(t, size);
	if (size > block_size(b)) {
		after = tlsf_after(t, b);
		if (!block_is_free(after) ||
		    block_size(b) + BLOCK_HEADER + block_size(after) < size) {
			(void)tlsf_shadow(t, b);
			return 0;
		}
		tlsf_remove(t, after);
		join(t, b, after);
	}
	trim(t, b, size);
	take(t, b, asked, caller);
	if (!tlsf_shadow(t, b))
		return 1;
	/* As it was; that part has a shadow. */
	trim(t, b, padded(t, before));
	take(t, b, before, caller);
	(void)tlsf_shadow(t, b);
	return 0;
}

static __sz tlsf_usable(struct uk_alloc *a, void *ptr)
{
	return usable(tlsf_of(a), tlsf_block_of(tlsf_of(a), ptr));
}

static __sz tlsf_avail(struct uk_alloc *a)
{
	const struct tlsf *t = tlsf_of(a);

#ifdef CONFIG_LIBUKALLOC_CHECKS
	return t->avail + t->held;
#else
	return t->avail;
#endif
}

static __sz largest(struct uk_alloc *a)
{
	__sz size = tlsf_largest(tlsf_of(a));

	return size ? size - (__sz)tlsf_checked(tlsf_of(a)) : 0;
}

/* Fills a pool: one free block and the end mark. */
static int pool_fill(struct tlsf *t, struct pool *pool, char *base, char *end)
{
	struct block *b = (struct block *)ALIGN_UP((__uptr)base, 16UL);
	struct block *mark =
		(struct block *)(ALIGN_DOWN((__uptr)end, 16UL) - BLOCK_HEADER);

	if (end < base || (char *)mark < (char *)b + BLOCK_HEADER + BLOCK_MIN)
		return -EINVAL;
	pool->start = (char *)b;
	pool->end = (char *)mark + BLOCK_HEADER;
	block_set(t, b, __NULL,
		  ((__uptr)mark - (__uptr)b - BLOCK_HEADER) | BLOCK_FREE |
			  BLOCK_UNASKED);
	note_owner(b, __NULL);
	block_set(t, mark, b, 0);
	note_owner(mark, __NULL);
	tlsf_insert(t, b);
	return 0;
}

/* What is larger than a block can be becomes several pools. */
static int tlsf_addmem(struct uk_alloc *a, void *base, __sz len)
{
	struct tlsf *t = tlsf_of(a);
	struct pool *pool = (struct pool *)ALIGN_UP((__uptr)base, 16UL);
	char *end = (char *)base + MIN(len, TLSF_SIZE_MAX);
	int rc = pool_fill(t, pool, (char *)(pool + 1), end);

	if (rc)
		return rc;
	pool->next = t->pool.next;
	t->pool.next = pool;
	if (len > TLSF_SIZE_MAX)
		(void)tlsf_addmem(a, end, len - TLSF_SIZE_MAX);
	return 0;
}

static const struct uk_alloc_ops tlsf_ops = {
	.alloc = tlsf_alloc,
	.free = tlsf_free,
	.resize = tlsf_resize,
	.usable = tlsf_usable,
	.avail = tlsf_avail,
	.largest = largest,
	.addmem = tlsf_addmem,
	.check = tlsf_check,
#ifdef CONFIG_LIBUKKASAN
	.locate = tlsf_locate,
#endif
#ifdef CONFIG_LIBUKALLOC_CHECKS
	.blocks = tlsf_blocks,
	.mark_begin = tlsf_mark_begin,
	.mark = tlsf_mark,
	.mark_next = tlsf_mark_next,
	.mark_end = tlsf_mark_end,
#endif
};

struct uk_alloc *uk_tlsf_init(void *base, __sz len, const char *name)
{
	struct tlsf *t = (struct tlsf *)ALIGN_UP((__uptr)base, 64UL);
	char *end = (char *)base + len, *rest = (char *)(t + 1);

	if (len < sizeof(*t) + 64 || rest >= end)
		return __NULL;
	memset(t, 0, sizeof(*t));
#ifdef CONFIG_LIBUKALLOC_CHECKS
	t->checked = uk_alloc_checks();
#endif
	t->secret = ukarch_ticks() * 0x9e3779b97f4a7c15UL;
	t->a.name = name;
	t->a.ops = &tlsf_ops;
	t->a.stats.total = len;
	if (pool_fill(t, &t->pool, rest, MIN(end, rest + TLSF_SIZE_MAX)))
		return __NULL;
	if (end > rest + TLSF_SIZE_MAX)
		(void)tlsf_addmem(&t->a, rest + TLSF_SIZE_MAX,
				  (__sz)(end - rest) - TLSF_SIZE_MAX);
	tlsf_shadow_self(t);
	uk_alloc_register(&t->a);
	return &t->a;
}
