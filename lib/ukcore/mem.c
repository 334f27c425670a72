/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * memcpy, memmove, memset and memcmp for the whole image, newlib's and the
 * compiler's own calls included. C library versions use vector registers,
 * which library code must leave alone, and have no frame, so that a fault
 * inside them loses the caller. These use general registers, eight bytes at a
 * time, and keep a frame like any other function.
 *
 * Not for device memory: accesses may be unaligned.
 */
#include <string.h>
#include <uk/essentials.h>

typedef __u64 __attribute__((may_alias, aligned(1))) word_t;

#define W sizeof(word_t)

static inline word_t load(const void *p)
{
	return *(const word_t *)p;
}

static inline void store(void *p, word_t v)
{
	*(word_t *)p = v;
}

/* Loads before it stores, which lets a CPU do both at a time. */
static inline __attribute__((always_inline)) void copy4(char *d, const char *s)
{
	word_t a = load(s), b = load(s + W);
	word_t c = load(s + 2 * W), e = load(s + 3 * W);

	store(d, a);
	store(d + W, b);
	store(d + 2 * W, c);
	store(d + 3 * W, e);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t len)
{
	char *d = dst;
	const char *s = src;

	for (; len >= 8 * W; len -= 8 * W, s += 8 * W, d += 8 * W) {
		copy4(d, s);
		copy4(d + 4 * W, s + 4 * W);
	}
	for (; len >= W; len -= W, s += W, d += W)
		store(d, load(s));
	while (len--)
		*d++ = *s++;
	return dst;
}

/* The word loops read a word before they write it: overlap is fine as long
 * as the walk goes away from the source.
 */
void *memmove(void *dst, const void *src, size_t len)
{
	char *d = dst;
	const char *s = src;

	if ((__uptr)d - (__uptr)s >= len) {
		for (; len >= W; len -= W, s += W, d += W)
			store(d, load(s));
		while (len--)
			*d++ = *s++;
		return dst;
	}

	d += len;
	s += len;
	while (len >= W) {
		len -= W;
		d -= W;
		s -= W;
		store(d, load(s));
	}
	while (len--)
		*--d = *--s;
	return dst;
}

void *memset(void *dst, int c, size_t len)
{
	word_t v = (__u8)c * 0x0101010101010101UL;
	char *d = dst;

	for (; len >= 4 * W; len -= 4 * W, d += 4 * W) {
		store(d, v);
		store(d + W, v);
		store(d + 2 * W, v);
		store(d + 3 * W, v);
	}
	for (; len >= W; len -= W, d += W)
		store(d, v);
	while (len--)
		*d++ = (char)c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const __u8 *p = a, *q = b;

	for (; len >= W && load(p) == load(q); len -= W, p += W, q += W)
		;
	for (; len; len--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}
