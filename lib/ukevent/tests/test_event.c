/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Events: who is asked, in which order, and what comes of the answers.
 */
#include <errno.h>
#include <string.h>
#include <uk/event.h>
#include <uk/test.h>

UK_EVENT(test_event);
UK_EVENT(test_silent);

/* The handlers by the order in which they should be asked. */
enum { FIRST, SECOND, THIRD, LAST, HANDLERS };

static int answers[HANDLERS];
static char asked[2 * HANDLERS + 1]; /* by letters, in order */
static void *passed;

static int answer(int who, void *data)
{
	asked[strlen(asked)] = (char)('a' + who);
	passed = data;
	return answers[who];
}

#define HANDLER(who)                         \
	static int handler_##who(void *data) \
	{                                    \
		return answer(who, data);    \
	}

HANDLER(FIRST)
HANDLER(SECOND)
HANDLER(THIRD)
HANDLER(LAST)

UK_EVENT_HANDLER(test_event, handler_LAST);
UK_EVENT_HANDLER_PRIO(test_event, handler_THIRD, 8);
UK_EVENT_HANDLER_PRIO(test_event, handler_FIRST, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(test_event, handler_SECOND, UK_PRIO_AFTER(0));

/* No file defines this event. */
UK_EVENT_HANDLER(test_undefined, handler_FIRST);

static const struct {
	int answers[HANDLERS];
	const char *asked;
	int result;
} cases[] = {
#define NO UK_EVENT_NOT_HANDLED
#define YES UK_EVENT_HANDLED
#define CONT UK_EVENT_HANDLED_CONT
	{ { NO, NO, NO, NO }, "abcd", NO },
	{ { YES, NO, NO, NO }, "a", YES },
	{ { NO, NO, YES, NO }, "abc", YES },
	{ { NO, NO, NO, YES }, "abcd", YES },
	{ { NO, CONT, NO, NO }, "abcd", CONT },
	{ { NO, NO, NO, CONT }, "abcd", CONT },
	{ { CONT, CONT, CONT, CONT }, "abcd", CONT },
	{ { NO, CONT, YES, NO }, "abc", YES },
	{ { -EIO, NO, YES, NO }, "a", -EIO },
	{ { NO, -ENOMEM, YES, NO }, "ab", -ENOMEM },
	{ { CONT, NO, -EINVAL, NO }, "abc", -EINVAL },
	{ { NO, NO, NO, -EPERM }, "abcd", -EPERM },
};

UK_TESTCASE(ukevent, order_and_result)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		int data;

		memcpy(answers, cases[i].answers, sizeof(answers));
		memset(asked, 0, sizeof(asked));
		UK_TEST_EXPECT_SNUM_EQ(uk_raise_event(test_event, &data),
				       cases[i].result);
		UK_TEST_EXPECT_ZERO(strcmp(asked, cases[i].asked));
		UK_TEST_EXPECT_PTR_EQ(passed, &data);
	}
}

UK_TESTCASE(ukevent, no_handler_exists)
{
	UK_TEST_EXPECT_SNUM_EQ(uk_raise_event(test_silent, NULL),
			       UK_EVENT_NOT_HANDLED);
}

UK_TESTCASE(ukevent, by_pointer)
{
	const struct uk_event *event = UK_EVENT_PTR(test_event);

	memset(answers, 0, sizeof(answers));
	answers[SECOND] = UK_EVENT_HANDLED;
	UK_TEST_EXPECT_SNUM_EQ(uk_raise_event_ptr(event, NULL),
			       UK_EVENT_HANDLED);
	UK_TEST_EXPECT_ZERO(strcmp(event->name, "test_event"));
	UK_TEST_EXPECT_SNUM_EQ(event->end - event->start, HANDLERS);
}

UK_TESTCASE(ukevent, is_in_the_table_of_events_once)
{
	unsigned int found = 0;

	uk_table_foreach (events, rec)
		found += rec->event == UK_EVENT_PTR(test_event);
	UK_TEST_EXPECT_UNUM_EQ(found, 1);
}

uk_testsuite_register(ukevent, NULL);
