/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The buddy allocator against a map of pages.
 *
 * HOST-SRCS: lib/ukpaging/frames.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../frames.h"

#define PAGES 3000
#define BLOCKS 400

static struct frames frames;
static char *memory;
static unsigned char owner[PAGES]; /* 0: free */

static void fresh(__sz pages)
{
	memset(owner, 0, sizeof(owner));
	frames_init(&frames, (__paddr_t)memory, pages * __PAGE_SIZE);
	assert_true(frames.pages >= pages - 2 && frames.pages < pages);
	assert_int_equal(frames.free, frames.pages);
}

static void own(__paddr_t paddr, unsigned int order, int from, int to)
{
	size_t first = (paddr - frames.base) / __PAGE_SIZE;

	assert_true(first + (1UL << order) <= frames.pages);
	for (size_t i = 0; i < 1UL << order; i++) {
		assert_int_equal(owner[first + i] != 0, from);
		owner[first + i] = (unsigned char)to;
	}
}

static unsigned int draw(void)
{
	static uint64_t rng = 0x9e3779b97f4a7c15UL;

	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 20);
}

/* The walk over free blocks finds each page that has no owner. */
static void check_walk(void)
{
	__paddr_t at = frames.base, start;
	__sz len, pages = 0;

	while ((len = frames_free_next(&frames, at, &start))) {
		assert_true(start + len > at);
		at = start + len;
		own(start, 0, 0, 0);
		own(at - __PAGE_SIZE, 0, 0, 0);
		pages += len / __PAGE_SIZE;
		/* also from inside of it */
		assert_int_equal(
			frames_free_next(&frames, at - __PAGE_SIZE, &start),
			len);
	}
	assert_int_equal(pages, frames.free);
	assert_int_equal(frames_free_next(&frames, ~0UL, &start), 0);
}

static void storm(void **state)
{
	static struct {
		__paddr_t paddr;
		unsigned int order;
	} blocks[BLOCKS];
	__sz in_use = 0;

	fresh(PAGES);
	for (int i = 0; i < BLOCKS; i++)
		blocks[i].paddr = __PADDR_INV;
	for (int n = 0; n < 200000; n++) {
		unsigned int i = draw() % BLOCKS, o;

		if (blocks[i].paddr == __PADDR_INV) {
			o = draw() % (draw() % UK_FALLOC_ORDERS + 1);
			blocks[i].order = o;
			blocks[i].paddr =
				frames_alloc(&frames, o, FRAME_DIRECT);
			if (blocks[i].paddr == __PADDR_INV)
				continue;
			assert_int_equal(blocks[i].paddr % UK_FALLOC_SIZE(o),
					 0);
			own(blocks[i].paddr, o, 0, 1);
			memset((void *)blocks[i].paddr, 0xff, 64);
			in_use += 1UL << o;
		} else {
			o = blocks[i].order;
			own(blocks[i].paddr, o, 1, 0);
			assert_int_equal(frames_free(&frames, blocks[i].paddr,
						     o, FRAME_DIRECT),
					 0);
			blocks[i].paddr = __PADDR_INV;
			in_use -= 1UL << o;
		}
		assert_int_equal(frames.free, frames.pages - in_use);
		if (n % 2000 == 0)
			check_walk();
	}
	for (int i = 0; i < BLOCKS; i++)
		if (blocks[i].paddr != __PADDR_INV)
			assert_int_equal(frames_free(&frames, blocks[i].paddr,
						     blocks[i].order,
						     FRAME_DIRECT),
					 0);
	assert_int_equal(frames.free, frames.pages);
	assert_int_equal(frames_largest(&frames), UK_FALLOC_SIZE(9));
}

static void every_page_can_be_had(void **state)
{
	for (__sz pages = 3; pages < 1100; pages += 61) {
		__sz count = 0;

		fresh(pages);
		while (frames_alloc(&frames, 0, FRAME_TABLE) != __PADDR_INV)
			count++;
		assert_int_equal(count, frames.pages);
		assert_int_equal(frames.free, 0);
		assert_int_equal(frames_largest(&frames), 0);
	}
}

static void wrong_frees_are_refused(void **state)
{
	__paddr_t p;

	fresh(PAGES);
	p = frames_alloc(&frames, 3, FRAME_DIRECT);
	assert_int_equal(frames_free(&frames, p, 2, FRAME_DIRECT), -EINVAL);
	assert_int_equal(frames_free(&frames, p, 3, FRAME_MAPPED), -EINVAL);
	assert_int_equal(frames_free(&frames, p + 4096, 0, FRAME_DIRECT),
			 -EINVAL);
	assert_int_equal(frames_free(&frames, p + 8, 3, FRAME_DIRECT), -EINVAL);
	assert_int_equal(frames_free(&frames, p, 99, FRAME_DIRECT), -EINVAL);
	assert_int_equal(frames_free(&frames, 0, 0, FRAME_DIRECT), -EINVAL);
	assert_int_equal(frames_free(&frames, ~0xfffUL, 0, FRAME_DIRECT),
			 -EINVAL);
	assert_int_equal(frames_free(&frames, p, 3, FRAME_DIRECT), 0);
	assert_int_equal(frames_free(&frames, p, 3, FRAME_DIRECT), -EINVAL);
	assert_int_equal(frames_alloc(&frames, 10, FRAME_DIRECT), __PADDR_INV);
}

static void a_split_block_is_freed_page_by_page(void **state)
{
	__paddr_t p;

	fresh(PAGES);
	p = frames_alloc(&frames, 9, FRAME_MAPPED);
	frames_split(&frames, p, FRAME_DIRECT); /* another's: nothing */
	assert_int_equal(frames_free(&frames, p, 0, FRAME_MAPPED), -EINVAL);
	frames_split(&frames, p + 4096, FRAME_MAPPED); /* not its start */
	frames_split(&frames, 4096, FRAME_MAPPED);
	frames_split(&frames, p, FRAME_MAPPED);
	for (int i = 511; i >= 0; i--)
		assert_int_equal(frames_free(&frames, p + i * __PAGE_SIZE, 0,
					     FRAME_MAPPED),
				 0);
	assert_int_equal(frames.free, frames.pages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storm),
		cmocka_unit_test(every_page_can_be_had),
		cmocka_unit_test(wrong_frees_are_refused),
		cmocka_unit_test(a_split_block_is_freed_page_by_page),
	};

	if (posix_memalign((void **)&memory, 1UL << 21, PAGES * __PAGE_SIZE))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
