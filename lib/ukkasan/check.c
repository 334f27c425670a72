/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Checks of ranges, and of single accesses that the quick check of
 * arch/<arch>/check.S does not allow.
 */
#include "kasan_internal.h"

__uptr kasan_first_bad(__uptr addr, __sz len)
{
	__uptr last, first;
	const __u8 *shadow = shadow_of(addr);
	__sz n, i;

	if (!len)
		return 0;
	/* A range that wraps around ends with the address space. */
	last = len - 1 > ~addr ? ~0UL : addr + len - 1;
	n = last / UK_KASAN_GRANULE - addr / UK_KASAN_GRANULE + 1;
	for (i = 0;; i++) {
		__uptr granule, good;

		i += kasan_zeros(shadow + i, n - i);
		if (i >= n)
			return 0;
		granule =
			(addr & ~(UK_KASAN_GRANULE - 1)) + i * UK_KASAN_GRANULE;
		good = granule + (shadow[i] < UK_KASAN_GRANULE ? shadow[i] : 0);
		first = MAX(addr, good);
		if (first <= MIN(last, granule + UK_KASAN_GRANULE - 1))
			return first;
	}
}

void kasan_check(__uptr addr, __sz len, int write, const void *pc)
{
	__uptr bad = kasan_first_bad(addr, len);

	if (unlikely(bad))
		kasan_report(addr, len, write, bad, pc);
}

void kasan_check_slowly(__uptr addr, unsigned long how);
void kasan_check_slowly(__uptr addr, unsigned long how)
{
	kasan_check(addr, how & (KASAN_WRITE - 1), !!(how & KASAN_WRITE),
		    __builtin_return_address(0));
}

/* The compilers' names, for other sizes. */
void __asan_loadN_noabort(__uptr addr, __sz len);
void __asan_loadN_noabort(__uptr addr, __sz len)
{
	kasan_check(addr, len, 0, __builtin_return_address(0));
}

void __asan_storeN_noabort(__uptr addr, __sz len);
void __asan_storeN_noabort(__uptr addr, __sz len)
{
	kasan_check(addr, len, 1, __builtin_return_address(0));
}
