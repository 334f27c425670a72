/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which memory belongs into a core file. The page tables say what is mapped;
 * dump.memory leaves out part of it. The image itself is always in. Every page
 * is probed through uknofault before it is read.
 */
#include <errno.h>
#include <uk/arch/paging.h>
#include <uk/falloc.h>
#include <uk/break.h>
#include <uk/nofault.h>
#include <uk/plat/bootinfo.h>
#include <uk/thread.h>
#include "dump_internal.h"

/* A thread's variables and vector state stand behind its struct. */
#define BEHIND_THREAD 4096UL

/* --- what is wanted --------------------------------------------------------*/

/* Memory that is free from `addr` on, or where the next such begins. */
static int is_free(__vaddr_t addr, __vaddr_t *end)
{
	const struct ukplat_bootinfo *bi = ukplat_bootinfo_get();
	__vaddr_t next = ~0UL, start, len;

	for (unsigned int i = 0; i < bi->region_count; i++) {
		const struct ukplat_memregion *r = &bi->regions[i];

		if (r->type != UKPLAT_MEMRT_FREE || addr >= r->pbase + r->len)
			continue;
		if (addr >= r->pbase) {
			*end = r->pbase + r->len;
			return 1;
		}
		next = MIN(next, r->pbase);
	}
	len = uk_falloc_free_next(addr, &start);
	if (len && start <= addr) {
		*end = start + len;
		return 1;
	}
	*end = len ? MIN(next, start) : next;
	return 0;
}

struct ranges {
	__vaddr_t addr; /* looked at */
	__vaddr_t end;	/* of the range that holds it; 0: none does */
	__vaddr_t next; /* start of the next one */
};

static void range(struct ranges *r, __vaddr_t start, __vaddr_t end)
{
	start = ALIGN_DOWN(start, __PAGE_SIZE);
	end = ALIGN_UP(end, __PAGE_SIZE);
	if (r->addr >= start && r->addr < end)
		r->end = MAX(r->end, end);
	else if (start > r->addr)
		r->next = MIN(r->next, start);
}

/* Whether an address is of a thread: its stack, its struct, its variables. */
static int is_stack(__vaddr_t addr, __vaddr_t *end)
{
	struct ranges r = { .addr = addr, .next = ~0UL };
	const struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t))) {
		range(&r, (__vaddr_t)t->stack.base, (__vaddr_t)t->stack.top);
		range(&r, (__vaddr_t)t, (__vaddr_t)(t + 1) + BEHIND_THREAD);
		if (t->tls)
			range(&r, t->tls - 1, t->tls + 1);
	}
	*end = r.end ? r.end : r.next;
	return r.end != 0;
}

/* Whether memory outside of the image is wanted; the answer holds up to end. */
static int wanted(enum dump_memory which, __vaddr_t addr, __vaddr_t *end)
{
	*end = ~0UL;
	if (which == DUMP_MEMORY_USED)
		return !is_free(addr, end);
	if (which == DUMP_MEMORY_STACKS)
		return is_stack(addr, end);
	return 1;
}

/* --- what is there ---------------------------------------------------------*/

typedef __u64 __attribute__((may_alias)) word;

static int is_zero(__vaddr_t addr, __vaddr_t end)
{
	for (; addr % 64 && addr < end; addr++)
		if (*(const __u8 *)addr)
			return 0;
	/* most of the time of a dump is spent here */
	for (; end - addr >= 64; addr += 64) {
		const word *w = (const word *)addr;

		if (w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7])
			return 0;
	}
	for (; addr < end; addr++)
		if (*(const __u8 *)addr)
			return 0;
	return 1;
}

static void add_pages(struct dump_layout *l, __vaddr_t addr, __vaddr_t end,
		      unsigned int prot)
{
	__vaddr_t next;

	for (; addr < end; addr = next) {
		next = MIN(end, ALIGN_DOWN(addr, __PAGE_SIZE) + __PAGE_SIZE);
		if (uk_nofault_probe_r(addr, next - addr,
				       UK_NOFAULTF_NOPAGING) == next - addr)
			dump_layout_add(l, addr, next,
					is_zero(addr, next) ? DUMP_ZERO
							    : DUMP_DATA,
					prot, 0);
	}
}

/* Adds what is from addr to end, which one page maps. */
static void add_mapped(struct dump_layout *l, enum dump_memory which,
		       __vaddr_t addr, __vaddr_t end, unsigned int prot)
{
	__vaddr_t part, to;
	__u64 offset;

	for (; addr < end; addr = to) {
		enum dump_image_part p = dump_image_at(addr, &part, &offset);

		to = MIN(part, end);
		if (p == DUMP_IMAGE_FILE) {
			dump_layout_add(l, addr, to, DUMP_IMAGE, prot, offset);
		} else if (p == DUMP_IMAGE_BSS) {
			add_pages(l, addr, to, prot);
		} else if (p == DUMP_IMAGE_NONE) {
			int want = wanted(which, addr, &part);

			to = MIN(part, to);
			if (want)
				add_pages(l, addr, to, prot);
		}
	}
}

static unsigned int prot_of(unsigned long attr)
{
	return ((attr & PAGE_ATTR_PROT_READ) ? UK_ELF_PF_R : 0) |
	       ((attr & PAGE_ATTR_PROT_WRITE) ? UK_ELF_PF_W : 0) |
	       ((attr & PAGE_ATTR_PROT_EXEC) ? UK_ELF_PF_X : 0);
}

/* The lower half of the address space: memory is mapped one to one. */
#define ADDRESSES_END (1UL << 47)

int dump_memory(struct dump_layout *l, enum dump_memory which)
{
	struct uk_page_walk walk;
	__vaddr_t addr = 0, end;

	for (; addr < ADDRESSES_END; addr = end) {
		__sz size = PAGE_LEVEL_SIZE(PAGE_LEVELS - 1);

		uk_page_walk(addr, &walk);
		if (walk.level >= 0)
			size = PAGE_LEVEL_SIZE(walk.level);
		end = ALIGN_DOWN(addr, size) + size;
		if (walk.mapped && !(walk.attr & PAGE_ATTR_DEVICE))
			add_mapped(l, which, addr, end, prot_of(walk.attr));
	}
	return l->dropped ? -ENOSPC : 0;
}

void dump_memory_write(struct dump_sink *sink, const struct dump_run *run)
{
	static char copy[16384];
	__vaddr_t addr = run->start;

	while (addr < run->end && !dump_out_failed()) {
		__sz len = MIN(sizeof(copy), run->end - addr);
		__sz got = uk_nofault_memcpy(copy, (const char *)addr, len,
					     UK_NOFAULTF_NOPAGING);

		uk_break_hide(addr, copy, got);
		dump_put(sink, copy, got);
		dump_put(sink, __NULL, len - got); /* no more readable */
		addr += len;
	}
}
