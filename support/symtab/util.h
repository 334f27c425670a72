/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What every part of mksymtab needs: errors that end the program, a growing
 * array, a byte buffer with the number formats of the blob, interned strings.
 */
#ifndef __MKSYMTAB_UTIL_H__
#define __MKSYMTAB_UTIL_H__

#include <stddef.h>
#include <stdint.h>

/* Prints "mksymtab: message" and ends the program with status 1. */
void fatal(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* malloc and friends, without failure */
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);

/* Makes room for one element more in an array of len elements. */
void *grow(void *array, size_t len, size_t *cap, size_t size);

/* Bytes of a table under construction. */
struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
};

void buf_u8(struct buf *b, unsigned int value);
void buf_u16(struct buf *b, unsigned int value);
void buf_u32(struct buf *b, uint64_t value);
void buf_varint(struct buf *b, uint64_t value);
void buf_zigzag(struct buf *b, int64_t value);
void buf_append(struct buf *b, const struct buf *from);
void buf_bytes(struct buf *b, const void *data, size_t len);
void buf_free(struct buf *b);

/* Bytes that buf_varint() needs */
unsigned int varint_size(uint64_t value);
uint64_t zigzag(int64_t value);

/* A set of strings, numbered in the order of their arrival, with the number of
 * times each was asked for.
 */
struct strings {
	char **str;
	unsigned int *uses;
	size_t len;
	size_t cap;
	size_t uses_cap;
	uint32_t *hash; /* number + 1 */
	size_t hash_size;
};

uint32_t strings_intern(struct strings *s, const char *str);

/* Renumbers by falling number of uses (then by text), so that small numbers
 * are frequent; drops what has no use. map[old] is the new number; to free.
 */
uint32_t *strings_sort(struct strings *s);

#endif /* __MKSYMTAB_UTIL_H__ */
