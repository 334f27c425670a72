/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a CPU may lack for page tables: pages that refuse execution, and pages
 * of 1 GiB (Intel SDM volume 3, 4.1.4). entry.S switches EFER.NXE on where
 * there is NX.
 */
#include <uk/arch/paging.h>
#include <uk/print.h>
#include <arch/cpuid.h>

#define CPUID_EXT_FEATURES (X86_CPUID_EXT + 1)
#define EDX_NX (1U << 20)
#define EDX_PAGE_1GB (1U << 26)

__pte_t x86_pte_nx;
unsigned int x86_page_level_max = 1;

void x86_paging_init(void)
{
	__u32 edx = x86_cpuid(CPUID_EXT_FEATURES, 0).edx;

	if (edx & EDX_NX)
		x86_pte_nx = X86_PTE_NX;
	else
		uk_pr_warn("the CPU has no NX: all memory is executable\n");
	if (edx & EDX_PAGE_1GB)
		x86_page_level_max = 2;
}
