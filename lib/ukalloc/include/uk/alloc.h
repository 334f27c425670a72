/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Allocators: what programs call, what an allocator provides, and statistics.
 * Several can exist; the default one serves malloc().
 *
 *	char *buf = uk_malloc(uk_alloc_get_default(), 100);
 *	uk_free(uk_alloc_get_default(), buf);
 *
 * Memory is aligned to 16 bytes. A misuse that the allocator notices (double
 * free, overrun of a header, free of a wild pointer) crashes with the reason
 * "heap" and the address; the call trace shows who did it.
 *
 * Contexts, unless said otherwise: init, thread, irq-off, irq. Interrupts are
 * off for the bounded time that the allocator itself needs: an interrupt
 * handler may allocate, too. Not in trap context: the trap may have hit an
 * allocator half-way.
 */
#ifndef __UK_ALLOC_H__
#define __UK_ALLOC_H__

#include <uk/essentials.h>

#define UK_ALLOC_ALIGN 16 /* of every block, in bytes */

struct uk_alloc;

/* Most bytes of a description of damage, with its NUL. */
#define UK_ALLOC_DAMAGE_MAX 160

/* What is wrong with a heap, in words, and of the block that it concerns who
 * allocated and who freed it, as `caller` was given to the allocator; 0: not
 * known, or there is none.
 */
struct uk_alloc_damage {
	__u32 owner, freer;
	char text[UK_ALLOC_DAMAGE_MAX];
};

/* A block in use. */
struct uk_alloc_block {
	void *ptr;
	__sz size;   /* as the program asked for */
	__u32 owner; /* as in struct uk_alloc_damage */
};

typedef void (*uk_alloc_visit_t)(const struct uk_alloc_block *b, void *arg);

/* The blocks in use that one call trace allocated. */
struct uk_alloc_trace {
	__sz bytes;
	__u32 blocks;
	unsigned int count; /* of pcs; 0: traces that are not kept */
	const __u32 *pcs;   /* return addresses, the caller of malloc() first */
};

/** What an allocator provides. Called with interrupts off, except check(). */
struct uk_alloc_ops {
	/* A block of at least size bytes (never 0) at a multiple of align, a
	 * power of two not less than UK_ALLOC_ALIGN; NULL if there is none.
	 * caller is below 4 GiB: an address, or ukalloc's number of a trace.
	 */
	void *(*alloc)(struct uk_alloc *a, __sz align, __sz size, void *caller);
	/* Frees a block (never NULL); returns what usable() had said. */
	__sz (*free)(struct uk_alloc *a, void *ptr, void *caller);
	/* Makes a block larger or smaller where it is; 0 if it cannot. */
	int (*resize)(struct uk_alloc *a, void *ptr, __sz size, void *caller);
	/* Bytes that may be used at ptr: what was asked for or more. */
	__sz (*usable)(struct uk_alloc *a, void *ptr);
	/* Bytes in free blocks, and the largest block that is certain to be
	 * had.
	 */
	__sz (*avail)(struct uk_alloc *a);
	__sz (*largest)(struct uk_alloc *a);
	/* Adds memory: 0 or a negative errno. NULL: it cannot grow. */
	int (*addmem)(struct uk_alloc *a, void *base, __sz len);
	/* Looks through all blocks; returns 1 and describes the first damage,
	 * or 0. Any context. NULL: it has no check.
	 */
	int (*check)(struct uk_alloc *a, struct uk_alloc_damage *d);
	/* Describes what an address is to the blocks, for LIBUKKASAN: "8 bytes
	 * past the end of the block 0x3207e0 of 20 bytes"; 0: it does not
	 * manage the address. Any context. NULL: it cannot.
	 */
	int (*locate)(struct uk_alloc *a, __uptr addr,
		      struct uk_alloc_damage *d);
	/* The rest is for lists of blocks; NULL: it has none. Any context, of a
	 * heap in which check() finds no damage and nothing changes meanwhile.
	 *
	 * Calls visit for each block in use.
	 */
	void (*blocks)(struct uk_alloc *a, uk_alloc_visit_t visit, void *arg);
	/* For leaks. After mark_begin(), mark() marks the block in use that a
	 * word points into, if there is one; mark_next() gives a marked block
	 * that it has not given yet, or returns 0; mark_end() calls visit for
	 * those not marked.
	 */
	void (*mark_begin)(struct uk_alloc *a);
	void (*mark)(struct uk_alloc *a, __uptr word);
	int (*mark_next)(struct uk_alloc *a, struct uk_alloc_block *b);
	void (*mark_end)(struct uk_alloc *a, uk_alloc_visit_t visit, void *arg);
};

/* Unikraft's names; bytes and counts since the allocator exists. */
struct uk_alloc_stats {
	__sz total;	  /* bytes that it manages, its own needs included */
	__sz cur_mem_use; /* usable bytes of the blocks in use */
	__sz max_mem_use; /* most of them at a time */
	__sz last_alloc_size, max_alloc_size; /* as asked for */
	__u64 tot_nb_allocs, tot_nb_frees;
	__u64 cur_nb_allocs, max_nb_allocs; /* blocks in use */
	__u64 nb_enomem;		    /* requests that failed */
};

struct uk_alloc {
	const char *name; /* for metrics and the crash screen */
	const struct uk_alloc_ops *ops;
	struct uk_alloc_stats stats; /* ukalloc's, but for total */
	struct uk_alloc *next;	     /* ukalloc's */
};

