/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A storm of allocations from a seed: blocks of mixed sizes are allocated,
 * resized and freed in random order, and the content of each is checked. At
 * the end everything is freed and the allocator's numbers must say so.
 *
 *	support/run -p storm.seed=7 -p storm.rounds=1000000 build/…/alloc.elf
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/param.h>

#define BLOCKS 2048

static unsigned int seed = 1, rounds = 50000;

UK_PARAM(storm, seed, &seed, uint, "what the random numbers begin with");
UK_PARAM(storm, rounds, &rounds, uint, "number of operations");

static struct {
	unsigned char *mem;
	size_t size;
	unsigned char fill;
} blocks[BLOCKS];

/* xorshift64 (Marsaglia 2003) */
static uint64_t state;

static uint64_t random_number(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Small ones often, large ones seldom: up to 64 KiB. */
static size_t random_size(void)
{
	return random_number() % (16UL << random_number() % 13);
}

static int intact(unsigned int i, size_t size)
{
	for (size_t n = 0; n < size; n++)
		if (blocks[i].mem[n] != blocks[i].fill) {
			printf("block %p of %zu bytes: byte %zu is %02x, not %02x\n",
			       (void *)blocks[i].mem, blocks[i].size, n,
			       blocks[i].mem[n], blocks[i].fill);
			return 0;
		}
	return 1;
}

static void fill(unsigned int i, unsigned char *mem, size_t size)
{
	blocks[i].mem = mem;
	blocks[i].size = size;
	blocks[i].fill = (unsigned char)random_number();
	if (mem)
		memset(mem, blocks[i].fill, size);
}

static void allocate(unsigned int i)
{
	size_t size = random_size();

	if (random_number() % 8)
		fill(i, malloc(size), size);
	else
		fill(i, memalign(16UL << random_number() % 9, size), size);
}

static int resize(unsigned int i)
{
	size_t size = random_size() + 1, old = blocks[i].size;
	unsigned char *mem = realloc(blocks[i].mem, size);

	if (mem) {
		blocks[i].mem = mem;
		if (!intact(i, size < old ? size : old))
			return 0;
		fill(i, mem, size);
	}
	return 1;
}

/* One operation on a random block; 0 if its content was wrong. */
static int step(void)
{
	unsigned int i = random_number() % BLOCKS;

	if (!blocks[i].mem) {
		allocate(i);
		return 1;
	}
	if (!intact(i, blocks[i].size))
		return 0;
	if (random_number() % 4 == 0)
		return resize(i);
	free(blocks[i].mem);
	blocks[i].mem = NULL;
	return 1;
}

static int free_all(void)
{
	for (unsigned int i = 0; i < BLOCKS; i++) {
		if (blocks[i].mem && !intact(i, blocks[i].size))
			return 0;
		free(blocks[i].mem);
	}
	return 1;
}

int main(void)
{
	struct uk_alloc *heap = uk_alloc_get_default();
	struct uk_alloc_stats before, s;
	struct uk_alloc_damage damage;

	state = 0x9e3779b97f4a7c15UL + seed;
	printf("seed %u\n", seed); /* the stream allocates its buffer */
	uk_alloc_stats_get(heap, &before);
	for (unsigned int i = 0; i < rounds; i++)
		if (!step())
			return 1;
	uk_alloc_stats_get(heap, &s);
	printf("%u rounds: %lu allocations, %lu failed, peak %lu KiB in %lu blocks\n",
	       rounds, s.tot_nb_allocs, s.nb_enomem, s.max_mem_use / 1024,
	       s.max_nb_allocs);
	if (!free_all())
		return 1;
	uk_alloc_stats_get(heap, &s);
	printf("%lu bytes left in %lu blocks\n",
	       s.cur_mem_use - before.cur_mem_use,
	       s.cur_nb_allocs - before.cur_nb_allocs);
	return s.cur_mem_use != before.cur_mem_use ||
	       uk_alloc_check(heap, &damage);
}
