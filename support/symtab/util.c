/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Memory, byte buffers and interned strings of mksymtab. The program is short
 * lived: what lasts until its end is not freed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

void fatal(const char *format, ...)
{
	va_list ap;

	fputs("mksymtab: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		fatal("out of memory");
	return p;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		fatal("out of memory");
	return p;
}

void *grow(void *array, size_t len, size_t *cap, size_t size)
{
	if (len < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 64;
	array = realloc(array, *cap * size);
	if (!array)
		fatal("out of memory");
	return array;
}

void buf_u8(struct buf *b, unsigned int value)
{
	b->data = grow(b->data, b->len, &b->cap, 1);
	b->data[b->len++] = (uint8_t)value;
}

void buf_u16(struct buf *b, unsigned int value)
{
	buf_u8(b, value & 0xff);
	buf_u8(b, value >> 8);
}

void buf_u32(struct buf *b, uint64_t value)
{
	if (value >> 32)
		fatal("the image is larger than 4 GiB");
	buf_u16(b, value & 0xffff);
	buf_u16(b, (unsigned int)(value >> 16));
}

void buf_varint(struct buf *b, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_u8(b, (value & 0x7f) | 0x80);
	buf_u8(b, (unsigned int)value);
}

uint64_t zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

void buf_zigzag(struct buf *b, int64_t value)
{
	buf_varint(b, zigzag(value));
}

void buf_bytes(struct buf *b, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len-- > 0)
		buf_u8(b, *p++);
}

void buf_append(struct buf *b, const struct buf *from)
{
	buf_bytes(b, from->data, from->len);
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

unsigned int varint_size(uint64_t value)
{
	unsigned int n = 1;

	while (value >>= 7)
		n++;
	return n;
}

static size_t hash_of(const char *s)
{
	uint64_t h = 14695981039346656037UL; /* FNV-1a */

	while (*s)
		h = (h ^ (uint8_t)*s++) * 1099511628211UL;
	return (size_t)(h ^ h >> 32);
}

static size_t hash_slot(const struct strings *s, const char *str)
{
	size_t i = hash_of(str) & (s->hash_size - 1);

	while (s->hash[i] && strcmp(s->str[s->hash[i] - 1], str))
		i = (i + 1) & (s->hash_size - 1);
	return i;
}

static void rehash(struct strings *s)
{
	size_t i;

	s->hash_size = s->hash_size ? s->hash_size * 2 : 1024;
	free(s->hash);
	s->hash = xcalloc(s->hash_size, sizeof(*s->hash));
	for (i = 0; i < s->len; i++)
		s->hash[hash_slot(s, s->str[i])] = (uint32_t)i + 1;
}

uint32_t strings_intern(struct strings *s, const char *str)
{
	size_t slot;

	if (s->len * 2 >= s->hash_size)
		rehash(s);
	slot = hash_slot(s, str);
	if (!s->hash[slot]) {
		s->str = grow(s->str, s->len, &s->cap, sizeof(*s->str));
		s->uses = grow(s->uses, s->len, &s->uses_cap, sizeof(*s->uses));
		s->str[s->len] = xstrdup(str);
		s->uses[s->len++] = 0;
		s->hash[slot] = (uint32_t)s->len;
	}
	s->uses[s->hash[slot] - 1]++;
	return s->hash[slot] - 1;
}

/* One string on its way through qsort() */
struct ranked {
	char *str;
	unsigned int uses;
	uint32_t old;
};

static int rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->uses != y->uses)
		return x->uses > y->uses ? -1 : 1;
	return strcmp(x->str, y->str);
}

uint32_t *strings_sort(struct strings *s)
{
	struct ranked *r = xcalloc(s->len, sizeof(*r));
	uint32_t *map = xcalloc(s->len, sizeof(*map));
	size_t i, used = 0;

	for (i = 0; i < s->len; i++)
		r[i] = (struct ranked){ s->str[i], s->uses[i], (uint32_t)i };
	qsort(r, s->len, sizeof(*r), rank);
	for (i = 0; i < s->len; i++) {
		s->str[i] = r[i].str;
		s->uses[i] = r[i].uses;
		map[r[i].old] = (uint32_t)i;
		used += r[i].uses > 0;
	}
	s->len = used;
	free(r);
	free(s->hash);
	s->hash = NULL;
	s->hash_size = 0;
	return map;
}
