/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Tests that run in the guest, under Unikraft's names:
 *
 *	UK_TESTCASE(ukfoo, adds)
 *	{
 *		UK_TEST_EXPECT_SNUM_EQ(foo_add(1, 2), 3);
 *	}
 *
 *	uk_testsuite_register(ukfoo, NULL);
 *
 * Selecting LIBUKTEST builds the tests/test_*.c of every selected library and
 * runs them instead of main; the report is KTAP version 1 on the stdio
 * console, and the exit status is 1 if a case failed. A case that crashes is
 * reported as failed before the crash screen, and ends the run with 70.
 *
 * An EXPECT that does not hold fails its case, which goes on; an ASSERT ends
 * the case there. Both show expression, values, file and line. Contexts:
 * thread; cases run one after the other. In a trap handler only EXPECT works:
 * an ASSERT would leave the trap without its end.
 */
#ifndef __UK_TEST_H__
#define __UK_TEST_H__

#include <stddef.h>
#include <uk/essentials.h>
#include <uk/table.h>

struct uk_testcase {
	const char *name;
	void (*run)(void);
};

struct uk_testsuite {
	const char *name;
	int (*init)(struct uk_testsuite *suite); /* may be NULL */
	const struct uk_testcase *start, *end;
};

struct uk_testsuite_rec {
	struct uk_testsuite *suite;
};

UK_TABLE_DECLARE(testsuites, struct uk_testsuite_rec);

/** Defines a test case; its body follows. Cases run in the order in which
 * the linker finds them, which a case must not depend on.
 */
#define UK_TESTCASE(suite, testcase)                              \
	static void uk_test_##suite##_##testcase(void);           \
	UK_TABLE_RECORD(testcases_##suite, struct uk_testcase, 5, \
			uk_testcase_##suite##_##testcase) = {     \
		#testcase, uk_test_##suite##_##testcase           \
	};                                                        \
	static void uk_test_##suite##_##testcase(void)

/**
 * Registers a suite, once, after its cases.
 *
 * @param init called before the first case; if it returns a negative errno
 *   or fails an expectation, the suite fails without its cases. May be NULL.
 */
