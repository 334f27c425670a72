/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Consoles in a guest: the machine's own, and one registered at run time.
 * Roles are tested on the host.
 */
#include <string.h>
#include <uk/console.h>
#include <uk/test.h>

static char taken[16];
static __sz taken_len;

static __ssz fake_out(struct uk_console *con __unused, const char *buf,
		      __sz len)
{
	len = MIN(len, sizeof(taken) - taken_len);
	memcpy(taken + taken_len, buf, len);
	taken_len += len;
	return (__ssz)len;
}

static __ssz fake_in(struct uk_console *con __unused, char *buf, __sz len)
{
	if (!len)
		return 0;
	*buf = 'z';
	return 1;
}

static const struct uk_console_ops fake_ops = { .out = fake_out,
						.in = fake_in };

UK_TESTCASE(ukconsole, machine_has_one)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_STDIO);

	UK_TEST_ASSERT_NOT_NULL(con);
	UK_TEST_EXPECT_PTR_EQ(uk_console_by_name(con->name), con);
	UK_TEST_EXPECT_SNUM_EQ(con->state, UK_CONSOLE_PRESENT);
	UK_TEST_EXPECT_SNUM_EQ(uk_console_out(con, "", 0), 0);
	UK_TEST_EXPECT_NULL(uk_console_by_name("nonesuch"));
	UK_TEST_EXPECT_NULL(uk_console_get(UK_CONSOLE_DUMP));
}

UK_TESTCASE(ukconsole, registered_at_run_time)
{
	/* A console that is registered lives on. */
	static struct uk_console con = UK_CONSOLE("fake", &fake_ops, __NULL);
	static struct uk_console twin = UK_CONSOLE("fake", &fake_ops, __NULL);
	struct uk_console *deflt = uk_console_get(UK_CONSOLE_STDIO);
	char c;

	UK_TEST_ASSERT_ZERO(uk_console_register(&con, 9));
	UK_TEST_EXPECT_SNUM_EQ(uk_console_register(&twin, 9), -EEXIST);
	UK_TEST_EXPECT_PTR_EQ(uk_console_by_name("fake"), &con);
	UK_TEST_EXPECT_PTR_EQ(uk_console_get(UK_CONSOLE_STDIO), deflt);
	UK_TEST_EXPECT_SNUM_EQ(uk_console_out(&con, "0123456789abcdefgh", 18),
			       16);
	UK_TEST_EXPECT_BYTES_EQ(taken, "0123456789abcdef", 16);
	UK_TEST_EXPECT_SNUM_EQ(uk_console_in(&con, &c, 1), 1);
	UK_TEST_EXPECT_SNUM_EQ(c, 'z');
	UK_TEST_EXPECT_SNUM_EQ(uk_console_in(__NULL, &c, 1), -ENODEV);
	/* A line without connections has one client for ever. */
	UK_TEST_EXPECT_SNUM_EQ(uk_console_connection(&con), 1);
	UK_TEST_EXPECT_SNUM_EQ(uk_console_out_to(&con, 2, "x", 1), -EPIPE);
	UK_TEST_EXPECT_SNUM_EQ(con.stats.out_bytes, 16);
	UK_TEST_EXPECT_SNUM_EQ(con.stats.in_bytes, 1);
}

uk_testsuite_register(ukconsole, __NULL);
