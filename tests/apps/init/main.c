/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Says which init and term calls run; its argument chooses where the boot
 * fails or how it ends. tests/test_init.py reads it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/init.h>
#include <uk/print.h>

static const char *how = "";

static int say(const char *name, int failing)
{
	uk_pr_info("init %s\n", name);
	return failing ? -EIO : 0;
}

static void unsay(const char *name, const struct uk_term_ctx *ctx)
{
	uk_pr_info("term %s %d\n", name, ctx->status);
}

static int init_first(struct uk_init_ctx *ctx)
{
	how = ctx->argc > 1 ? ctx->argv[1] : "";
	return say("first", 0);
}

static void term_first(const struct uk_term_ctx *ctx)
{
	unsay("first", ctx);
}

static int init_second(struct uk_init_ctx *ctx)
{
	return say("second", !strcmp(how, "fail"));
}

/* May end the image once more, while it ends. */
static void term_second(const struct uk_term_ctx *ctx)
{
	unsay("second", ctx);
	if (!strcmp(how, "again"))
		uk_exit(9);
}

static void term_only(const struct uk_term_ctx *ctx)
{
	unsay("only", ctx);
}

static int init_last(struct uk_init_ctx *ctx)
{
	return say("last", 0);
}

static void term_last(const struct uk_term_ctx *ctx)
{
	unsay("last", ctx);
}

uk_late_initcall_prio(init_last, term_last, 5);
uk_sys_initcall_prio(init_second, term_second, 2);
uk_lib_initcall_prio(0, term_only, 4);
uk_rootfs_initcall(init_first, term_first);

static int on_failure(void *data)
{
	const struct uk_init_failure *failure = data;

	uk_pr_info("failed with %d: %s\n", failure->error,
		   failure->rec->init == init_second ? "second" : "another");
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER(UK_EVENT_INIT_FAILED, on_failure);

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(how, "exit"))
		uk_exit(atoi(argv[2]));
	return 3;
}
