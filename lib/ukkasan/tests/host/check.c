/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Each size, each alignment and ranges, over random shadows: what is reported
 * is what a model finds that looks at one byte after the other. The memory
 * itself does not exist.
 */
#define _GNU_SOURCE /* MAP_FIXED_NOREPLACE */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "../../kasan_internal.h"

#define MEMORY 0x10000000UL
#define GRANULES 64
#define ROUNDS 20000

static __uptr reported; /* the first bad byte of the last report, or 0 */
static __sz reported_len;
static int reported_write;

void kasan_report(__uptr addr __unused, __sz len, int write, __uptr bad,
		  const void *pc __unused)
{
	reported = bad;
	reported_len = len;
	reported_write = write;
}

static int is_good(__uptr addr)
{
	__u8 s = *shadow_of(addr);

	return !s || (s < 8 && addr % 8 < s);
}

static __uptr model(__uptr addr, __sz len)
{
	for (__sz i = 0; i < len; i++)
		if (!is_good(addr + i))
			return addr + i;
	return 0;
}

/* Mostly good memory, else the chance of a long range to be good is small. */
static void new_shadow(void)
{
	static const __u8 values[] = { 1, 2,	3,    4,    5,	 6,
				       7, 0xf1, 0xf3, 0xfa, 0xfd };
	int bad = rand() % 8;

	for (unsigned int i = 0; i < GRANULES; i++)
		*shadow_of(MEMORY + 8 * i) = 0;
	while (bad--)
		*shadow_of(MEMORY + rand() % (8 * GRANULES)) =
			values[rand() % (int)ARRAY_SIZE(values)];
}

#define BOTH(size)                                         \
	void __asan_load##size##_noabort(__uptr);          \
	void __asan_store##size##_noabort(__uptr);         \
	static const struct check of_##size[2] = {         \
		{ __asan_load##size##_noabort, size, 0 },  \
		{ __asan_store##size##_noabort, size, 1 }, \
	}

struct check {
	void (*check)(__uptr addr);
	__sz size;
	int write;
};

BOTH(1);
BOTH(2);
BOTH(4);
BOTH(8);
BOTH(16);

static const struct check *const checks[] = { of_1, of_2, of_4, of_8, of_16 };

static int access(const struct check *c, __uptr addr)
{
	__uptr expected = model(addr, c->size);

	reported = 0;
	c->check(addr);
	assert_int_equal(reported, expected);
	if (expected) {
		assert_int_equal(reported_len, c->size);
		assert_int_equal(reported_write, c->write);
	}
	return !expected;
}

static void accesses(void **state __unused)
{
	int good = 0, bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		__uptr addr = MEMORY + rand() % (8 * (GRANULES - 3));

		if (round % 16 == 0)
			new_shadow();
		for (unsigned int i = 0; i < 2 * ARRAY_SIZE(checks); i++)
			if (access(&checks[i / 2][i % 2], addr))
				good++;
			else
				bad++;
	}
	assert_true(good > ROUNDS && bad > ROUNDS / 2);
}

static void ranges(void **state __unused)
{
	for (int round = 0; round < ROUNDS; round++) {
		__uptr addr = MEMORY + rand() % (8 * GRANULES);
		__sz len = rand() % (MEMORY + 8 * GRANULES - addr + 1);

		new_shadow();
		assert_int_equal(kasan_first_bad(addr, len), model(addr, len));
	}
}

static void zeros(void **state __unused)
{
	for (int round = 0; round < ROUNDS; round++) {
		__sz from = rand() % GRANULES,
		     n = rand() % (GRANULES - from + 1);
		__sz expected = 0;

		new_shadow();
		while (expected < n && !shadow_of(MEMORY)[from + expected])
			expected++;
		assert_int_equal(kasan_zeros(shadow_of(MEMORY) + from, n),
				 expected);
	}
}

/* One that ends with the address space stops at the first bad byte. */
static void wraps(void **state __unused)
{
	for (unsigned int i = 0; i < GRANULES; i++)
		*shadow_of(MEMORY + 8 * i) = i == 20 ? 3 : 0;
	assert_int_equal(kasan_first_bad(MEMORY + 5, -1UL),
			 MEMORY + 8 * 20 + 3);
	assert_int_equal(kasan_first_bad(MEMORY + 5, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accesses),
		cmocka_unit_test(ranges),
		cmocka_unit_test(zeros),
		cmocka_unit_test(wraps),
	};

	if (mmap((void *)((__uptr)shadow_of(MEMORY) & ~4095UL), 8192,
		 PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		 0) == MAP_FAILED)
		return 1;
	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
