/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Suites that fail in every way in which one can; tests/test_uktest.py reads
 * what the runner says of them.
 */
#include <errno.h>
#include <string.h>
#include <uk/crash.h>
#include <uk/test.h>

static int one = 1, minus_two = -2;
static char left[] = "abcdef", right[] = "abcXef";

UK_TESTCASE(good, passes)
{
	UK_TEST_EXPECT(one == 1);
	UK_TEST_ASSERT_SNUM_LT(minus_two, one);
	UK_TEST_EXPECT_UNUM_GT(minus_two, one);
	UK_TEST_EXPECT_BYTES_EQ(left, right, 3);
	UK_TEST_EXPECT_PTR_NQ(left, right);
	UK_TEST_EXPECT_NOT_NULL(left);
	UK_TEST_EXPECT_NULL(NULL);
	UK_TEST_EXPECT_ZERO(one + minus_two + 1);
}

uk_testsuite_register(good, NULL);

UK_TESTCASE(bad, expects)
{
	UK_TEST_EXPECT(one > 5 % 4);
	UK_TEST_EXPECT_SNUM_EQ(one, minus_two);
	UK_TEST_EXPECT_UNUM_LE(minus_two, one);
	UK_TEST_EXPECT_BYTES_EQ(left, right, sizeof(left));
	UK_TEST_EXPECT_NULL((void *)0x1234);
	UK_TEST_EXPECT_NOT_ZERO(one - 1);
}

UK_TESTCASE(bad, asserts)
{
	UK_TEST_ASSERT_SNUM_GE(minus_two, one);
	UK_TEST_EXPECT(!"behind an assertion that failed");
}

UK_TESTCASE(bad, passes)
{
	UK_TEST_EXPECT(one);
}

uk_testsuite_register(bad, NULL);

static int refuse(struct uk_testsuite *suite)
{
	return -ENODEV;
}

UK_TESTCASE(refused, never)
{
	UK_TEST_EXPECT(!"called although init failed");
}

uk_testsuite_register(refused, refuse);

static int expect(struct uk_testsuite *suite)
{
	UK_TEST_ASSERT(!strcmp(suite->name, "another"));
	return 0;
}

UK_TESTCASE(doubtful, never)
{
	UK_TEST_EXPECT(!"called although init failed");
}

uk_testsuite_register(doubtful, expect);

/* Registered without a case of its own. */
uk_testsuite_register(empty, NULL);

UK_TESTCASE(crashing, crashes)
{
	UK_CRASH("on purpose");
}

uk_testsuite_register(crashing, NULL);
