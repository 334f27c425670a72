/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The log in a guest: messages are found in the ring, a sink that logs is not
 * lost, registers other than the general ones are not needed. What takes
 * interruptions at any instruction is tested on the host.
 */
#include <string.h>
#include <uk/hexdump.h>
#include <uk/print.h>
#include <uk/test.h>

/* Without the log there is nothing to see. */
#define LOG_IS_OFF (UK_PRINT_KLVL_MAX < 0)

static int log_in_sink;

static void test_sink(const char *s __unused, __sz len __unused,
		      int level __unused)
{
	if (log_in_sink) {
		log_in_sink = 0;
		uk_pr_always("from the sink\n");
	}
}

UK_PRINT_SINK(test_sink_rec, test_sink, __NULL);

static char text[UK_PRINT_TEXT_MAX];

/* How many messages of exactly this text are after a place in the ring. */
static int count(struct uk_print_iter it, const char *want)
{
	struct uk_print_rec rec;
	int n = 0;

	while (uk_print_next(&it, &rec, text, sizeof(text)))
		n += strcmp(text, want) == 0;
	return n;
}

static struct uk_print_iter here(void)
{
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;

	while (uk_print_next(&it, &rec, text, sizeof(text)))
		;
	return it;
}

UK_TESTCASE(ukprint, message_is_in_ring)
{
	struct uk_print_iter it = here();

	if (LOG_IS_OFF)
		return;
	uk_pr_always("message %d of %s\n", 1, "three");
	UK_TEST_EXPECT_SNUM_EQ(count(it, "message 1 of three"), 1);
}

UK_TESTCASE(ukprint, message_from_sink_is_not_lost)
{
	struct uk_print_iter it = here();

	if (LOG_IS_OFF)
		return;
	log_in_sink = 1;
	uk_pr_always("outer\n");
	UK_TEST_EXPECT_SNUM_EQ(count(it, "outer"), 1);
	UK_TEST_EXPECT_SNUM_EQ(count(it, "from the sink"), 1);
	UK_TEST_EXPECT_ZERO(log_in_sink);
}

UK_TESTCASE(ukprint, long_message_is_cut)
{
	struct uk_print_iter it = here();
	struct uk_print_rec rec;

	if (LOG_IS_OFF)
		return;
	uk_pr_always("%*d\n", 2 * UK_PRINT_TEXT_MAX, 1);
	UK_TEST_ASSERT_SNUM_EQ(uk_print_next(&it, &rec, text, sizeof(text)), 1);
	UK_TEST_EXPECT_SNUM_EQ(rec.len, UK_PRINT_TEXT_MAX - 1);
	UK_TEST_EXPECT_ZERO(strcmp(rec.text + rec.len - 3, "..."));
}

UK_TESTCASE(ukprint, time_does_not_go_back)
{
	struct uk_print_iter it = { 0 };
	struct uk_print_rec rec;
	__nsec last = 0;

	if (LOG_IS_OFF)
		return;
	uk_pr_always("now\n");
	while (uk_print_next(&it, &rec, text, sizeof(text))) {
		UK_TEST_EXPECT_UNUM_GE(rec.time, last);
		last = rec.time;
	}
	UK_TEST_EXPECT_UNUM_GT(last, 0);
}

UK_TESTCASE(ukprint, formatter)
{
	char buf[40];

	UK_TEST_EXPECT_SNUM_EQ(uk_snprintf(buf, sizeof(buf),
					   "%-4d|%#06lx|%s|%c", -7, 0xfUL, "x",
					   'y'),
			       15);
	UK_TEST_EXPECT_ZERO(strcmp(buf, "-7  |0x000f|x|y"));
	UK_TEST_EXPECT_SNUM_EQ(uk_snprintf(buf, 4, "%s", "abcdef"), 6);
	UK_TEST_EXPECT_ZERO(strcmp(buf, "abc"));
}

UK_TESTCASE(ukprint, hexdump)
{
	char buf[80];
	int len = uk_hexdumpsn(
		buf, sizeof(buf), "abcdefghij", 10, 0x1000,
		UK_HXDF_ADDR | UK_HXDF_ASCIISEC | UK_HXDF_GRPWORD, 4, __NULL);

	UK_TEST_EXPECT_ZERO(strcmp(buf,
				   "00001000  6261 6463 6665 6867  |abcdefgh|\n"
				   "00001008  6a69                 |ij|\n"));
	UK_TEST_EXPECT_SNUM_EQ(len, strlen(buf));
}

uk_testsuite_register(ukprint, __NULL);
