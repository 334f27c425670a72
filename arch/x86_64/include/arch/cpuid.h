/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the CPU says about itself (Intel SDM volume 2, CPUID). The leaf must
 * exist: leaf 0 and leaf 0x80000000 give the largest one in eax.
 */
#ifndef __ARCH_CPUID_H__
#define __ARCH_CPUID_H__

#include <uk/arch/types.h>

#define X86_CPUID_EXT 0x80000000U /* the first of the extended leaves */

struct x86_cpuid {
	__u32 eax, ebx, ecx, edx;
};

static inline struct x86_cpuid x86_cpuid(__u32 leaf, __u32 subleaf)
{
	struct x86_cpuid r;

	__asm__ __volatile__("cpuid"
			     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx),
			       "=d"(r.edx)
			     : "a"(leaf), "c"(subleaf));
	return r;
}

#endif /* __ARCH_CPUID_H__ */
