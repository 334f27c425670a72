/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __ALLOC_INTERNAL_H__
#define __ALLOC_INTERNAL_H__

#include <uk/alloc.h>

/*
 * Around every operation of an allocator: a spinlock, interrupts off. Of its
 * own so that host tests can replace it.
 */
unsigned long ukalloc_lock(void);
void ukalloc_unlock(unsigned long flags);

/* 1 if another CPU, which may stand meanwhile, is in such an operation: heaps
 * may be half-way changed. Contexts: trap, irq-off.
 */
int ukalloc_locked_elsewhere(void);

#ifdef CONFIG_LIBUKALLOC_CHECKS
/*
 * What an allocator remembers as the caller: the number of the call trace that
 * leads to the caller, which is less than any address of code; the caller
 * itself if there is no room, or it is a number already. Contexts: as
 * uk_malloc(), and none of the allocators' locks held.
 */
void *ukalloc_origin(void *caller);

/* Return addresses of an origin, the caller first. Contexts: any. */
unsigned int ukalloc_origin_frames(__u32 origin, const __u32 **pcs);
#else
static inline void *ukalloc_origin(void *caller)
{
	return caller;
}

static inline unsigned int ukalloc_origin_frames(__u32 origin __unused,
						 const __u32 **pcs __unused)
{
	return 0;
}
#endif

/* Takes a line of text. */
typedef void (*ukalloc_line_t)(const char *line, void *arg);

/* Damage in lines: what it is, and who allocated and freed the block. */
void ukalloc_describe(const struct uk_alloc_damage *d, ukalloc_line_t line,
		      void *arg);

/* Frames of a trace as a crash screen shows them, indented. */
#ifdef CONFIG_LIBUKALLOC_CHECKS
void ukalloc_trace_lines(const __u32 *pcs, unsigned int count,
			 ukalloc_line_t line, void *arg);
#else
static inline void ukalloc_trace_lines(const __u32 *pcs __unused,
				       unsigned int count __unused,
				       ukalloc_line_t line __unused,
				       void *arg __unused)
{
}
#endif

/* Blocks by the trace that allocated them: added one by one (with the heap's
 * lock held, or nothing else running), written, largest first. One user at a
 * time, from begin (0, -EAGAIN) to end. Contexts: any.
 */
int ukalloc_groups_begin(void);
void ukalloc_groups_end(void);
void ukalloc_groups_add(const struct uk_alloc_block *b, void *arg);
/* Blocks that were added, and their bytes. */
__sz ukalloc_groups_sum(__sz *bytes);
void ukalloc_groups_write(__u64 max, ukalloc_line_t line, void *arg);

#endif /* __ALLOC_INTERNAL_H__ */
