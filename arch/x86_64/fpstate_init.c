/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Turns XSAVE on where the CPU has AVX, before anything but the house's own
 * code ran, and knows the layout (Intel SDM volume 1, 13.2–13.5). SSE alone
 * needs nothing: FXSAVE is on from the start.
 */
#include <errno.h>
#include <uk/arch/fpstate.h>
#include <uk/init.h>
#include <uk/lcpu.h>
#include <arch/cpuid.h>
#include "fpstate_internal.h"

#define CPUID_1_ECX_XSAVE (1U << 26)
#define CPUID_1_ECX_AVX (1U << 28)
#define CPUID_XSAVE 0xd
#define CR4_OSXSAVE (1UL << 18)

#define XCR0_X87_SSE_AVX 0x07U
#define XCR0_AVX512 0xe0U /* k, upper halves, zmm16–zmm31: all or none */

__u32 x86_fpstate_mask;
static __sz size = X86_FPSTATE_LEGACY_SIZE;

__sz ukarch_fpstate_size(void)
{
	return size;
}

__u32 x86_fpstate_offset(unsigned int component)
{
	if (component < 2 || component > 31 ||
	    !(x86_fpstate_mask & (1U << component)))
		return 0;
	return x86_cpuid(CPUID_XSAVE, component).ebx;
}

/* Contexts: on each CPU. */
static void xsave_on(__u32 mask)
{
	__u64 cr4;

	__asm__ __volatile__("movq %%cr4, %0" : "=r"(cr4));
	__asm__ __volatile__("movq %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
	__asm__ __volatile__("xsetbv" : : "a"(mask), "d"(0), "c"(0));
}

static int fpstate_init(struct uk_init_ctx *ctx __unused)
{
	const __u32 need = CPUID_1_ECX_XSAVE | CPUID_1_ECX_AVX;
	__u32 mask, bytes;

	if ((x86_cpuid(1, 0).ecx & need) != need)
		return 0;
	mask = x86_cpuid(CPUID_XSAVE, 0).eax;
	mask &= (mask & XCR0_AVX512) == XCR0_AVX512
			? XCR0_X87_SSE_AVX | XCR0_AVX512
			: XCR0_X87_SSE_AVX;
	xsave_on(mask);
	bytes = x86_cpuid(CPUID_XSAVE, 0).ebx; /* of what XCR0 has on */
	if (bytes > UKARCH_FPSTATE_SIZE_MAX)
		return -EOVERFLOW;
	size = bytes;
	x86_fpstate_mask = mask;
	return 0;
}

uk_early_initcall_prio(fpstate_init, 0, 0);

#ifdef CONFIG_HAVE_SMP
static int fpstate_init_other(void *data __unused)
{
	if (x86_fpstate_mask)
		xsave_on(x86_fpstate_mask);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, fpstate_init_other, 0);
#endif
