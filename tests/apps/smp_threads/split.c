/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A large page is split while other CPUs read those parts of it that do not
 * change. An architecture that unmaps the page for a moment must keep them from
 * it.
 */
#include <uk/nofault.h>
#include <uk/plat/paging.h>
#include "scenes.h"

#define BASE 0x420000000000UL /* without any other user */
#define PAGES 512UL
#define ROUNDS 20
#define READERS 3

static int stop;
static unsigned long mistakes, reads[READERS];

static unsigned long *page(unsigned long number)
{
	return (unsigned long *)(BASE + number * __PAGE_SIZE);
}

static void *reader(void *arg)
{
	unsigned long value, *count = arg;

	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		for (unsigned long p = PAGES / 2; p < PAGES; p += 17)
			if (!uk_nofault_try_read(value, page(p)) || value != p)
				__atomic_add_fetch(&mistakes, 1,
						   __ATOMIC_RELAXED);
		__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void split_once(struct uk_pagetable *pt)
{
	struct uk_thread *t[READERS];

	mistakes += !!ukplat_page_map(pt, BASE, __PADDR_ANY, PAGES,
				      PAGE_ATTR_PROT_RW, 0);
	for (unsigned long p = 0; p < PAGES; p++)
		*page(p) = p;
	for (unsigned int i = 0; i < READERS; i++) {
		reads[i] = 0;
		t[i] = uk_thread_create("reader", reader, &reads[i]);
	}
	for (unsigned int i = 0; i < READERS; i++)
		while (!__atomic_load_n(&reads[i], __ATOMIC_RELAXED))
			uk_sched_yield();
	mistakes += !!ukplat_page_set_attr(pt, BASE, 1, PAGE_ATTR_PROT_READ, 0);
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < READERS; i++)
		uk_thread_join(t[i], NULL);
	__atomic_store_n(&stop, 0, __ATOMIC_RELEASE);
	mistakes += !!ukplat_page_unmap(pt, BASE, PAGES, 0);
}

int scene_split(void)
{
	mistakes = 0;
	for (unsigned int i = 0; i < ROUNDS; i++)
		split_once(ukplat_pt_get_active());
	return (int)mistakes;
}
