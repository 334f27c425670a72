/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The order of init calls: each leaves a letter. They are registered here in
 * the opposite order. How an image ends is tested from outside
 * (tests/test_init.py).
 */
#include <string.h>
#include <uk/init.h>
#include <uk/test.h>

static char called[32];
static int argc_seen;

#define CALL(letter)                                               \
	static int call_##letter(struct uk_init_ctx *ctx __unused) \
	{                                                          \
		called[strlen(called)] = #letter[0];               \
		return 0;                                          \
	}

CALL(a)
CALL(b)
CALL(c)
CALL(d)
CALL(e)
CALL(f)
CALL(g)
CALL(h)
CALL(i)
CALL(j)
CALL(k)
CALL(l)
CALL(m)
CALL(n)
CALL(o)
CALL(p)

static int look(struct uk_init_ctx *ctx)
{
	argc_seen = ctx->argc;
	called[strlen(called)] = 'q';
	return 1; /* only a negative result is an error */
}

uk_main_initcall_prio(look, 0, UK_PRIO_EARLIEST);
uk_late_initcall(call_p, 0);
uk_late_initcall_prio(call_n, 0, 0);
uk_late_initcall_prio(call_o, 0, 5);
uk_lib_initcall(call_m, 0);
uk_lib_initcall_prio(call_l, 0, UK_PRIO_AFTER(3));
uk_sys_initcall(call_k, 0);
uk_sys_initcall_prio(call_j, 0, 8);
uk_rootfs_initcall(call_i, 0);
uk_rootfs_initcall_prio(call_h, 0, 7);
uk_bus_initcall(call_g, 0);
uk_bus_initcall_prio(call_f, 0, 0);
uk_plat_initcall(call_e, 0);
uk_plat_initcall_prio(call_d, 0, 1);
uk_early_initcall(call_c, 0);
uk_early_initcall_prio(call_b, 0, 4);
uk_early_initcall_prio(call_a, 0, 0);

UK_TESTCASE(ukinit, calls_by_class_and_priority)
{
	UK_TEST_EXPECT_ZERO(strcmp(called, "abcdefghijklmnopq"));
}

UK_TESTCASE(ukinit, arguments_are_there)
{
	UK_TEST_EXPECT_SNUM_GE(argc_seen, 1);
}

uk_testsuite_register(ukinit, NULL);
