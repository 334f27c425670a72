/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Page tables as every supported architecture has them: 4 KiB pages, four
 * levels of 512 entries, large pages of 2 MiB (level 1) and 1 GiB (level 2).
 * Physical memory is mapped one to one. Level 3 is the root, level 0 holds
 * the 4 KiB pages.
 *
 * <arch/paging.h> of the selected architecture provides, inline:
 *
 *   UKARCH_PAGE_LEVEL_MAX	level of the largest page to map with: 1 or 2
 *   typedef __u64 __pte_t;
 *   int ukarch_pte_present(__pte_t)
 *   int ukarch_pte_leaf(__pte_t, unsigned int level)  a page, not a table
 *   __paddr_t ukarch_pte_paddr(__pte_t)		page or next table
 *   unsigned long ukarch_pte_prot(__pte_t)	PAGE_ATTR_* of a leaf
 *   __pte_t ukarch_pte_table(__paddr_t)
 *   __pte_t ukarch_pte_page(__paddr_t, unsigned int level, unsigned long attr)
 *   __paddr_t ukarch_pt_root(__vaddr_t)	active root table for an address
 *   __pte_t ukarch_pte_hide(__pte_t)		of a page: refuses every access,
 *						is not present, and keeps the
 *rest
 *   __pte_t ukarch_pte_unhide(__pte_t)		undoes that; others stay
 *   void ukarch_pte_replace(__pte_t *, __pte_t, __vaddr_t)
 *						changes an entry that may be in
 *						use to another page or table
 *   void ukarch_pt_root_set(__paddr_t)	switches and flushes
 *   void ukarch_tlb_flush_page(__vaddr_t)
 *   UKARCH_TLB_BROADCAST	1 if that reaches all CPUs, 0 if not
 *   UKARCH_PTE_BREAKS	1 if ukarch_pte_replace() unmaps for a moment
 *   int ukarch_vaddr_canonical(__vaddr_t)	1 where it can be translated
 *   UKARCH_PT_NAMES				what the manual calls the table
 *						of each level, from 0 (pages) up
 */
#ifndef __UK_ARCH_PAGING_H__
#define __UK_ARCH_PAGING_H__

#include <uk/essentials.h>

#define PAGE_LEVELS 4
#define PAGE_ENTRIES 512
#define PAGE_LEVEL_SHIFT(level) (__PAGE_SHIFT + 9 * (level))
#define PAGE_LEVEL_SIZE(level) (1UL << PAGE_LEVEL_SHIFT(level))

#define PAGE_ATTR_PROT_NONE 0x00
#define PAGE_ATTR_PROT_READ 0x01
#define PAGE_ATTR_PROT_WRITE 0x02
#define PAGE_ATTR_PROT_EXEC 0x04
#define PAGE_ATTR_PROT_RW (PAGE_ATTR_PROT_READ | PAGE_ATTR_PROT_WRITE)
#define PAGE_ATTR_PROT_RX (PAGE_ATTR_PROT_READ | PAGE_ATTR_PROT_EXEC)
#define PAGE_ATTR_DEVICE 0x08 /* uncached, ordered: device registers */
/* An indirect branch to it must meet a landing pad: BRANCH_PROTECTION, on CPUs
 * that have that; else nothing.
 */
#define PAGE_ATTR_GUARDED 0x10

#include <arch/paging.h>

/** What a walk through the page tables saw. */
struct uk_page_walk {
	__vaddr_t vaddr;
	__paddr_t table[PAGE_LEVELS]; /* the table read at each level */
	__pte_t pte[PAGE_LEVELS];     /* the entry read at each level */
	int level;	    /* level of the last entry read; -1: none */
	int mapped;	    /* 1 if that entry maps a page */
	unsigned long attr; /* PAGE_ATTR_* of the page, if mapped */
	__paddr_t paddr;    /* physical address of vaddr, if mapped */
};

/**
 * Walks the active page tables for an address, read only, down to the entry
 * that maps it or refuses. pte[3] … pte[level] are filled.
 *
 * @return 0 if a page maps the address, -EFAULT if none does, -EINVAL if the
 *   address is not canonical (level is -1 then).
 * Contexts: any; it only reads page tables, which are mapped one to one.
 */
int uk_page_walk(__vaddr_t vaddr, struct uk_page_walk *walk);

/**
 * Describes an entry that a walk has read, in one line: the table's name as in
 * the manual of the architecture, its address, the entry and its meaning.
 *
 * @param level walk->level … PAGE_LEVELS - 1
 * @param buf receives the line without newline, cut to fit and terminated
 * Contexts: any.
 */
void uk_page_walk_text(const struct uk_page_walk *walk, int level, char *buf,
		       __sz len);

/** Room for the longest line. */
#define UK_PAGE_WALK_TEXT 96

/**
 * Maps a range, with the largest pages that alignment allows; a large page in
 * the way is split. With PAGE_ATTR_PROT_NONE the range is unmapped.
 *
 * @param root physical address of the root table
 * @param vaddr,paddr,len multiples of the page size
 * @param attr PAGE_ATTR_*
 * @param alloc returns the physical address of one zeroed page for a table,
 *   or __PADDR_INV
 * @return 0, -ENOMEM if alloc failed, -EINVAL on bad alignment. Does not flush
 *   the TLB. Contexts: init.
 */
int ukarch_pt_map(__paddr_t root, __vaddr_t vaddr, __paddr_t paddr, __sz len,
		  unsigned long attr, __paddr_t (*alloc)(void));

/**
 * Finds the last entry on the way to an address: a page, a hidden page, or
 * none (0).
 *
 * @param entry receives where it stands
 * @return its level. Contexts: any; it only reads page tables.
 */
unsigned int ukarch_pt_lookup(__paddr_t root, __vaddr_t vaddr, __pte_t **entry);

/**
 * Finds the entry of a given level, with tables made and larger pages split
 * above it.
 *
 * @param alloc as for ukarch_pt_map()
 * @return 0, -ENOMEM if alloc failed. Contexts: init, thread.
 */
int ukarch_pt_entry(__paddr_t root, __vaddr_t vaddr, unsigned int level,
		    __paddr_t (*alloc)(void), __pte_t **entry);

#endif /* __UK_ARCH_PAGING_H__ */
