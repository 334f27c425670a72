/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * malloc and free of mixed sizes in random order, on a heap with some thousand
 * blocks: each call's cost, and what the heap needs beyond what was asked for.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include "bench.h"

#define BLOCKS 2048
#define CALLS 4096

static struct {
	void *mem;
	size_t size;
} blocks[BLOCKS];

static __u64 malloc_cost[CALLS], free_cost[CALLS];
static unsigned int mallocs, frees;
static __u64 overhead;

/* xorshift64 (Marsaglia 2003) */
static uint64_t random_number(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15UL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void step(void)
{
	unsigned int i = random_number() % BLOCKS;
	__u64 start, cost;

	if (blocks[i].mem) {
		start = ukarch_ticks();
		free(blocks[i].mem);
		cost = ukarch_ticks() - start;
		blocks[i].mem = NULL;
		free_cost[frees++] = cost - overhead;
		return;
	}
	blocks[i].size = random_number() % (16UL << random_number() % 9) + 1;
	start = ukarch_ticks();
	blocks[i].mem = malloc(blocks[i].size);
	cost = ukarch_ticks() - start;
	malloc_cost[mallocs++] = cost - overhead;
}

static int compare(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static void report(const char *name, __u64 *cost, unsigned int count)
{
	qsort(cost, count, sizeof(*cost), compare);
	printf("bench %s_median %lu\n", name, cost[count / 2]);
	printf("bench %s_max %lu\n", name, cost[count - 1]);
}

void bench_alloc(__u64 counter_overhead)
{
	struct uk_alloc *heap = uk_alloc_get_default();
	__sz avail = uk_alloc_availmem(heap), asked = 0, taken;

	overhead = counter_overhead;
	while (mallocs < CALLS && frees < CALLS)
		step();
	for (unsigned int i = 0; i < BLOCKS; i++)
		asked += blocks[i].mem ? blocks[i].size : 0;
	taken = avail - uk_alloc_availmem(heap);
	report("malloc", malloc_cost, mallocs);
	report("free", free_cost, frees);
	printf("bench heap_asked %lu\n", asked);
	printf("bench heap_overhead_percent %lu\n",
	       (taken - asked) * 100 / asked);
}