#define uk_testsuite_register(suite, init_fn)                        \
	UK_TABLE_DEFINE(testcases_##suite, struct uk_testcase);      \
	static struct uk_testsuite uk_testsuite_##suite = {          \
		#suite, (init_fn), uk_tab_testcases_##suite##_start, \
		uk_tab_testcases_##suite##_end                       \
	};                                                           \
	UK_TABLE_RECORD(testsuites, struct uk_testsuite_rec, 5,      \
			uk_testsuite_rec_##suite) = { &uk_testsuite_##suite }

/* Called by the macros below. */
void uk_test_result(int ok, int fatal, const char *file, unsigned int line,
		    const char *fmt, ...) __printf_like(5, 6);
void uk_test_bytes(int fatal, const char *file, unsigned int line,
		   const char *name_a, const char *name_b, const void *a,
		   const void *b, __sz size);

#define _UK_TEST_COND(fatal, cond)                                           \
	uk_test_result(!!(cond), fatal, __FILE__, __LINE__, "expected `%s`", \
		       #cond)

#define _UK_TEST_NUM(fatal, type, conv, a, op, b)                       \
	do {                                                            \
		__typeof__(type) __ta = (type)(a), __tb = (type)(b);    \
		uk_test_result(__ta op __tb, fatal, __FILE__, __LINE__, \
			       "expected `%s` " #op " `%s`, but %" conv \
			       " and %" conv,                           \
			       #a, #b, __ta, __tb);                     \
	} while (0)

#define _UK_TEST_BYTES(fatal, a, b, size) \
	uk_test_bytes(fatal, __FILE__, __LINE__, #a, #b, (a), (b), (size))

#define _SNUM(fatal, a, op, b) _UK_TEST_NUM(fatal, long, "ld", a, op, b)
#define _UNUM(fatal, a, op, b) \
	_UK_TEST_NUM(fatal, unsigned long, "lu", a, op, b)
#define _PTR(fatal, a, op, b) _UK_TEST_NUM(fatal, const void *, "p", a, op, b)

#define UK_TEST_EXPECT(cond) _UK_TEST_COND(0, cond)
#define UK_TEST_EXPECT_NULL(ptr) _PTR(0, ptr, ==, __NULL)
#define UK_TEST_EXPECT_NOT_NULL(ptr) _PTR(0, ptr, !=, __NULL)
#define UK_TEST_EXPECT_PTR_EQ(a, b) _PTR(0, a, ==, b)
#define UK_TEST_EXPECT_PTR_NQ(a, b) _PTR(0, a, !=, b)
#define UK_TEST_EXPECT_ZERO(x) _SNUM(0, x, ==, 0)
#define UK_TEST_EXPECT_NOT_ZERO(x) _SNUM(0, x, !=, 0)
#define UK_TEST_EXPECT_BYTES_EQ(a, b, size) _UK_TEST_BYTES(0, a, b, size)
#define UK_TEST_EXPECT_SNUM_EQ(a, b) _SNUM(0, a, ==, b)
#define UK_TEST_EXPECT_SNUM_NQ(a, b) _SNUM(0, a, !=, b)
#define UK_TEST_EXPECT_SNUM_GT(a, b) _SNUM(0, a, >, b)
#define UK_TEST_EXPECT_SNUM_GE(a, b) _SNUM(0, a, >=, b)
#define UK_TEST_EXPECT_SNUM_LT(a, b) _SNUM(0, a, <, b)
#define UK_TEST_EXPECT_SNUM_LE(a, b) _SNUM(0, a, <=, b)
#define UK_TEST_EXPECT_UNUM_EQ(a, b) _UNUM(0, a, ==, b)
#define UK_TEST_EXPECT_UNUM_NQ(a, b) _UNUM(0, a, !=, b)
#define UK_TEST_EXPECT_UNUM_GT(a, b) _UNUM(0, a, >, b)
#define UK_TEST_EXPECT_UNUM_GE(a, b) _UNUM(0, a, >=, b)
#define UK_TEST_EXPECT_UNUM_LT(a, b) _UNUM(0, a, <, b)
#define UK_TEST_EXPECT_UNUM_LE(a, b) _UNUM(0, a, <=, b)

#define UK_TEST_ASSERT(cond) _UK_TEST_COND(1, cond)
#define UK_TEST_ASSERT_NULL(ptr) _PTR(1, ptr, ==, __NULL)
#define UK_TEST_ASSERT_NOT_NULL(ptr) _PTR(1, ptr, !=, __NULL)
#define UK_TEST_ASSERT_PTR_EQ(a, b) _PTR(1, a, ==, b)
#define UK_TEST_ASSERT_PTR_NQ(a, b) _PTR(1, a, !=, b)
#define UK_TEST_ASSERT_ZERO(x) _SNUM(1, x, ==, 0)
#define UK_TEST_ASSERT_NOT_ZERO(x) _SNUM(1, x, !=, 0)
#define UK_TEST_ASSERT_BYTES_EQ(a, b, size) _UK_TEST_BYTES(1, a, b, size)
#define UK_TEST_ASSERT_SNUM_EQ(a, b) _SNUM(1, a, ==, b)
#define UK_TEST_ASSERT_SNUM_NQ(a, b) _SNUM(1, a, !=, b)
#define UK_TEST_ASSERT_SNUM_GT(a, b) _SNUM(1, a, >, b)
#define UK_TEST_ASSERT_SNUM_GE(a, b) _SNUM(1, a, >=, b)
#define UK_TEST_ASSERT_SNUM_LT(a, b) _SNUM(1, a, <, b)
#define UK_TEST_ASSERT_SNUM_LE(a, b) _SNUM(1, a, <=, b)
#define UK_TEST_ASSERT_UNUM_EQ(a, b) _UNUM(1, a, ==, b)
#define UK_TEST_ASSERT_UNUM_NQ(a, b) _UNUM(1, a, !=, b)
#define UK_TEST_ASSERT_UNUM_GT(a, b) _UNUM(1, a, >, b)
#define UK_TEST_ASSERT_UNUM_GE(a, b) _UNUM(1, a, >=, b)
#define UK_TEST_ASSERT_UNUM_LT(a, b) _UNUM(1, a, <, b)
#define UK_TEST_ASSERT_UNUM_LE(a, b) _UNUM(1, a, <=, b)

#endif /* __UK_TEST_H__ */
