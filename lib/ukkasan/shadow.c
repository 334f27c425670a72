/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where there is a shadow, and what is in it. A page of shadow is mapped once
 * and stays: its entry was empty before, so that no CPU has to forget it.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/paging.h>
#include <uk/plat/lcpu.h>
#include "kasan_internal.h"

extern char _text[], _end[];

static int map_page(__paddr_t root, __vaddr_t page, __paddr_t (*alloc)(void))
{
	__paddr_t frame;
	__pte_t *pte;
	int rc;

	if (ukarch_pt_lookup(root, page, &pte) == 0 && *pte)
		return 0;
	rc = ukarch_pt_entry(root, page, 0, alloc, &pte);
	if (rc)
		return rc;
	frame = alloc();
	if (frame == __PADDR_INV)
		return -ENOMEM;
	UK_WRITE_ONCE(*pte, ukarch_pte_page(frame, 0, PAGE_ATTR_PROT_RW));
	return 0;
}

static int map(__paddr_t root, __uptr start, __sz len, __paddr_t (*alloc)(void),
	       void (*mapped)(__vaddr_t))
{
	__vaddr_t page = (__vaddr_t)shadow_of(start) & __PAGE_MASK;
	__vaddr_t last = (__vaddr_t)shadow_of(start + len - 1);
	int rc = 0;

	for (; !rc && page <= last; page += __PAGE_SIZE) {
		rc = map_page(root, page, alloc);
		if (!rc && mapped)
			mapped(page);
	}
	return rc;
}

int uk_kasan_image(__paddr_t root, __paddr_t (*alloc)(void))
{
	/* The quick checks look at one granule more. */
	return map(root, (__uptr)_text,
		   (__uptr)_end - (__uptr)_text + UK_KASAN_GRANULE, alloc,
		   __NULL);
}

int uk_kasan_map(const void *start, __sz len, __paddr_t (*alloc)(void))
{
	return map(ukarch_pt_root(0), (__uptr)start, len, alloc,
		   ukarch_tlb_flush_page);
}

void uk_kasan_poison(const void *start, const void *end, __u8 why)
{
	__u8 *from = shadow_of((__uptr)start + UK_KASAN_GRANULE - 1);
	__u8 *to = shadow_of((__uptr)end + UK_KASAN_GRANULE - 1);

	/* cppcheck-suppress comparePointers */
	if (from < to)
		memset(from, why, (__sz)(to - from));
}

void uk_kasan_unpoison(const void *start, __sz len)
{
	memset(shadow_of((__uptr)start), 0, len / UK_KASAN_GRANULE);
	if (len % UK_KASAN_GRANULE)
		*shadow_of((__uptr)start + len) = len % UK_KASAN_GRANULE;
}
