/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of crash that are arm64's own.
 */
#include <stddef.h>
#include "../../crash.h"

void __attribute__((noinline)) undefined_instruction(void)
{
	__asm__ __volatile__(".inst 0x00000000"); /* udf #0 */
}

/* Division by zero gives 0 here: the compiler's check is what complains. */
void __attribute__((noinline)) divide(void)
{
	volatile int zero = 0;
	volatile int result = 42 / zero;

	(void)result;
}

/* An exclusive load must be aligned, whatever SCTLR says. */
static __attribute__((noinline)) void unaligned(void)
{
	static long word[2];
	long value;

	__asm__ __volatile__("ldxr %0, [%1]"
			     : "=r"(value)
			     : "r"((char *)word + 1)
			     : "memory");
}

/* Between the devices of QEMU's virt machine: mapped, but no device answers. */
static __attribute__((noinline)) void external_abort(void)
{
	(void)*(volatile int *)0x09f00000;
}

const struct kind arch_kinds[] = {
	{ "unaligned", unaligned, "exclusive load from an odd address" },
	{ "external-abort", external_abort, "read where no device answers" },
	{ 0 },
};
