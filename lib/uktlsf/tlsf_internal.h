/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Blocks and lists. A piece of memory (pool) is a row of blocks, each a header
 * and its payload, without gaps; the last is empty and in use, the end mark.
 * Two free blocks never stand side by side.
 *
 * A header is sealed: 16 bits beside the size are a hash of the header, its
 * address and a number of the allocator's own. Whatever changes a header
 * checks its seal first, so that damage is never sealed over.
 */
#ifndef __TLSF_INTERNAL_H__
#define __TLSF_INTERNAL_H__

#include <stddef.h>
#include <uk/tlsf.h>

struct block {
	struct block *before; /* in memory; NULL for the first of a pool */
	/* seal << 48 | slack << 40 | size of the payload | BLOCK_*; slack is
	 * what the payload has beyond the size that the program asked for
	 */
	__u64 word;
#ifdef CONFIG_LIBUKTLSF_OWNERS
	/* Not sealed: return addresses, for code is below 4 GiB; and of a block
	 * that was freed the size that had been asked for.
	 */
	__u32 owner, freer;
	__sz freed_size;
#endif
	/* The payload begins here. In a free block: neighbours in its list. */
	struct block *next, *prev;
};

#define BLOCK_FREE 1UL
#define BLOCK_UNASKED 2UL /* free, of a size that no program asked for */
#define BLOCK_SIZE_MASK 0x000000fffffffff0UL
#define BLOCK_SLACK_SHIFT 40
#define BLOCK_SLACK_MASK (0xffUL << BLOCK_SLACK_SHIFT)
#define BLOCK_SEAL_MASK 0xffff000000000000UL
#define BLOCK_HEADER offsetof(struct block, next)
#define BLOCK_MIN 16UL /* payload: the two links */

/*
 * Lists by size: below TLSF_SMALL one for every multiple of 16 bytes, above
 * 32 for every power of two (second level), up to 256 GiB.
 */
#define TLSF_SL_LOG2 5
#define TLSF_SL_COUNT (1U << TLSF_SL_LOG2)
#define TLSF_SMALL_LOG2 9
#define TLSF_SMALL (1UL << TLSF_SMALL_LOG2)
#define TLSF_FL_COUNT 30
#define TLSF_SIZE_MAX ((1UL << (TLSF_SMALL_LOG2 + TLSF_FL_COUNT - 1)) - 16)

/* A piece of memory. The first one's is in struct tlsf, each other one's at its
 * own start, so that there may be any number.
 */
struct pool {
	struct pool *next;
	char *start, *end; /* of the blocks */
};

struct tlsf {
	struct uk_alloc a;
	__u64 secret;
	__sz avail;
	struct pool pool;
	__u32 fl_map; /* a bit for each first level that has a block */
	__u32 sl_map[TLSF_FL_COUNT];
	struct block *lists[TLSF_FL_COUNT][TLSF_SL_COUNT];
};

static inline __sz block_size(const struct block *b)
{
	return b->word & BLOCK_SIZE_MASK;
}

static inline int block_is_free(const struct block *b)
{
	return b->word & BLOCK_FREE;
}

/* A word for a block in use that has room for what was asked for. */
static inline __u64 block_in_use(__sz size, __sz asked)
{
	return size | (size - asked) << BLOCK_SLACK_SHIFT;
}

/* The size that the program asked for when it got, or had, the block. */
static inline __sz block_asked(const struct block *b)
{
	return block_size(b) -
	       ((b->word & BLOCK_SLACK_MASK) >> BLOCK_SLACK_SHIFT);
}

static inline void *block_payload(struct block *b)
{
	return (char *)b + BLOCK_HEADER;
}

static inline struct block *block_after(const struct block *b)
{
	return (struct block *)((char *)b + BLOCK_HEADER + block_size(b));
}

/* The seal that belongs to a header with this word. */
static inline __u64 block_seal(const struct tlsf *t, const struct block *b,
			       __u64 word)
{
	__u64 hash = ((__u64)b->before ^ t->secret) * 0x9e3779b97f4a7c15UL;

	word &= ~BLOCK_SEAL_MASK;
	hash = ((hash >> 7) ^ (__u64)b) + word * 0xd6e8feb86659fd93UL;
	return hash * 0xc2b2ae3d27d4eb4fUL & BLOCK_SEAL_MASK;
}

static inline int block_sealed(const struct tlsf *t, const struct block *b)
{
	return (b->word & BLOCK_SEAL_MASK) == block_seal(t, b, b->word);
}

/* Writes a header. */
static inline void block_set(const struct tlsf *t, struct block *b,
			     struct block *before, __u64 word)
{
	b->before = before;
	b->word = word | block_seal(t, b, word);
}

/* The pool that p is in, or NULL. */
static inline const struct pool *tlsf_pool_of(const struct tlsf *t,
					      const void *p)
{
	const struct pool *pool = &t->pool;

	while (pool &&
	       ((const char *)p < pool->start || (const char *)p >= pool->end))
		pool = pool->next;
	return pool;
}

/* 1 if a header may stand at b. */
static inline int tlsf_may_be_block(const struct tlsf *t, const void *b)
{
	return ((__uptr)b + BLOCK_HEADER) % UK_ALLOC_ALIGN == 0 &&
	       tlsf_pool_of(t, b);
}

/* Puts a free block into its list, takes it out of it. */
void tlsf_insert(struct tlsf *t, struct block *b);
void tlsf_remove(struct tlsf *t, struct block *b);

/* A free block of at least size bytes, still in its list; or NULL. */
struct block *tlsf_find(struct tlsf *t, __sz size);

/* A size that is certain to be had. */
__sz tlsf_largest(const struct tlsf *t);

/* The block in use whose payload ptr is; crashes if there is none. */
struct block *tlsf_block_of(struct tlsf *t, void *ptr);

/* Crashes unless the header after block b is whole. Returns it. */
struct block *tlsf_after(struct tlsf *t, struct block *b);

/* Crashes because of a free block whose payload was written to. */
void __noreturn tlsf_written(struct tlsf *t, struct block *b);

/* The first damaged header; NULL if there is none. */
const void *tlsf_check(struct uk_alloc *a);

#endif /* __TLSF_INTERNAL_H__ */
