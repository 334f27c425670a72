/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * See <uk/stackprotector.h>. Built without protection itself.
 */
#include <uk/arch/lcpu.h>
#include <uk/crash.h>
#include <uk/stackprotector.h>

extern __uptr __stack_chk_guard;
void __noreturn __stack_chk_fail(void);

__uptr __stack_chk_guard;

void uk_stackprotector_init(void)
{
	/* Spread the counter's few random bits; the zero byte in front stops
	 * string functions from reading or writing the rest.
	 */
	__u64 ticks = ukarch_ticks() * 0x9e3779b97f4a7c15UL;

	__stack_chk_guard = (ticks ^ ticks >> 32) & ~0xffUL;
}

void __noreturn __stack_chk_fail(void)
{
	uk_crash_here("stack smashed", "a local array was overrun", __NULL, 0);
}
