/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the allocator stands on, for host programs; and a model of what an
 * allocator must do, driven by numbers: random ones or a fuzzer's.
 */
#ifndef __SHADOW_H__
#define __SHADOW_H__

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>

#define SHADOW_BLOCKS 64

struct shadow {
	struct uk_alloc *a;
	struct {
		unsigned char *mem;
		size_t size;
		unsigned char fill;
	} blocks[SHADOW_BLOCKS];
	unsigned char fill;
};

#define SHADOW_CHECK(x)          \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

static inline void shadow_intact(struct shadow *s, unsigned int i, size_t size)
{
	for (size_t n = 0; n < size; n++)
		SHADOW_CHECK(s->blocks[i].mem[n] == s->blocks[i].fill);
}

static inline void shadow_set(struct shadow *s, unsigned int i, void *mem,
			      size_t size)
{
	s->blocks[i].mem = mem;
	s->blocks[i].size = size;
	s->blocks[i].fill = ++s->fill;
	if (!mem)
		return;
	SHADOW_CHECK((uintptr_t)mem % 16 == 0);
	SHADOW_CHECK(uk_alloc_usable(s->a, mem) >= size);
	memset(mem, s->fill, uk_alloc_usable(s->a, mem));
	s->blocks[i].size = uk_alloc_usable(s->a, mem);
}

static inline void shadow_free(struct shadow *s, unsigned int i)
{
	if (s->blocks[i].mem)
		shadow_intact(s, i, s->blocks[i].size);
	uk_free(s->a, s->blocks[i].mem);
	s->blocks[i].mem = NULL;
}

/* One operation on block i of the model. */
static inline void shadow_step(struct shadow *s, unsigned int i,
			       unsigned int op, size_t size)
{
	size_t old = s->blocks[i].size, align;
	void *mem = s->blocks[i].mem;

	switch (op % 4) {
	case 0:
		shadow_free(s, i);
		shadow_set(s, i, uk_malloc(s->a, size), size);
		break;
	case 1:
		shadow_free(s, i);
		align = 1UL << (op / 4 % 14);
		mem = uk_memalign(s->a, align, size);
		SHADOW_CHECK((uintptr_t)mem % align == 0);
		shadow_set(s, i, mem, size);
		break;
	case 2:
		if (!mem || !size)
			return;
		mem = uk_realloc(s->a, mem, size);
		if (!mem)
			return;
		s->blocks[i].mem = mem;
		shadow_intact(s, i, size < old ? size : old);
		shadow_set(s, i, mem, size);
		break;
	default:
		shadow_free(s, i);
	}
}

/* The statistics and headers agree with the model. */
static inline void shadow_agrees(struct shadow *s)
{
	struct uk_alloc_damage damage;
	struct uk_alloc_stats stats;
	size_t bytes = 0, count = 0;

	for (unsigned int i = 0; i < SHADOW_BLOCKS; i++)
		if (s->blocks[i].mem) {
			bytes += s->blocks[i].size;
			count++;
		}
	uk_alloc_stats_get(s->a, &stats);
	SHADOW_CHECK(stats.cur_mem_use == bytes);
	SHADOW_CHECK(stats.cur_nb_allocs == count);
	SHADOW_CHECK(stats.tot_nb_allocs - stats.tot_nb_frees == count);
	SHADOW_CHECK(stats.max_mem_use >= bytes);
	SHADOW_CHECK(uk_alloc_availmem(s->a) + bytes <= stats.total);
	SHADOW_CHECK(!uk_alloc_check(s->a, &damage));
}

#endif /* __SHADOW_H__ */
