/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/paging.h>: VMSAv8-64 stage 1 descriptors (Arm
 * ARM, DDI 0487, D8.3), 4 KiB granule, 48 bit addresses. Only TTBR0_EL1
 * translates; walks of TTBR1_EL1 are disabled, so that no address with a bit
 * above 47 set is ever valid. This header's level n is the manual's 3 - n.
 *
 * UKARCH_PTE_* may be used in assembly: the tables of the boot code are
 * constants of the image.
 */
#if !defined(__UK_ARCH_PAGING_H__) && !defined(__ASSEMBLY__)
#error "include <uk/arch/paging.h>"
#endif

/* 1 GiB blocks are always there with a 4 KiB granule. */
#define UKARCH_PAGE_LEVEL_MAX 2

#define UKARCH_PTE_VALID (1 << 0)
#define UKARCH_PTE_TABLE (1 << 1)  /* above level 0: table, not block */
#define UKARCH_PTE_DEVICE (1 << 2) /* MAIR attribute 1 instead of 0 */
#define UKARCH_PTE_RO (1 << 7)	   /* AP[2] */
#define UKARCH_PTE_INNER (3 << 8)  /* inner shareable */
#define UKARCH_PTE_AF (1 << 10) /* accessed: set, so that no fault is taken */
#define UKARCH_PTE_NG (1 << 11) /* of this ASID only */
#define UKARCH_PTE_GP_BIT 50	/* an indirect branch must meet a landing pad */
#define UKARCH_PTE_PXN_BIT 53
#define UKARCH_PTE_UXN_BIT 54

/* Attribute 0: normal memory, write-back; 1: device nGnRE. */
#define UKARCH_MAIR 0x04ff
#define UKARCH_MAIR_NORMAL 0xff

/*
 * The boot tables' entries belong to ASID 0 and everything else runs with
 * ASID 1, so that the TLB never holds two entries of different size for one
 * address (D8.14.1, break-before-make).
 */
#define UKARCH_ASID_SHIFT 48

#ifndef __ASSEMBLY__
#include <uk/arch/lcpu.h>

typedef __u64 __pte_t;

#define _UKARCH_PTE_ADDR 0x0000fffffffff000UL
#define _UKARCH_PTE_PXN ((__pte_t)1 << UKARCH_PTE_PXN_BIT)
#define _UKARCH_PTE_UXN ((__pte_t)1 << UKARCH_PTE_UXN_BIT)

/* DDI 0487, D8.2; from the table of pages up. */
#define UKARCH_PT_NAMES                                    \
	{                                                  \
		"level 3", "level 2", "level 1", "level 0" \
	}

/* If the CPU knows that; else the bit is reserved. */
static inline __pte_t ukarch_pte_guard(void)
{
#ifdef CONFIG_BRANCH_PROTECTION
	if (UKARCH_SYSREG_READ(id_aa64pfr1_el1) & 15) /* BT */
		return (__pte_t)1 << UKARCH_PTE_GP_BIT;
#endif
	return 0;
}

static inline int ukarch_pte_present(__pte_t pte)
{
	return (pte & UKARCH_PTE_VALID) != 0;
}

static inline int ukarch_pte_leaf(__pte_t pte, unsigned int level)
{
	return ukarch_pte_present(pte) &&
	       (level == 0 || !(pte & UKARCH_PTE_TABLE));
}

static inline __paddr_t ukarch_pte_paddr(__pte_t pte)
{
	return pte & _UKARCH_PTE_ADDR;
}

/* Returns PAGE_ATTR_*. */
static inline unsigned long ukarch_pte_prot(__pte_t pte)
{
	unsigned long attr = PAGE_ATTR_PROT_READ;

	if (!(pte & UKARCH_PTE_RO))
		attr |= PAGE_ATTR_PROT_WRITE;
	if (!(pte & _UKARCH_PTE_PXN))
		attr |= PAGE_ATTR_PROT_EXEC;
	if (pte & UKARCH_PTE_DEVICE)
		attr |= PAGE_ATTR_DEVICE;
	if (pte >> UKARCH_PTE_GP_BIT & 1)
		attr |= PAGE_ATTR_GUARDED;
	return attr;
}

static inline __pte_t ukarch_pte_table(__paddr_t table)
{
	return table | UKARCH_PTE_TABLE | UKARCH_PTE_VALID;
}

static inline __pte_t ukarch_pte_page(__paddr_t paddr, unsigned int level,
				      unsigned long attr)
{
	__pte_t pte = paddr | UKARCH_PTE_AF | _UKARCH_PTE_UXN |
		      UKARCH_PTE_VALID;

	if (level == 0)
		pte |= UKARCH_PTE_TABLE;
	if (!(attr & PAGE_ATTR_PROT_WRITE))
		pte |= UKARCH_PTE_RO;
	if (!(attr & PAGE_ATTR_PROT_EXEC))
		pte |= _UKARCH_PTE_PXN;
	if (attr & PAGE_ATTR_GUARDED)
		pte |= ukarch_pte_guard();
	pte |= (attr & PAGE_ATTR_DEVICE) ? UKARCH_PTE_DEVICE : UKARCH_PTE_INNER;
	return pte;
}

static inline int ukarch_vaddr_canonical(__vaddr_t vaddr)
{
	return vaddr >> 48 == 0;
}

static inline __paddr_t ukarch_pt_root(__vaddr_t vaddr __unused)
{
	return UKARCH_SYSREG_READ(ttbr0_el1) & _UKARCH_PTE_ADDR;
}

static inline void ukarch_pt_root_set(__paddr_t root)
{
	__asm__ volatile("dsb ish" : : : "memory");
	UKARCH_SYSREG_WRITE(ttbr0_el1, root | 1UL << UKARCH_ASID_SHIFT);
	__asm__ volatile("isb; tlbi vmalle1; dsb ish; isb" : : : "memory");
}

#define UKARCH_TLB_BROADCAST 1
#define UKARCH_PTE_BREAKS 1

static inline void ukarch_tlb_flush_page(__vaddr_t vaddr)
{
	__u64 arg = (vaddr >> 12) & 0xfffffffffffUL;

	__asm__ volatile("dsb ishst; tlbi vaae1is, %0; dsb ish; isb"
			 :
			 : "r"(arg)
			 : "memory");
}
static inline __pte_t ukarch_pte_hide(__pte_t pte)
{
	return pte & ~(__pte_t)UKARCH_PTE_VALID;
}

static inline __pte_t ukarch_pte_unhide(__pte_t pte)
{
	return pte | UKARCH_PTE_VALID;
}

/*
 * Break before make (DDI 0487, D8.14.1). One piece of assembly, because the
 * page that is unmapped meanwhile may hold the stack.
 */
static inline void ukarch_pte_replace(__pte_t *pte, __pte_t to, __vaddr_t vaddr)
{
	__u64 arg = (vaddr >> 12) & 0xfffffffffffUL;

	__asm__ volatile("str xzr, [%0]; dsb ishst; tlbi vaae1is, %2; dsb ish; "
			 "isb; str %1, [%0]; dsb ishst; isb"
			 :
			 : "r"(pte), "r"(to), "r"(arg)
			 : "memory");
}
#endif /* !__ASSEMBLY__ */
