/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the platform found out at boot: memory and command line.
 */
#ifndef __UK_PLAT_BOOTINFO_H__
#define __UK_PLAT_BOOTINFO_H__

#include <uk/essentials.h>

enum ukplat_memregion_type {
	UKPLAT_MEMRT_FREE = 0, /* unused: for allocators */
	UKPLAT_MEMRT_KERNEL,   /* the image: text, data, bss, tables */
	UKPLAT_MEMRT_RESERVED, /* firmware's or a device's */
	UKPLAT_MEMRT_BOOT,     /* boot data still needed: page tables, dtb */
	UKPLAT_MEMRT_HEAP,     /* given to an allocator */
	UKPLAT_MEMRT_PAGES,    /* given to the allocator of pages */
};

struct ukplat_memregion {
	__paddr_t pbase; /* a multiple of the page size, = virtual address */
	__sz len;	 /* bytes, a multiple of the page size */
	enum ukplat_memregion_type type;
};

struct ukplat_bootinfo {
	char *cmdline;	     /* writable copy, terminated; never NULL */
	const char *machine; /* "microvm", "q35", "virt" or the like */
	const void *dtb;     /* device tree, NULL where the platform has none */
	unsigned int region_count;
	struct ukplat_memregion *regions; /* ascending; none touches the next
					   * one if both are free
					   */
};

/** The boot information; never NULL. Contexts: any after the first lines of
 * boot; constant once init calls run, except for ukplat_memregion_take().
 */
const struct ukplat_bootinfo *ukplat_bootinfo_get(void);

/**
 * Takes the largest free region out of the map for an allocator: its type
 * becomes UKPLAT_MEMRT_HEAP.
 *
 * @return the region, or NULL if none is free. Contexts: init, thread.
 */
const struct ukplat_memregion *ukplat_memregion_take(void);

/**
 * Takes memory for an allocator of pages: the last len bytes of the largest
 * free region, or half of it if that is less. The type becomes
 * UKPLAT_MEMRT_PAGES.
 *
 * @param len bytes, a multiple of the page size
 * @return the region, or NULL if none is free. Contexts: init.
 */
const struct ukplat_memregion *ukplat_memregion_take_end(__sz len);

#endif /* __UK_PLAT_BOOTINFO_H__ */
