/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Changes the page tables of the running image; names and meanings are
 * Unikraft's. Physical memory is mapped one to one from boot on, as the
 * platform's memory map says; the rest of the address space is free for use.
 *
 *	struct uk_pagetable *pt = ukplat_pt_get_active();
 *	int rc = ukplat_page_map(pt, vaddr, __PADDR_ANY, 16,
 *				 PAGE_ATTR_PROT_RW, 0);
 *	...
 *	ukplat_page_unmap(pt, vaddr, 16, 0);
 *
 * Contexts, unless said otherwise: init, thread. Each page is changed with
 * interrupts off; callers that work on the same addresses serialise
 * themselves. The TLB is flushed.
 */
#ifndef __UK_PLAT_PAGING_H__
#define __UK_PLAT_PAGING_H__

#include <uk/arch/paging.h>

/* Pages of the pool (<uk/falloc.h>) instead of a given address. */
#define __PADDR_ANY ((__paddr_t)-2)

/* `pages` counts pages of this level: 0 is 4 KiB, 1 is 2 MiB. */
#define PAGE_FLAG_SIZE_SHIFT 4
#define PAGE_FLAG_SIZE_MASK 0xf0UL
#define PAGE_FLAG_SIZE(level) ((unsigned long)(level) << PAGE_FLAG_SIZE_SHIFT)
/* Maps with pages of just that size; else with larger ones where they fit. */
#define PAGE_FLAG_FORCE_SIZE 0x04UL
/* Unmaps without giving pages back to the pool. */
#define PAGE_FLAG_KEEP_FRAMES 0x02UL
/* Allows what can be written and executed at once. Ours, not Unikraft's. */
#define PAGE_FLAG_WX 0x100UL

/* Page tables; there is one set, the running one. */
struct uk_pagetable {
	__paddr_t root;
};

/** The running page tables; never NULL. Contexts: any. */
struct uk_pagetable *ukplat_pt_get_active(void);

/**
 * Maps pages, all of them or none.
 *
 * @param vaddr,paddr multiples of the page size that flags name; paddr
 *   __PADDR_ANY takes pages from the pool, not cleared
 * @param pages how many
 * @param attr PAGE_ATTR_*, not PAGE_ATTR_PROT_NONE
 * @param flags PAGE_FLAG_*
 * @return 0; -EINVAL for bad alignment, an impossible address or attribute;
 *   -EPERM for write and execute without PAGE_FLAG_WX; -EEXIST if something
 *   is mapped there; -ENOMEM if the pool is empty
 */
int ukplat_page_map(struct uk_pagetable *pt, __vaddr_t vaddr, __paddr_t paddr,
		    unsigned long pages, unsigned long attr,
		    unsigned long flags);

/**
 * Unmaps pages; holes are legal, a larger page is split where it is cut. What
 * ukplat_page_map() took from the pool goes back, and page tables of 2 MiB
 * that became empty.
 *
 * @return 0; -EINVAL as above; -ENOMEM if a page could not be split
 */
int ukplat_page_unmap(struct uk_pagetable *pt, __vaddr_t vaddr,
		      unsigned long pages, unsigned long flags);

/**
 * Changes the protection of pages. With PAGE_ATTR_PROT_NONE every access
 * faults, and the pages stay for a later change. A larger page is split where
 * it is cut.
 *
 * @return 0; -EINVAL, -EPERM, -ENOMEM as above; -EFAULT, with nothing changed,
 *   if the range has a hole
 */
int ukplat_page_set_attr(struct uk_pagetable *pt, __vaddr_t vaddr,
			 unsigned long pages, unsigned long new_attr,
			 unsigned long flags);

/**
 * The physical address behind a virtual one, __PADDR_INV if none is.
 * Contexts: any; it only reads page tables.
 */
__paddr_t ukplat_virt_to_phys(const void *address);

/**
 * Writes memory whatever its protection, through a second mapping: a
 * debugger's breakpoint in read-only text. All or nothing; instruction caches
 * are made to see it. The protection is never changed, not for a moment.
 *
 * While another CPU may execute what is written, stop it, or write one aligned
 * word: four bytes are one write, and eight. arm64 allows that for nop, b, bl
 * and brk (DDI 0487, B2.2.5).
 *
 * @param vaddr where to write; any range that is mapped
 * @param src readable memory that does not overlap it
 * @param len bytes
 * @return 0; -EFAULT if a byte of it is not mapped; -EACCES for device memory;
 *   -EINVAL if the range wraps around; -EAGAIN before page tables are final
 * Contexts: any, trap context included: no allocation, no lock, interrupts off
 *   meanwhile. A trap in the middle of it may use it too.
 */
int ukplat_page_poke(__vaddr_t vaddr, const void *src, __sz len);

#endif /* __UK_PLAT_PAGING_H__ */