/**
 * Makes an allocator known; the first one becomes the default. It must exist
 * for ever. `name`, `ops` and `stats.total` are set, everything else is 0.
 */
void uk_alloc_register(struct uk_alloc *a);

/** The default allocator; NULL before one is registered. Contexts: any. */
struct uk_alloc *uk_alloc_get_default(void);

/** Makes another registered allocator the default. */
void uk_alloc_set_default(struct uk_alloc *a);

/** The first allocator in order of registration, or NULL. Contexts: any. */
struct uk_alloc *uk_alloc_first(void);

#ifdef CONFIG_LIBUKALLOC_CHECKS
/**
 * Counts the blocks in use by the call trace that allocated them, those of all
 * allocators, for uk_alloc_trace_next().
 *
 * @return 0: uk_alloc_traces_end() is to be called; -EAGAIN while someone else
 *   does the same; -ENOTSUP without an allocator that keeps owners; -EFAULT if
 *   a heap is damaged. Contexts: thread.
 */
int uk_alloc_traces_begin(void);

/** The next of them. *at: 0 before the first. @return 0 after the last. */
int uk_alloc_trace_next(unsigned int *at, struct uk_alloc_trace *t);

void uk_alloc_traces_end(void);
#endif

/** Walks all allocators. Contexts: any; the list only ever grows at its end. */
#define uk_alloc_foreach(iter) \
	for (struct uk_alloc *iter = uk_alloc_first(); iter; iter = iter->next)

/**
 * As in C: at least size bytes that belong to the caller, or NULL. A size of 0
 * gives a block of its own, too. calloc clears, and notices when the product
 * overflows. a may be NULL: then there is no memory.
 */
void *uk_malloc(struct uk_alloc *a, __sz size);
void *uk_calloc(struct uk_alloc *a, __sz nmemb, __sz size);

/**
 * Makes a block larger or smaller, moving it if need be; NULL, with the block
 * left as it is, where there is no memory. ptr == NULL: uk_malloc(); size ==
 * 0: uk_free(), and NULL.
 */
void *uk_realloc(struct uk_alloc *a, void *ptr, __sz size);

/**
 * A block at a multiple of align, a power of two; NULL for another align or
 * where there is no memory.
 */
void *uk_memalign(struct uk_alloc *a, __sz align, __sz size);

/**
 * The same as POSIX has it.
 *
 * @return 0, -EINVAL if align is no power of two or less than a pointer,
 *   -ENOMEM; *memptr is set only with 0.
 */
int uk_posix_memalign(struct uk_alloc *a, void **memptr, __sz align, __sz size);

/** Frees a block of this allocator; NULL does nothing. */
void uk_free(struct uk_alloc *a, void *ptr);

/** Bytes that may be used at ptr, at least those asked for; NULL: 0. */
__sz uk_alloc_usable(struct uk_alloc *a, void *ptr);

/** Bytes in free blocks. */
__sz uk_alloc_availmem(struct uk_alloc *a);

/** Size of the largest block that uk_malloc() is certain to give. */
__sz uk_alloc_maxalloc(struct uk_alloc *a);

/** A copy of the statistics, all of one moment. */
void uk_alloc_stats_get(struct uk_alloc *a, struct uk_alloc_stats *dst);

/**
 * Gives an allocator more memory. @return 0, -ENOTSUP if it cannot grow,
 * -EINVAL if len is too small.
 */
int uk_alloc_addmem(struct uk_alloc *a, void *base, __sz len);

/**
 * Checks all blocks: headers, and with LIBUKALLOC_CHECKS what surrounds each
 * block and what freed ones hold. Interrupts are off for a time in proportion
 * to the number of blocks and the bytes of freed ones that are held back.
 *
 * @param[out] d filled if there is damage
 * @return 0: no damage was found, or the allocator has no check; -EFAULT
 */
int uk_alloc_check(struct uk_alloc *a, struct uk_alloc_damage *d);

/* --- for faces of an allocator, such as the C library's -------------------*/

/*
 * The same with the address that is to count as the caller, where an
 * allocator remembers callers. align as in struct uk_alloc_ops.
 */
void *uk_alloc_from(struct uk_alloc *a, __sz align, __sz size, void *caller);
void *uk_realloc_from(struct uk_alloc *a, void *ptr, __sz size, void *caller);
void uk_free_from(struct uk_alloc *a, void *ptr, void *caller);

/* --- for allocators -------------------------------------------------------*/

#ifdef CONFIG_LIBUKALLOC_CHECKS
/* What fills freed blocks, and the room behind the program's bytes: bytes that
 * eight of make no address.
 */
#define UK_ALLOC_POISON 0xdb
#define UK_ALLOC_CANARY 0xc9

/**
 * UK_ALLOC_POISON or UK_ALLOC_CANARY if an address is a pointer that was read
 * from such bytes, or of a member there; else 0. Contexts: any.
 */
static inline unsigned int uk_alloc_filling(__uptr addr)
{
	__u64 high = addr >> 32;

	return high == UK_ALLOC_POISON * 0x01010101UL	? UK_ALLOC_POISON
	       : high == UK_ALLOC_CANARY * 0x01010101UL ? UK_ALLOC_CANARY
							: 0;
}

/** 1 if memory errors are to be found (heap.checks). Contexts: any; constant
 * once parameters are read.
 */
int uk_alloc_checks(void);
#endif

/**
 * Crashes with the reason "heap" and the description. Contexts: any.
 */
void __noreturn uk_alloc_misuse(const struct uk_alloc_damage *d);

#endif /* __UK_ALLOC_H__ */
