/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#ifndef __KASAN_INTERNAL_H__
#define __KASAN_INTERNAL_H__

#ifndef __ASSEMBLY__
#include <uk/kasan.h>

/* What the compilers write into the shadow of stacks and global variables. */
#define STACK_LEFT 0xf1
#define STACK_BETWEEN 0xf2
#define STACK_RIGHT 0xf3
#define STACK_SCOPE 0xf8
#define GLOBAL 0xf9
#define ALLOCA_LEFT 0xca
#define ALLOCA_RIGHT 0xcb

static inline __u8 *shadow_of(__uptr addr)
{
	return (__u8 *)(addr / UK_KASAN_GRANULE + CONFIG_LIBUKKASAN_OFFSET);
}

/* How many of n bytes of the shadow are 0 before the first that is not. What
 * is not mapped counts as 0, up to the end. Of the architecture.
 */
__sz kasan_zeros(const __u8 *shadow, __sz n);

/* The first address of a range that must not be accessed; 0: there is none. */
__uptr kasan_first_bad(__uptr addr, __sz len);

/* Checks an access, made by the code that `pc` returns to. */
void kasan_check(__uptr addr, __sz len, int write, const void *pc);

/* Reports one; returns if the program shall go on. bad: kasan_first_bad(). */
void kasan_report(__uptr addr, __sz len, int write, __uptr bad, const void *pc);

/* See struct uk_kasan_describer. */
int kasan_describe_stack(__uptr addr, uk_kasan_line_t line, void *arg);
int kasan_describe_global(__uptr addr, uk_kasan_line_t line, void *arg);

/* "3 bytes" */
#define KASAN_BYTES_MAX 32
const char *kasan_bytes(__sz n, char text[KASAN_BYTES_MAX]);
#endif

/* Second argument of kasan_check_slowly() */
#define KASAN_WRITE 0x100

#endif /* __KASAN_INTERNAL_H__ */
