/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Reads the command line that the platform found, before anything else asks
 * for a parameter, and gives main its arguments.
 */
#include <errno.h>
#include <uk/init.h>
#include <uk/plat/bootinfo.h>
#include <uk/print.h>
#include "param_internal.h"

static char *argv[CONFIG_LIBUKPARAM_ARGS_MAX + 2];
static _Bool help;

UK_PARAM(param, help, &help, bool, "list all parameters and end");

static void list_params(void)
{
	char value[VALUE_TEXT_MAX];

	uk_table_foreach (param, p) {
		value_text(p, value, sizeof(value));
		uk_pr_always("%s=<%s>: %s; %s; now %s\n", p->name,
			     value_type(p), p->help, value_form(p), value);
	}
}

static int param_init(struct uk_init_ctx *ctx)
{
	int ret;

	argv[0] = ctx->argv[0];
	ctx->argv = argv;
	ret = param_parse(ukplat_bootinfo_get()->cmdline, argv, &ctx->argc);
	if (help)
		list_params();
	if (help && !ret)
		uk_exit(0);
	return ret ? -ECANCELED : 0;
}

/* Behind the log, whose record ends the guest with its last line. */
uk_early_initcall_prio(param_init, 0, 1);
