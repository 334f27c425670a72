/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The same for newlib's string functions, which are not compiled with checks:
 * first they find out what will be accessed, then it is checked.
 */
#include <string.h>
#include "kasan_internal.h"

#define READS(p, n) \
	kasan_check((__uptr)(p), (n), 0, __builtin_return_address(0))
#define WRITES(p, n) \
	kasan_check((__uptr)(p), (n), 1, __builtin_return_address(0))

/* name(arguments): `checks`, then the real one. */
#define CHECKED(type, name, declared, passed, ...) \
	type __real_##name declared;               \
	type __wrap_##name declared;               \
	type __wrap_##name declared                \
	{                                          \
		__VA_ARGS__;                       \
		return __real_##name passed;       \
	}

__sz __real_strlen(const char *s);
__sz __real_strnlen(const char *s, __sz max);

/* Bytes of a string with its end, `max` at most. */
static __sz whole(const char *s, __sz max)
{
	__sz len = __real_strnlen(s, max);

	return len < max ? len + 1 : max;
}

/* Bytes that a comparison reads of each string, `max` at most. */
static __sz compared(const char *a, const char *b, __sz max)
{
	__sz n = 0;

	while (n < max && a[n] == b[n] && a[n])
		n++;
	return n < max ? n + 1 : max;
}

/* Bytes up to c, which counts, `len` at most. */
static __sz up_to(const char *s, int c, __sz len)
{
	__sz n = 0;

	while (n < len && s[n] != (char)c)
		n++;
	return n < len ? n + 1 : len;
}

#define ALL (~0UL)

CHECKED(__sz, strlen, (const char *s), (s), READS(s, whole(s, ALL)))
CHECKED(__sz, strnlen, (const char *s, __sz max), (s, max),
	READS(s, whole(s, max)))
CHECKED(char *, strcpy, (char *dst, const char *src), (dst, src),
	READS(src, whole(src, ALL));
	WRITES(dst, whole(src, ALL)))
CHECKED(char *, stpcpy, (char *dst, const char *src), (dst, src),
	READS(src, whole(src, ALL));
	WRITES(dst, whole(src, ALL)))
CHECKED(char *, strncpy, (char *dst, const char *src, __sz len),
	(dst, src, len), READS(src, whole(src, len));
	WRITES(dst, len))
CHECKED(char *, strcat, (char *dst, const char *src), (dst, src),
	READS(dst, whole(dst, ALL));
	READS(src, whole(src, ALL));
	WRITES(dst + __real_strlen(dst), whole(src, ALL)))
CHECKED(char *, strncat, (char *dst, const char *src, __sz len),
	(dst, src, len), READS(dst, whole(dst, ALL));
	READS(src, whole(src, len));
	WRITES(dst + __real_strlen(dst), __real_strnlen(src, len) + 1))
CHECKED(int, strcmp, (const char *a, const char *b), (a, b),
	__sz n = compared(a, b, ALL);
	READS(a, n); READS(b, n))
CHECKED(int, strncmp, (const char *a, const char *b, __sz len), (a, b, len),
	__sz n = compared(a, b, len);
	READS(a, n); READS(b, n))
CHECKED(char *, strchr, (const char *s, int c), (s, c),
	READS(s, up_to(s, c, whole(s, ALL))))
CHECKED(char *, strrchr, (const char *s, int c), (s, c),
	READS(s, whole(s, ALL)))
CHECKED(void *, memchr, (const void *s, int c, __sz len), (s, c, len),
	READS(s, up_to(s, c, len)))
CHECKED(char *, strdup, (const char *s), (s), READS(s, whole(s, ALL)))
