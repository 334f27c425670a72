/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Every command in the guest, in a thread and inside of a trap, against what
 * the libraries themselves say.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/cmd.h>
#include <uk/console.h>
#include <uk/print.h>
#include <uk/test.h>
#include <uk/trap.h>

static char said[16384];
static __sz len;

static void out(struct uk_cmd_io *io __unused, const char *text, __sz n)
{
	n = MIN(n, sizeof(said) - 1 - len);
	memcpy(said + len, text, n);
	len += n;
	said[len] = '\0';
}

static int run(const char *line)
{
	struct uk_cmd_io io = { .out = out };

	len = 0;
	said[0] = '\0';
	return uk_cmd_run(&io, line, strlen(line));
}

static int says(const char *text)
{
	return strstr(said, text) != NULL;
}

UK_TESTCASE(ukcmd, help_lists_all)
{
	UK_TEST_EXPECT_ZERO(run("help"));
	uk_table_foreach (cmd, c) {
		UK_TEST_EXPECT(says(c->help));
		UK_TEST_EXPECT_PTR_EQ(uk_cmd_find(c->name), c);
	}
	UK_TEST_EXPECT_SNUM_EQ(run("hlep"), -ENOENT);
	UK_TEST_EXPECT(says("did you mean help?"));
}

#ifdef CONFIG_LIBUKPRINT
UK_TESTCASE(ukcmd, log)
{
	uk_pr_crit("first line of a test\n");
	uk_pr_crit("second line of a test\n");
	UK_TEST_EXPECT_ZERO(run("log"));
	UK_TEST_EXPECT(says("first line of a test\n"));
	UK_TEST_EXPECT_ZERO(run("log 1"));
	UK_TEST_EXPECT(!says("first line of a test"));
	UK_TEST_EXPECT(says("CRIT:"));
	UK_TEST_EXPECT(says("second line of a test\n"));
	UK_TEST_EXPECT_SNUM_EQ(run("log x"), -EINVAL);
	UK_TEST_EXPECT(says("usage: log [COUNT]"));
}
#endif

#ifdef CONFIG_LIBUKCONSOLE
UK_TESTCASE(ukcmd, console)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_LOG);

	UK_TEST_ASSERT_NOT_NULL(con);
	UK_TEST_EXPECT_ZERO(run("console"));
	UK_TEST_EXPECT(says(con->name));
	UK_TEST_EXPECT(says(": log"));
}
#endif

#ifdef CONFIG_LIBUKALLOC
UK_TESTCASE(ukcmd, mem)
{
	struct uk_alloc *a = uk_alloc_first();
	char line[96];

	UK_TEST_ASSERT_NOT_NULL(a);
	uk_snprintf(line, sizeof(line), "%s: %lu bytes, %lu in use", a->name,
		    a->stats.total, a->stats.cur_mem_use);
	UK_TEST_EXPECT_ZERO(run("mem"));
	UK_TEST_EXPECT(says(line));
}
#endif

#ifdef CONFIG_LIBUKPARAM
UK_TESTCASE(ukcmd, params)
{
	UK_TEST_EXPECT_ZERO(run("params test.o"));
	UK_TEST_EXPECT(says("test.only="));
	UK_TEST_EXPECT(!says("console.log="));
}
#endif

#ifdef CONFIG_LIBUKINTCTLR
UK_TESTCASE(ukcmd, irq)
{
	UK_TEST_EXPECT_ZERO(run("irq"));
	UK_TEST_EXPECT(says(" lines, "));
}
#endif

#ifdef CONFIG_LIBUKSYMTAB
UK_TESTCASE(ukcmd, symbol)
{
	char line[64];

	uk_snprintf(line, sizeof(line), "symbol %p", uk_cmd_run);
	UK_TEST_EXPECT_ZERO(run(line));
	UK_TEST_EXPECT(says("uk_cmd_run+0x0 of "));
	uk_snprintf(line, sizeof(line), "%p is uk_cmd_run", uk_cmd_run);
	UK_TEST_EXPECT_ZERO(run("symbol uk_cmd_run"));
	UK_TEST_EXPECT(says(line));
	UK_TEST_EXPECT_SNUM_EQ(run("symbol 0x1"), -ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(run("symbol nonesuch_symbol"), -ENOENT);
}
#endif

/* 0 is nowhere, the image is where it is. */
UK_TESTCASE(ukcmd, pagewalk)
{
	char line[64];

	uk_snprintf(line, sizeof(line), "pagewalk %p", uk_cmd_run);
	UK_TEST_EXPECT_ZERO(run(line));
	uk_snprintf(line, sizeof(line), "physical address %p", uk_cmd_run);
	UK_TEST_EXPECT(says(line));
	UK_TEST_EXPECT(says("R-X"));
	UK_TEST_EXPECT_ZERO(run("pagewalk 0"));
	UK_TEST_EXPECT(says("not present"));
	UK_TEST_EXPECT_SNUM_EQ(run("pagewalk 0x8000000000000000"), -EFAULT);
	UK_TEST_EXPECT_SNUM_EQ(run("pagewalk"), -EINVAL);
}

#ifdef CONFIG_LIBUKNOFAULT
static const char bytes[] __aligned(16) = "0123456789abcdef\x01xyz";

UK_TESTCASE(ukcmd, phys)
{
	char line[64];

	uk_snprintf(line, sizeof(line), "phys %p 20", bytes);
	UK_TEST_EXPECT_ZERO(run(line));
	UK_TEST_EXPECT(says(" 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  "
			    "|0123456789abcdef|\n"));
	UK_TEST_EXPECT(says("  |.xyz            |\n"));
	UK_TEST_EXPECT_SNUM_EQ(run("phys 0 16"), -EFAULT);
	UK_TEST_EXPECT(says("0x0 cannot be read"));
	UK_TEST_EXPECT_SNUM_EQ(run("phys 0 4097"), -EINVAL);
}
#endif

/* What a debugger does: everything that says so runs inside of a trap. */
static int in_trap, refused;

static int trapped(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (!in_trap)
		return UK_EVENT_NOT_HANDLED;
	refused = run("crash");
	uk_table_foreach (cmd, c) {
		char line[64];

		if ((c->flags & UK_CMD_THREAD) ||
		    strcmp(c->name, "poweroff") == 0 ||
		    strcmp(c->name, "reset") == 0)
			continue;
		uk_snprintf(line, sizeof(line), "%s 0x100000", c->name);
		run(line);
		run(c->name);
		in_trap++;
	}
	if (UKARCH_INSN_UNIT == 4)
		ukarch_regs_set_pc(ctx->regs, ukarch_regs_pc(ctx->regs) + 4);
	return UK_EVENT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, trapped, 1);

UK_TESTCASE(ukcmd, inside_of_a_trap)
{
	in_trap = 1;
#ifdef CONFIG_ARCH_X86_64
	__asm__ __volatile__("int3" : : : "memory");
#else
	__asm__ __volatile__("brk #0" : : : "memory");
#endif
	UK_TEST_EXPECT_SNUM_GE(in_trap, 4);
	UK_TEST_EXPECT_SNUM_EQ(refused, -EPERM);
	in_trap = 0;
}

uk_testsuite_register(ukcmd, NULL);
