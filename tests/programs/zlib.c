/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * zlib with -DZ_SOLO: compresses and expands 200,000 bytes at each level.
 * Prints their CRC-32 and Adler-32, which Python's zlib knows, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "zlib.h"

#define SIZE 200000

static void *get(void *arg, unsigned int count, unsigned int size)
{
	return calloc(count, size);
}

static void give(void *arg, void *p)
{
	free(p);
}

/* Deflates, then inflates in pieces; returns the compressed size. */
static unsigned long there_and_back(const unsigned char *in, int level)
{
	z_stream d = { .zalloc = get, .zfree = give }, i = d;
	unsigned long bound, packed, at = 0;
	unsigned char *mid, *out = malloc(SIZE);

	if (deflateInit(&d, level) != Z_OK)
		abort();
	bound = deflateBound(&d, SIZE);
	mid = malloc(bound);
	d.next_in = (unsigned char *)in;
	d.avail_in = SIZE;
	d.next_out = mid;
	d.avail_out = bound;
	if (deflate(&d, Z_FINISH) != Z_STREAM_END)
		abort();
	packed = d.total_out;
	deflateEnd(&d);
	mid = realloc(mid, packed);

	if (inflateInit(&i) != Z_OK)
		abort();
	i.next_out = out;
	i.avail_out = SIZE;
	while (at < packed) {
		unsigned int piece = packed - at < 777 ? packed - at : 777;

		i.next_in = mid + at;
		i.avail_in = piece;
		if (inflate(&i, Z_NO_FLUSH) < 0)
			abort();
		at += piece - i.avail_in;
	}
	inflateEnd(&i);
	if (i.total_out != SIZE || memcmp(in, out, SIZE))
		abort();
	free(mid);
	free(out);
	return packed;
}

int main(int argc, char **argv)
{
	unsigned char *in = malloc(SIZE);
	unsigned int seed = 1;

	for (int i = 0; i < SIZE; i++) {
		seed = seed * 1103515245 + 12345;
		in[i] = "abcdefgh"[seed >> 29] + (i / 1000 % 5);
	}
	printf("crc %lx adler %lx\n", crc32(0, in, SIZE), adler32(1, in, SIZE));
	for (int level = 0; level <= 9; level++)
		printf("level %d: %s\n", level,
		       there_and_back(in, level) < SIZE + 200 ? "same"
							      : "larger");
	free(in);
	return 0;
}
