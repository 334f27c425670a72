/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What does not end the guest: conditions that hold, and warnings. What does
 * is tested from outside, with apps/crash.
 */
#include <string.h>
#include <uk/assert.h>
#include <uk/print.h>
#include <uk/test.h>

#ifdef CONFIG_LIBUKASSERT_ENABLE
#define IS_ASSERTING 1
#else
#define IS_ASSERTING 0
#endif

/* The newest message in the log. */
static const char *last_message(struct uk_print_rec *rec)
{
	static char text[UK_PRINT_TEXT_MAX];
	struct uk_print_iter it = { 0 };

	memset(rec, 0, sizeof(*rec));
	while (uk_print_next(&it, rec, text, sizeof(text)))
		;
	return rec->text ? rec->text : "";
}

static int calls;

static int holds(int x)
{
	calls++;
	return x;
}

UK_TESTCASE(ukassert, what_holds_goes_on)
{
	calls = 0;
	UK_ASSERT(holds(1));
	UK_WARNIF(holds(0));
	UK_BUGON(holds(0));
	if (IS_ASSERTING)
		UK_TEST_EXPECT_SNUM_EQ(calls, 3);
	else
		UK_TEST_EXPECT_SNUM_EQ(calls, 1);
}

UK_TESTCASE(ukassert, are_statements)
{
	if (calls < 0)
		UK_ASSERT(0);
	else
		calls = 0;
	if (calls < 0)
		UK_BUGON(1);
	else
		calls = 0;
	UK_TEST_EXPECT_ZERO(calls);
}

UK_TESTCASE(ukassert, warnings_are_logged_with_their_place)
{
	struct uk_print_rec rec;
	const char *text;

	if (!IS_ASSERTING || UK_PRINT_KLVL_MAX < UK_PRINT_KLVL_WARN)
		return;
	UK_WARNIF(holds(40) + 2 == 42);
	text = last_message(&rec);
	UK_TEST_EXPECT_SNUM_EQ(rec.level, UK_PRINT_KLVL_WARN);
	UK_TEST_EXPECT_NOT_NULL(strstr(text, "holds(40) + 2 == 42"));
	UK_TEST_EXPECT_NOT_NULL(
		strstr(text, "lib/ukassert/tests/test_assert.c:"));
}

UK_TESTCASE(ukassert, no_crash_is_in_progress)
{
	UK_TEST_EXPECT(!uk_crash_in_progress());
}

uk_testsuite_register(ukassert, NULL);
