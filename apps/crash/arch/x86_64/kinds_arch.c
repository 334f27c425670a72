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

const struct kind arch_kinds[] = {
	{ "non-canonical", non_canonical, "read from an impossible address" },
	{ 0 },
};
