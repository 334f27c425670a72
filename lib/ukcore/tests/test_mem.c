/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * mem* against references that go byte by byte, through volatile, so that no
 * compiler makes the function under test of them. Each result is compared
 * with its surroundings: not a byte too many.
 */
#include <string.h>
#include <uk/essentials.h>
#include <uk/test.h>

#define LEN_MAX 140
#define ALIGNS 9
#define ROOM (LEN_MAX + 2 * ALIGNS + 16)
#define SHIFT_MAX 70

static __u8 work[ROOM + 2 * SHIFT_MAX], want[ROOM + 2 * SHIFT_MAX];
static __u8 source[ROOM];

/* Whatever the compiler knows of these functions, it calls them. */
static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile fill)(void *, int, size_t) = memset;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;

static void ref_copy(volatile __u8 *d, const volatile __u8 *s, __sz len)
{
	for (__sz i = 0; i < len; i++)
		d[i] = s[i];
}

static void ref_move(volatile __u8 *d, const volatile __u8 *s, __sz len)
{
	static volatile __u8 between[LEN_MAX];

	ref_copy(between, s, len);
	ref_copy(d, between, len);
}

static int differ(void)
{
	const volatile __u8 *a = work, *b = want;

	for (__sz i = 0; i < sizeof(work); i++)
		if (a[i] != b[i])
			return 1;
	return 0;
}

/* Both buffers alike, no two neighbours the same. */
static void prepare(void)
{
	volatile __u8 *a = work, *b = want;

	for (__sz i = 0; i < sizeof(work); i++)
		a[i] = b[i] = (__u8)(i * 7 + 1);
	for (__sz i = 0; i < sizeof(source); i++)
		((volatile __u8 *)source)[i] = (__u8)(i * 5 + 131);
}

UK_TESTCASE(ukcore_mem, copies)
{
	for (__sz len = 0; len <= LEN_MAX; len++)
		for (__sz to = 0; to < ALIGNS; to++) {
			__sz from = (len * 3 + to * 5) % ALIGNS;

			prepare();
			ref_copy(want + to, source + from, len);
			UK_TEST_ASSERT_PTR_EQ(
				copy(work + to, source + from, len), work + to);
			UK_TEST_ASSERT(!differ());
		}
}

UK_TESTCASE(ukcore_mem, copies_at_all_alignments)
{
	static const __sz lens[] = { 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127 };

	for (__sz i = 0; i < ARRAY_SIZE(lens) * ALIGNS * ALIGNS; i++) {
		__sz len = lens[i / (ALIGNS * ALIGNS)];
		__u8 *to = work + i % ALIGNS;
		__u8 *from = source + i / ALIGNS % ALIGNS;

		prepare();
		ref_copy(want + i % ALIGNS, from, len);
		copy(to, from, len);
		UK_TEST_ASSERT(!differ());
	}
}

/* Source and destination overlap by every distance, either way. */
UK_TESTCASE(ukcore_mem, moves_what_overlaps)
{
	for (__sz len = 0; len <= LEN_MAX; len += 1 + len / 12)
		for (int by = -SHIFT_MAX; by <= SHIFT_MAX; by++) {
			__u8 *from = work + SHIFT_MAX + len % ALIGNS;
			__u8 *ref = want + SHIFT_MAX + len % ALIGNS;

			prepare();
			ref_move(ref + by, ref, len);
			UK_TEST_ASSERT_PTR_EQ(move(from + by, from, len),
					      from + by);
			UK_TEST_ASSERT(!differ());
		}
}

UK_TESTCASE(ukcore_mem, fills)
{
	static const int values[] = { 0, 0x5a, 0xff, 0x180, -2 };

	for (__sz len = 0; len <= LEN_MAX; len++)
		for (__sz to = 0; to < ALIGNS; to++) {
			int value = values[(len + to) % ARRAY_SIZE(values)];

			prepare();
			for (__sz i = 0; i < len; i++)
				((volatile __u8 *)want)[to + i] = (__u8)value;
			UK_TEST_ASSERT_PTR_EQ(fill(work + to, value, len),
					      work + to);
			UK_TEST_ASSERT(!differ());
		}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

/* One byte differs: found at every place, as an unsigned one. */
UK_TESTCASE(ukcore_mem, compares)
{
	static const __u8 pairs[][2] = { { 0, 1 },
					 { 0x7f, 0x80 },
					 { 1, 0xff } };

	for (__sz len = 1; len <= 40; len++)
		for (__sz at = 0; at < len * ALIGNS; at++) {
			const __u8 *pair = pairs[at % ARRAY_SIZE(pairs)];
			__u8 *a = work + at % ALIGNS,
			     *b = source + len % ALIGNS;

			for (__sz i = 0; i < sizeof(source); i++)
				((volatile __u8 *)work)[i] =
					((volatile __u8 *)source)[i] = 0x33;
			UK_TEST_ASSERT_ZERO(compare(a, b, len));
			((volatile __u8 *)a)[at / ALIGNS] = pair[0];
			((volatile __u8 *)b)[at / ALIGNS] = pair[1];
			UK_TEST_ASSERT_SNUM_EQ(sign(compare(a, b, len)), -1);
			UK_TEST_ASSERT_SNUM_EQ(sign(compare(b, a, len)), 1);
			UK_TEST_ASSERT_ZERO(compare(a, b, at / ALIGNS));
		}
}

uk_testsuite_register(ukcore_mem, NULL);
