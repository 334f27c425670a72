/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Marks and lists of blocks against a model: random blocks in two pools point
 * to the start or the inside of each other; which ones the roots lead to is
 * computed from the model's own numbers.
 *
 * HOST-SRCS: lib/ukalloc/alloc.c lib/ukalloc/registry.c
 * HOST-SRCS: lib/ukprint/snprintf.c
 * HOST-SRCS: lib/uktlsf/tlsf.c lib/uktlsf/lists.c lib/uktlsf/check.c
 * HOST-SRCS: lib/uktlsf/checks.c lib/uktlsf/leaks.c
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC=1 -DCONFIG_LIBUKTLSF=1
 * HOST-FLAGS: -DCONFIG_LIBUKTLSF_OWNERS=1 -DCONFIG_LIBUKALLOC_CHECKS=1
 * HOST-FLAGS: -DCONFIG_LIBUKALLOC_CHECKS_QUARANTINE_KB=16
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/param.h>
#include "../../tlsf_internal.h"
#include "checks.h"

UK_TABLE_DEFINE(param, struct uk_param);

#define BLOCKS 3000
#define LINKS 2 /* words of each that point to another */

/* The pool that is added comes first in memory, and there is a gap. */
static char memory[3UL << 20] __aligned(4096);
#define ADDED memory
#define ARENA (memory + (2UL << 20))

static struct uk_alloc_damage damage;
static uint64_t rng;

static struct {
	uintptr_t *mem;
	size_t size;
	int freed, root, reached, seen;
	int to[LINKS]; /* -1: none */
} blocks[BLOCKS];

void __noreturn uk_alloc_misuse(const struct uk_alloc_damage *d)
{
	fail_msg("%s", d->text);
	abort();
}

static unsigned int draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 16);
}

/* Any byte of a block, often the first. */
static uintptr_t into(int i)
{
	return (uintptr_t)blocks[i].mem +
	       (draw() % 2 ? 0 : draw() % blocks[i].size);
}

static void reach(int i)
{
	if (i < 0 || blocks[i].freed || blocks[i].reached)
		return;
	blocks[i].reached = 1;
	for (int n = 0; n < LINKS; n++)
		reach(blocks[i].to[n]);
}

static struct uk_alloc *fill(void)
{
	struct uk_alloc *a = uk_tlsf_init(ARENA, 1UL << 20, "test");

	assert_non_null(a);
	assert_int_equal(uk_alloc_addmem(a, ADDED, 1UL << 20), 0);
	memset(blocks, 0, sizeof(blocks));
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i].size = sizeof(uintptr_t[LINKS]) + draw() % 300;
		blocks[i].mem = uk_alloc_from(a, UK_ALLOC_ALIGN, blocks[i].size,
					      (void *)(uintptr_t)(i + 1));
		assert_non_null(blocks[i].mem);
		memset(blocks[i].mem, 0, blocks[i].size);
	}
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i].root = draw() % 40 == 0;
		for (int n = 0; n < LINKS; n++) {
			int to = (int)(draw() % (2 * BLOCKS));

			blocks[i].to[n] = to < BLOCKS ? to : -1;
			if (to < BLOCKS)
				blocks[i].mem[n] = into(to);
		}
	}
	for (int i = 0; i < BLOCKS; i++)
		if (draw() % 10 == 0) {
			blocks[i].freed = 1;
			uk_free(a, blocks[i].mem);
		}
	for (int i = 0; i < BLOCKS; i++)
		if (blocks[i].root)
			reach(i);
	return a;
}

static void see(const struct uk_alloc_block *b, void *arg)
{
	unsigned int i = b->owner - 1;

	assert_true(i < BLOCKS);
	assert_ptr_equal(b->ptr, blocks[i].mem);
	assert_int_equal(b->size, blocks[i].size);
	blocks[i].seen++;
}

/* Those that point outside, between or before blocks. */
static void mark_others(struct uk_alloc *a)
{
	a->ops->mark(a, 0);
	a->ops->mark(a, ~0UL);
	for (char *p = memory; p < memory + sizeof(memory); p += 4096)
		if (!tlsf_pool_of((struct tlsf *)a, p))
			a->ops->mark(a, (uintptr_t)p);
	for (int i = 0; i < BLOCKS; i++) {
		/* of its header, and behind it that of the next one */
		a->ops->mark(a, (uintptr_t)blocks[i].mem - 1);
		a->ops->mark(a, (uintptr_t)blocks[i].mem +
					ALIGN_UP(blocks[i].size + 1, 16));
	}
}

static void search(struct uk_alloc *a)
{
	struct uk_alloc_block b;

	a->ops->mark_begin(a);
	mark_others(a);
	assert_int_equal(a->ops->mark_next(a, &b), 0);
	for (int i = 0; i < BLOCKS; i++)
		if (blocks[i].root)
			a->ops->mark(a, into(i));
	while (a->ops->mark_next(a, &b))
		for (__sz i = 0; i < LINKS; i++)
			a->ops->mark(a, ((uintptr_t *)b.ptr)[i]);
	a->ops->mark_end(a, see, NULL);
}

static void leaks(void **state)
{
	for (int seed = 1; seed <= 10; seed++) {
		struct uk_alloc *a;

		rng = (uint64_t)seed * 0x9e3779b97f4a7c15UL;
		checks = 1;
		a = fill();
		search(a);
		for (int i = 0; i < BLOCKS; i++) {
			assert_int_equal(blocks[i].seen,
					 !blocks[i].freed &&
						 !blocks[i].reached);
			blocks[i].seen = 0;
		}
		/* Nothing of it is left. */
		assert_int_equal(uk_alloc_check(a, &damage), 0);
		a->ops->blocks(a, see, NULL);
		for (int i = 0; i < BLOCKS; i++)
			assert_int_equal(blocks[i].seen, !blocks[i].freed);
	}
}

/* Without heap.checks as well: owners are there. */
static void without_checks(void **state)
{
	struct uk_alloc *a;

	rng = 99;
	checks = 0;
	a = fill();
	search(a);
	for (int i = 0; i < BLOCKS; i++)
		assert_int_equal(blocks[i].seen,
				 !blocks[i].freed && !blocks[i].reached);
	assert_int_equal(uk_alloc_check(a, &damage), 0);
	for (int i = 0; i < BLOCKS; i++)
		if (!blocks[i].freed)
			uk_free(a, blocks[i].mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaks),
		cmocka_unit_test(without_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
