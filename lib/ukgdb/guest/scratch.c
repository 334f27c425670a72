/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Memory for what lldb compiles: an expression that calls a function is a
 * function of its own. Its code is in a pool of the image's text, which is
 * written like a breakpoint; its data is in another, so that no page is
 * writable and executable.
 */
#include <string.h>
#include <uk/arch/paging.h>
#include <uk/break.h>
#include "guest.h"

#define PAGES CONFIG_LIBUKGDB_LLDB_PAGES
/* lldb interprets what calls nothing, on a stack of 512 KiB of its own; it
 * asks for it here so as to have addresses that nothing else has. There is no
 * memory at them. An expression that is kept, such as a breakpoint's
 * condition, keeps its stack.
 */
#define STACK_SIZE 0x81000UL
#define STACKS 64
#define STACKS_AT 0x700000000000UL
#define NOT_FIRST 255 /* a unit of a range that begins before it */

UK_CTASSERT(PAGES *__PAGE_SIZE < STACK_SIZE && PAGES <= STACKS);

/* Each in a section of its own: lldb then knows the code as a section of its
 * own too, and finds no symbol of another section above that in one.
 */
static char scratch_data[PAGES * __PAGE_SIZE] __aligned(__PAGE_SIZE)
	__section(".bss.uk_scratch");

__asm__(".section .uk_scratch_text, \"ax\"\n\t"
	".balign 4096\n"
	"gdb_scratch_text:\n\t"
	".skip " STRINGIFY(
		CONFIG_LIBUKGDB_LLDB_PAGES) " * 4096, 0\n\t"
					    ".size gdb_scratch_text, . - gdb_scratch_text\n\t"
					    ".previous");

extern char gdb_scratch_text[];

static struct pool {
	char *start;
	__u64 unit; /* bytes */
	unsigned int units;
	/* of a range's first unit: how many it has; 0: free */
	__u8 used[STACKS];
} pools[] = {
	{ gdb_scratch_text, __PAGE_SIZE, PAGES, { 0 } },
	{ scratch_data, __PAGE_SIZE, PAGES, { 0 } },
	{ (char *)STACKS_AT, STACK_SIZE, STACKS, { 0 } },
};

static struct pool *pool_for(__u64 len, unsigned int prot)
{
	if (prot & GDB_PROT_EXEC)
		return &pools[0];
	return len <= PAGES * __PAGE_SIZE ? &pools[1] : &pools[2];
}

/* The first of n free units in one piece; pool->units: there are none. */
static unsigned int find(const struct pool *pool, __sz n)
{
	unsigned int run = 0;

	for (unsigned int i = 0; i < pool->units; i++) {
		run = pool->used[i] ? 0 : run + 1;
		if (run == n)
			return i + 1 - run;
	}
	return pool->units;
}

int gdb_scratch_alloc(struct gdb_target *t __unused, __u64 len,
		      unsigned int prot, __u64 *addr)
{
	struct pool *pool = pool_for(len, prot);
	unsigned int n, at;

	if (!len || len > pool->units * pool->unit)
		return -ENOMEM;
	n = (unsigned int)((len + pool->unit - 1) / pool->unit);
	at = find(pool, n);
	if (at == pool->units)
		return -ENOMEM;
	memset(pool->used + at, NOT_FIRST, n);
	pool->used[at] = (__u8)n;
	*addr = (__u64)pool->start + at * pool->unit;
	return 0;
}

/* Afterwards the text is again as in the image's file. */
static void free_at(struct pool *pool, unsigned int at)
{
	static const char zeros[256];
	__vaddr_t page = (__vaddr_t)pool->start + at * pool->unit;
	__vaddr_t end = page + pool->used[at] * pool->unit;

	memset(pool->used + at, 0, pool->used[at]);
	for (; pool == pools && page < end; page += sizeof(zeros))
		(void)uk_break_write(page, zeros, sizeof(zeros));
}

int gdb_scratch_free(struct gdb_target *t __unused, __u64 addr)
{
	int found = 0;

	for (struct pool *pool = pools; pool < pools + ARRAY_SIZE(pools);
	     pool++) {
		__u64 page = (__u64)pool->start;

		for (unsigned int i = 0; i < pool->units;
		     i++, page += pool->unit) {
			if (!pool->used[i] || pool->used[i] == NOT_FIRST ||
			    (addr && addr != page))
				continue;
			free_at(pool, i);
			found = 1;
		}
	}
	return found || !addr ? 0 : -ENOENT;
}
