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

#define CHECKS(X)                                                      \
	X(load1, 1, 0)                                                 \
	X(load2, 2, 0)                                                 \
	X(load4, 4, 0) X(load8, 8, 0) X(load16, 16, 0) X(store1, 1, 1) \
		X(store2, 2, 1) X(store4, 4, 1) X(store8, 8, 1)        \
			X(store16, 16, 1)
#define DECLARED(name, size, write) void __asan_##name##_noabort(__uptr addr);
#define LISTED(name, size, write) { __asan_##name##_noabort, size, write },

CHECKS(DECLARED)

static const struct {
	void (*check)(__uptr addr);
	__sz size;
	int write;
} checks[] = { CHECKS(LISTED) };

static void accesses(void **state __unused)
{
	int good = 0, bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		__uptr addr = MEMORY + rand() % (8 * (GRANULES - 3));

		if (round % 16 == 0)
			new_shadow();
		for (unsigned int i = 0; i < ARRAY_SIZE(checks); i++) {
			__uptr expected = model(addr, checks[i].size);

			reported = 0;
			checks[i].check(addr);
			assert_int_equal(reported, expected);
			if (expected) {
				assert_int_equal(reported_len, checks[i].size);
				assert_int_equal(reported_write,
						 checks[i].write);
			}
			expected ? bad++ : good++;
		}
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
