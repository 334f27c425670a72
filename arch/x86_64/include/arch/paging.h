/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/paging.h>: 4-level paging (Intel SDM volume 3,
 * 4.5).
 */
#ifndef __UK_ARCH_PAGING_H__
#error "include <uk/arch/paging.h>"
#endif

typedef __u64 __pte_t;

/*
 * Pages of 1 GiB and pages that refuse execution are options of the CPU. Before
 * x86_paging_init(), which looks for them, neither is used.
 */
extern unsigned int x86_page_level_max;
extern __pte_t x86_pte_nx; /* X86_PTE_NX, or 0: a reserved bit */
void x86_paging_init(void);

#define UKARCH_PAGE_LEVEL_MAX x86_page_level_max

#define X86_PTE_PRESENT (1UL << 0)
#define X86_PTE_RW (1UL << 1)
#define X86_PTE_USER (1UL << 2)
#define X86_PTE_PWT (1UL << 3)
#define X86_PTE_PCD (1UL << 4)
#define X86_PTE_ACCESSED (1UL << 5)
#define X86_PTE_DIRTY (1UL << 6)
#define X86_PTE_PS (1UL << 7)
#define X86_PTE_NX (1UL << 63)
#define X86_PTE_PADDR 0x000ffffffffff000UL

/* SDM volume 3, 4.5; from the table of pages up. */
#define UKARCH_PT_NAMES                    \
	{                                  \
		"PT", "PD", "PDPT", "PML4" \
	}

static inline int ukarch_pte_present(__pte_t pte)
{
	return !!(pte & X86_PTE_PRESENT);
}

static inline int ukarch_pte_leaf(__pte_t pte, unsigned int level)
{
	return level == 0 || (pte & X86_PTE_PS);
}

static inline __paddr_t ukarch_pte_paddr(__pte_t pte)
{
	return pte & X86_PTE_PADDR;
}

static inline unsigned long ukarch_pte_prot(__pte_t pte)
{
	return PAGE_ATTR_PROT_READ |
	       ((pte & X86_PTE_RW) ? PAGE_ATTR_PROT_WRITE : 0) |
	       ((pte & X86_PTE_NX) ? 0 : PAGE_ATTR_PROT_EXEC) |
	       ((pte & X86_PTE_PCD) ? PAGE_ATTR_DEVICE : 0);
}

static inline __pte_t ukarch_pte_table(__paddr_t table)
{
	return table | X86_PTE_PRESENT | X86_PTE_RW | X86_PTE_ACCESSED;
}

/* Accessed and dirty are set ahead, so that the CPU need not write them. */
static inline __pte_t ukarch_pte_page(__paddr_t paddr, unsigned int level,
				      unsigned long attr)
{
	return paddr | X86_PTE_PRESENT | X86_PTE_ACCESSED |
	       (level ? X86_PTE_PS : 0) |
	       ((attr & PAGE_ATTR_PROT_WRITE) ? X86_PTE_RW | X86_PTE_DIRTY
					      : 0) |
	       ((attr & PAGE_ATTR_PROT_EXEC) ? 0 : x86_pte_nx) |
	       ((attr & PAGE_ATTR_DEVICE) ? X86_PTE_PCD | X86_PTE_PWT : 0);
}

static inline __paddr_t ukarch_pt_root(__vaddr_t vaddr __unused)
{
	__u64 cr3;

	__asm__ __volatile__("mov %%cr3, %0" : "=r"(cr3));
	return cr3 & X86_PTE_PADDR;
}

static inline void ukarch_pt_root_set(__paddr_t root)
{
	__asm__ __volatile__("mov %0, %%cr3" : : "r"(root) : "memory");
}

#define UKARCH_TLB_BROADCAST 0
#define UKARCH_PTE_BREAKS 0

static inline void ukarch_tlb_flush_page(__vaddr_t vaddr)
{
	__asm__ __volatile__("invlpg (%0)" : : "r"(vaddr) : "memory");
}

static inline __pte_t ukarch_pte_hide(__pte_t pte)
{
	return pte & ~X86_PTE_PRESENT;
}

static inline __pte_t ukarch_pte_unhide(__pte_t pte)
{
	return pte | X86_PTE_PRESENT;
}

/* One write will do (SDM volume 3, 4.10.4.1); invlpg also serialises. */
static inline void ukarch_pte_replace(__pte_t *pte, __pte_t to, __vaddr_t vaddr)
{
	UK_WRITE_ONCE(*pte, to);
	ukarch_tlb_flush_page(vaddr);
}

static inline int ukarch_vaddr_canonical(__vaddr_t vaddr)
{
	return (__vaddr_t)((__s64)(vaddr << 16) >> 16) == vaddr;
}
