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
	/* Not sealed: who allocated and freed it, as ukalloc gives them. */
	__u32 owner, freer;
	union {
		__sz freed_size;    /* free: what the program had asked for */
		struct block *held; /* held: the one freed next */
		__u64 guard;	    /* in use: see checks.c */
	};
#endif
	/* The payload begins here. In a free block: neighbours in its list. */
	struct block *next, *prev;
};

#define BLOCK_FREE 1UL
#define BLOCK_UNASKED 2UL /* free, of a size that no program asked for */
#define BLOCK_HELD 4UL	  /* freed, held back: poisoned, not in a list */
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

#define TLSF_INDEX 512 /* entries of leaks.c's index */

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
#ifdef CONFIG_LIBUKALLOC_CHECKS
	/* leaks.c: some blocks, ascending; marked ones; bounds of all pools */
	struct block *index[TLSF_INDEX], *marked;
	unsigned int indexed;
	const char *low, *high;
	int checked;
	/* Held blocks, in the order in which they were freed. */
	struct block *oldest, *newest;
	__sz held; /* bytes of theirs, headers too */
#endif
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

/* 1 if the program owns it (or it is an end mark). */
static inline int block_in_use(const struct block *b)
{
	return !(b->word & (BLOCK_FREE | BLOCK_HELD));
}

/* A word for a block in use that has room for what was asked for. */
static inline __u64 block_word(__sz size, __sz asked)
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

/* Crashes because the header before block b is damaged. */
void __noreturn tlsf_before_damaged(const struct block *before,
				    struct block *b);

/* Crashes because of a free block whose payload was written to. */
void __noreturn tlsf_written(struct tlsf *t, struct block *b);

/* See uk_alloc_ops. */
int tlsf_check(struct uk_alloc *a, struct uk_alloc_damage *d);

#ifdef CONFIG_LIBUKALLOC_CHECKS
static inline int tlsf_checked(const struct tlsf *t)
{
	return t->checked;
}

/* What is in the header of a block in use that nothing has written to. */
__u64 tlsf_guard(const struct tlsf *t, const struct block *b);

/* Fills what surrounds the bytes of a block that the program gets. */
void tlsf_arm(const struct tlsf *t, struct block *b);

/* Describes what was written to around the bytes of a block in use, or in a
 * held one. Returns 0 if nothing was.
 */
int tlsf_inspect(const struct tlsf *t, struct block *b,
		 struct uk_alloc_damage *d);

/* Poisons a block that the program freed and holds it back. */
void tlsf_hold(struct tlsf *t, struct block *b);

/* The block to release, inspected and no longer held, while more than `most`
 * bytes are held; NULL: none. The one freed last stays unless most is 0.
 */
struct block *tlsf_unhold(struct tlsf *t, __sz most);

/* Bytes that may be held. */
__sz tlsf_held_max(void);

/* See uk_alloc_ops. */
void tlsf_blocks(struct uk_alloc *a, uk_alloc_visit_t visit, void *arg);
void tlsf_mark_begin(struct uk_alloc *a);
void tlsf_mark(struct uk_alloc *a, __uptr word);
int tlsf_mark_next(struct uk_alloc *a, struct uk_alloc_block *b);
void tlsf_mark_end(struct uk_alloc *a, uk_alloc_visit_t visit, void *arg);
#else
static inline int tlsf_checked(const struct tlsf *t __unused)
{
	return 0;
}
#endif

#ifdef CONFIG_LIBUKKASAN
/* A block in use, without shadow; or NULL. */
struct block *tlsf_block_alloc(struct tlsf *t, __sz align, __sz size,
			       void *caller);

/* The same, of the end of the free block before another one; NULL as well if
 * that is not free, or too small.
 */
struct block *tlsf_block_below(struct tlsf *t, struct block *edge, __sz align,
			       __sz asked);

/* The end mark of the largest pool. */
struct block *tlsf_end(const struct tlsf *t);

/* For the compiler's checks: allows accesses to the program's bytes of a block
 * in use, and to nothing around them. Returns 0; -ENOMEM: there is no memory
 * for the shadow.
 */
int tlsf_shadow(struct tlsf *t, struct block *b);

/* For what reads the statistics. */
void tlsf_shadow_self(struct tlsf *t);

/* Refuses accesses to a block. */
void tlsf_shadow_freed(struct block *b);

/* See uk_alloc_ops. */
int tlsf_locate(struct uk_alloc *a, __uptr addr, struct uk_alloc_damage *d);

#else
static inline int tlsf_shadow(struct tlsf *t __unused, struct block *b __unused)
{
	return 0;
}

static inline void tlsf_shadow_self(struct tlsf *t __unused)
{
}

static inline void tlsf_shadow_freed(struct block *b __unused)
{
}
#endif

/* Makes a description with the block's owner and freer. */
void __printf_like(3, 4)
	tlsf_describe(struct uk_alloc_damage *d, const struct block *b,
		      const char *fmt, ...);

/* "0x3207e0 of 20 bytes": what the program asked for, as far as that is known
 * of a free block.
 */
#define TLSF_WORDS_MAX 64
const char *tlsf_words(struct block *b, char text[TLSF_WORDS_MAX]);

#endif /* __TLSF_INTERNAL_H__ */
