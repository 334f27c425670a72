/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The linker leads calls of the functions of ukcore's mem.c here (--wrap):
 * they check the memory, and then call the real ones.
 */
#include <string.h>
#include "kasan_internal.h"

#define READS(p, n) \
	kasan_check((__uptr)(p), (n), 0, __builtin_return_address(0))
#define WRITES(p, n) \
	kasan_check((__uptr)(p), (n), 1, __builtin_return_address(0))

void *__real_memcpy(void *dst, const void *src, size_t len);
void *__real_memmove(void *dst, const void *src, size_t len);
void *__real_memset(void *dst, int c, size_t len);
int __real_memcmp(const void *a, const void *b, size_t len);
void *__wrap_memcpy(void *dst, const void *src, size_t len);
void *__wrap_memmove(void *dst, const void *src, size_t len);
void *__wrap_memset(void *dst, int c, size_t len);
int __wrap_memcmp(const void *a, const void *b, size_t len);

void *__wrap_memcpy(void *dst, const void *src, size_t len)
{
	READS(src, len);
	WRITES(dst, len);
	return __real_memcpy(dst, src, len);
}

void *__wrap_memmove(void *dst, const void *src, size_t len)
{
	READS(src, len);
	WRITES(dst, len);
	return __real_memmove(dst, src, len);
}

void *__wrap_memset(void *dst, int c, size_t len)
{
	WRITES(dst, len);
	return __real_memset(dst, c, len);
}

int __wrap_memcmp(const void *a, const void *b, size_t len)
{
	READS(a, len);
	READS(b, len);
	return __real_memcmp(a, b, len);
}
