/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ring with a device that keeps the rules, one that breaks each of them,
 * and the place of a slot on the command line.
 *
 * HOST-SRCS: lib/ukvirtio/virtq.c lib/ukvirtio/mmio_place.c
 * HOST-FLAGS: -Ilib/ukvirtio/tests/host
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uk/virtq.h>
#include "../../mmio.h"

#define NUM 8

static struct uk_virtq vq;
static struct uk_virtq_note notes[NUM];
static char *mem;
static __u16 device_seen; /* how much of the available ring it has taken */

static int setup(void **state)
{
	mem = aligned_alloc(4096, 4096);
	memset(mem, 0x5a, 4096);
	uk_virtq_init(&vq, mem, notes, NUM);
	device_seen = 0;
	return 0;
}

static int teardown(void **state)
{
	free(mem);
	return 0;
}

static int add(unsigned int reads, unsigned int writes)
{
	struct uk_virtq_buf bufs[NUM + 1];

	for (unsigned int i = 0; i < reads + writes; i++)
		bufs[i] = (struct uk_virtq_buf){ 0x1000 * (i + 1), 100,
						 i >= reads };
	return uk_virtq_add(&vq, bufs, reads + writes);
}

/* The device takes the next chain, or -1. */
static int device_take(void)
{
	if (device_seen == vq.avail->idx)
		return -1;
	return vq.avail->ring[device_seen++ % NUM];
}

static void device_give(__u32 id, __u32 len)
{
	vq.used->ring[vq.used->idx % NUM].id = id;
	vq.used->ring[vq.used->idx % NUM].len = len;
	vq.used->idx++;
}

static void test_layout(void **state)
{
	assert_int_equal(sizeof(struct uk_virtq_desc), 16);
	assert_int_equal((char *)vq.avail - mem, 16 * NUM);
	assert_int_equal((char *)vq.used - mem, 192);
	assert_int_equal(UK_VIRTQ_BYTES(NUM), 192 + 6 + 8 * NUM);
	assert_true(UK_VIRTQ_BYTES(128) <= 4096);
	assert_int_equal(vq.avail->flags, 1);
	uk_virtq_interrupts(&vq, 1);
	assert_int_equal(vq.avail->flags, 0);
}

static void test_there_and_back(void **state)
{
	__u32 len;
	int head = add(1, 2);

	assert_int_equal(head, 0);
	assert_int_equal(device_take(), -1);
	assert_int_equal(uk_virtq_publish(&vq), 1);
	assert_int_equal(device_take(), head);
	assert_int_equal(vq.desc[0].flags, 1);
	assert_int_equal(vq.desc[0].addr, 0x1000);
	assert_int_equal(vq.desc[1].flags, 3);
	assert_int_equal(vq.desc[2].flags, 2);
	assert_int_equal(vq.desc[2].addr, 0x3000);
	assert_int_equal(uk_virtq_get(&vq, &len), -EAGAIN);
	device_give((__u32)head, 200);
	assert_int_equal(uk_virtq_get(&vq, &len), head);
	assert_int_equal(len, 200);
	assert_int_equal(uk_virtq_get(&vq, &len), -EAGAIN);
	assert_int_equal(vq.free_count, NUM);
	vq.used->flags = 1;
	assert_int_equal(uk_virtq_publish(&vq), 0);
}

static void test_full(void **state)
{
	for (unsigned int i = 0; i < NUM; i++)
		assert_true(add(0, 1) >= 0);
	assert_int_equal(add(1, 0), -ENOSPC);
	assert_int_equal(add(0, 0), -ENOSPC);
	uk_virtq_forget(&vq, 3);
	assert_int_equal(add(1, 1), -ENOSPC);
	assert_int_equal(add(1, 0), 3);
	/* Only what is lent can be forgotten. */
	uk_virtq_forget(&vq, 5);
	uk_virtq_forget(&vq, 5);
	uk_virtq_forget(&vq, 1000);
	assert_int_equal(vq.free_count, 1);
}

/* Indexes wrap after 65536 chains; they come back in another order. */
static void test_many(void **state)
{
	__u32 len;

	for (unsigned int round = 0; round < 70000; round++) {
		int a, b;

		assert_true(add(1, round % 3) >= 0);
		assert_true(add(2, 1) >= 0);
		uk_virtq_publish(&vq);
		a = device_take();
		b = device_take();
		device_give((__u32)b, 1);
		device_give((__u32)a, 0);
		assert_int_equal(uk_virtq_get(&vq, &len), b);
		assert_int_equal(uk_virtq_get(&vq, &len), a);
		assert_int_equal(vq.free_count, NUM);
	}
}

static void assert_broken(void)
{
	__u32 len;

	assert_int_equal(uk_virtq_get(&vq, &len), -EIO);
	assert_non_null(vq.error);
	assert_int_equal(uk_virtq_get(&vq, &len), -EIO);
	assert_int_equal(add(1, 0), -EIO);
}

static void test_index_ahead(void **state)
{
	add(0, 1);
	uk_virtq_publish(&vq);
	vq.used->idx = 2;
	assert_broken();
}

static void test_head_out_of_range(void **state)
{
	add(0, 1);
	uk_virtq_publish(&vq);
	device_give(NUM, 0);
	assert_broken();
}

static void test_head_in_the_middle(void **state)
{
	add(1, 1);
	uk_virtq_publish(&vq);
	device_give(1, 0);
	assert_broken();
}

static void test_given_twice(void **state)
{
	__u32 len;

	add(0, 1);
	add(0, 1);
	uk_virtq_publish(&vq);
	device_give(0, 0);
	device_give(0, 0);
	assert_int_equal(uk_virtq_get(&vq, &len), 0);
	assert_broken();
}

static void test_too_long(void **state)
{
	add(1, 1);
	uk_virtq_publish(&vq);
	vq.desc[1].len = 5000; /* the device may scribble there */
	device_give(0, 101);
	assert_broken();
}

static void test_place(void **state)
{
	static const char *const bad[] = {
		"",
		"512",
		"512@",
		"512@0x:1",
		"512@1",
		"512@1:",
		"512@1:2x",
		"512@1:65536",
		"x@1:2",
		"512@ 1:2",
		"512@1:-1",
		"512G@1:2",
		"512@1;2",
		"@1:2",
		"0x@1:2",
		"512@0x1g:2",
		"99999999999999999999@1:2",
		"512@0xfffffffffffffffff:1",
	};
	struct mmio_place place;

	assert_int_equal(mmio_place_parse("512@0xfeb00e00:12", &place), 0);
	assert_int_equal(place.size, 512);
	assert_int_equal(place.base, 0xfeb00e00);
	assert_int_equal(place.irq, 12);
	assert_int_equal(mmio_place_parse("4K@0xd0000000:5:1", &place), 0);
	assert_int_equal(place.size, 4096);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(mmio_place_parse(bad[i], &place), -EINVAL);
}

int main(void)
{
#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		RING_TEST(test_layout),
		RING_TEST(test_there_and_back),
		RING_TEST(test_full),
		RING_TEST(test_many),
		RING_TEST(test_index_ahead),
		RING_TEST(test_head_out_of_range),
		RING_TEST(test_head_in_the_middle),
		RING_TEST(test_given_twice),
		RING_TEST(test_too_long),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
