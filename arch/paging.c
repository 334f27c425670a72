/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The walk through page tables and the mapper that fills them, for both
 * architectures: the tables have the same shape, only the bits of an entry
 * differ (<arch/paging.h>). Tables are reached by their physical address,
 * which is their virtual address too. No locks: the callers of the mapper (the
 * boot, ukpaging) serialise their calls; the walker only reads.
 */
#include <errno.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/paging.h>

static unsigned int index_of(__vaddr_t vaddr, unsigned int level)
{
	return (vaddr >> PAGE_LEVEL_SHIFT(level)) & (PAGE_ENTRIES - 1);
}

int uk_page_walk(__vaddr_t vaddr, struct uk_page_walk *walk)
{
	__paddr_t table = ukarch_pt_root(vaddr);

	*walk = (struct uk_page_walk){ .vaddr = vaddr, .level = -1 };
	if (!ukarch_vaddr_canonical(vaddr))
		return -EINVAL;

	for (int level = PAGE_LEVELS - 1; level >= 0; level--) {
		__pte_t pte = ((__pte_t *)table)[index_of(vaddr, level)];

		walk->level = level;
		walk->table[level] = table;
		walk->pte[level] = pte;
		if (!ukarch_pte_present(pte))
			return -EFAULT;
		table = ukarch_pte_paddr(pte);
		if (ukarch_pte_leaf(pte, level)) {
			__vaddr_t mask = PAGE_LEVEL_SIZE(level) - 1;

			walk->mapped = 1;
			walk->attr = ukarch_pte_prot(pte);
			walk->paddr = (table & ~mask) | (vaddr & mask);
			return 0;
		}
	}
	return -EFAULT;
}

unsigned int ukarch_pt_lookup(__paddr_t root, __vaddr_t vaddr, __pte_t **entry)
{
	__paddr_t table = root;

	for (unsigned int level = PAGE_LEVELS - 1;; level--) {
		__pte_t *pte = &((__pte_t *)table)[index_of(vaddr, level)];

		*entry = pte;
		if (!ukarch_pte_present(*pte) || ukarch_pte_leaf(*pte, level))
			return level;
		table = ukarch_pte_paddr(*pte);
	}
}

/*
 * Puts a table in place of the page that maps vaddr. On some architectures
 * the page is unmapped for a moment: it must not be the one that maps the entry
 * itself or this code.
 */
static void put_table(__pte_t *pte, __paddr_t table, __vaddr_t vaddr, __sz size)
{
	unsigned long flags = ukarch_irq_save();
	__vaddr_t start = ALIGN_DOWN(vaddr, size);

	if ((__vaddr_t)pte - start < size ||
	    (__vaddr_t)put_table - start < size)
		UK_WRITE_ONCE(*pte, ukarch_pte_table(table));
	else
		ukarch_pte_replace(pte, ukarch_pte_table(table), start);
	ukarch_tlb_flush_page(vaddr);
	ukarch_irq_restore(flags);
}

/* Replaces a large page, hidden or not, by a table of pages of the next level.
 */
static int split(__pte_t *pte, unsigned int level, __vaddr_t vaddr,
		 __paddr_t (*alloc)(void))
{
	int hidden = !ukarch_pte_present(*pte);
	__pte_t large = ukarch_pte_unhide(*pte);
	__paddr_t table = alloc();
	__paddr_t paddr = ukarch_pte_paddr(large) &
			  ~(PAGE_LEVEL_SIZE(level) - 1);
	unsigned long attr = ukarch_pte_prot(large);

	if (table == __PADDR_INV)
		return -ENOMEM;
	for (unsigned int i = 0; i < PAGE_ENTRIES; i++) {
		__pte_t page = ukarch_pte_page(paddr, level - 1, attr);

		((__pte_t *)table)[i] = hidden ? ukarch_pte_hide(page) : page;
		paddr += PAGE_LEVEL_SIZE(level - 1);
	}
	put_table(pte, table, vaddr, PAGE_LEVEL_SIZE(level));
	return 0;
}

int ukarch_pt_entry(__paddr_t root, __vaddr_t vaddr, unsigned int level,
		    __paddr_t (*alloc)(void), __pte_t **entry)
{
	__paddr_t table = root;

	for (unsigned int l = PAGE_LEVELS - 1;; l--) {
		__pte_t *pte = &((__pte_t *)table)[index_of(vaddr, l)];

		if (l == level) {
			*entry = pte;
			return 0;
		}
		if (!*pte) {
			table = alloc();
			if (table == __PADDR_INV)
				return -ENOMEM;
			*pte = ukarch_pte_table(table);
		} else if (!ukarch_pte_present(*pte) ||
			   ukarch_pte_leaf(*pte, l)) {
			int rc = split(pte, l, vaddr, alloc);

			if (rc)
				return rc;
		}
		table = ukarch_pte_paddr(*pte);
	}
}

/* The largest page that starts at vaddr and fits. */
static unsigned int level_for(__vaddr_t vaddr, __paddr_t paddr, __sz len)
{
	for (unsigned int level = UKARCH_PAGE_LEVEL_MAX; level > 0; level--) {
		__sz size = PAGE_LEVEL_SIZE(level);

		if (!((vaddr | paddr) & (size - 1)) && len >= size)
			return level;
	}
	return 0;
}

int ukarch_pt_map(__paddr_t root, __vaddr_t vaddr, __paddr_t paddr, __sz len,
		  unsigned long attr, __paddr_t (*alloc)(void))
{
	if ((vaddr | paddr | len) & ~__PAGE_MASK)
		return -EINVAL;

	while (len) {
		unsigned int level = level_for(vaddr, paddr, len);
		__sz size = PAGE_LEVEL_SIZE(level);
		__pte_t *pte;
		int rc = ukarch_pt_entry(root, vaddr, level, alloc, &pte);

		if (rc)
			return rc;
		/* On to the end of the table: no larger page begins before. */
		do {
			*pte++ = (attr & ~PAGE_ATTR_DEVICE)
					 ? ukarch_pte_page(paddr, level, attr)
					 : 0;
			vaddr += size;
			paddr += size;
			len -= size;
		} while (len >= size &&
			 (vaddr & (PAGE_LEVEL_SIZE(level + 1) - 1)));
	}
	return 0;
}
