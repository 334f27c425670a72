/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The final page tables, built once from the memory map: text executable and
 * read-only, constants read-only, everything else writable and not
 * executable; nothing at page 0 and at guard pages. Tables are taken from the
 * start of the largest free memory that the boot tables map.
 */
#include <string.h>
#include <uk/arch/paging.h>
#include <uk/kasan.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/common.h>

static __paddr_t tables, tables_end, limit;

static __paddr_t table_alloc(void)
{
	__paddr_t page = tables_end;

	if (page == limit)
		plat_setup_failed("too little memory for page tables");
	tables_end += __PAGE_SIZE;
	memset((void *)page, 0, __PAGE_SIZE);
	return page;
}

static void map(__paddr_t root, __paddr_t start, __paddr_t end,
		unsigned long attr)
{
	if (end > start &&
	    ukarch_pt_map(root, start, start, end - start, attr, table_alloc))
		plat_setup_failed("cannot map memory");
}

static void map_image(__paddr_t root)
{
	map(root, (__paddr_t)_text, (__paddr_t)uk_scratch_text,
	    PAGE_ATTR_PROT_RX | PAGE_ATTR_GUARDED);
	map(root, (__paddr_t)uk_scratch_text, (__paddr_t)_etext,
	    PAGE_ATTR_PROT_RX);
	map(root, (__paddr_t)_rodata, (__paddr_t)_erodata, PAGE_ATTR_PROT_READ);
	map(root, (__paddr_t)_data, (__paddr_t)_ebss, PAGE_ATTR_PROT_RW);
	map(root, (__paddr_t)_ebss, (__paddr_t)_end, PAGE_ATTR_PROT_READ);

	uk_table_foreach (stack, s)
		map(root, (__paddr_t)s->guard, (__paddr_t)s->base,
		    PAGE_ATTR_PROT_NONE);
}

void plat_paging_init(const struct ukplat_memregion *devices,
		      unsigned int count, __paddr_t mapped)
{
	const struct ukplat_bootinfo *bi = &plat_bootinfo;
	__paddr_t root;

	tables = tables_end = plat_memory_largest(mapped, &limit);
	root = table_alloc();

	for (unsigned int i = 0; i < bi->region_count; i++) {
		const struct ukplat_memregion *r = &bi->regions[i];

		if (r->type == UKPLAT_MEMRT_FREE ||
		    r->type == UKPLAT_MEMRT_BOOT)
			map(root, r->pbase, r->pbase + r->len,
			    PAGE_ATTR_PROT_RW);
	}
	for (unsigned int i = 0; i < count; i++)
		map(root, devices[i].pbase, devices[i].pbase + devices[i].len,
		    PAGE_ATTR_PROT_RW | PAGE_ATTR_DEVICE);
	map_image(root);
	if (uk_kasan_image(root, table_alloc))
		plat_setup_failed("cannot map the shadow");

	plat_memory_add(tables, tables_end, UKPLAT_MEMRT_BOOT);
	ukarch_pt_root_set(root);
}
