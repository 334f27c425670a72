/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of crash that are x86_64's own.
 */
#include <stddef.h>
#include "../../crash.h"

void __attribute__((noinline)) undefined_instruction(void)
{
	__asm__ __volatile__("ud2");
}

void __attribute__((noinline)) divide(void)
{
	volatile int zero = 0;
	volatile int result = 42 / zero;

	(void)result;
}

static __attribute__((noinline)) void non_canonical(void)
{
	(void)*(volatile int *)0x8000deadbeef0000;
}

static __attribute__((noinline)) void unaligned(void)
{
	static char bytes[32] __attribute__((aligned(16)));

	__asm__ __volatile__("movaps %%xmm0, 8(%0)" : : "r"(bytes) : "memory");
}

/* A reserved bit of IA32_PKRS; the next instruction is not executed. */
static __attribute__((noinline)) void refused_msr(void)
{
	__asm__ __volatile__("wrmsr\n\taddl (%0), %%eax"
			     :
			     : "b"(0x8000deadbeef0000), "c"(0x6e1), "d"(1),
			       "a"(0)
			     : "memory");
}

const struct kind arch_kinds[] = {
	{ "non-canonical", non_canonical, "read from an impossible address" },
	{ "unaligned", unaligned, "a vector written to where none may be" },
	{ "refused-msr", refused_msr,
	  "a value that a register of the CPU refuses" },
	{ 0 },
};
