/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the log says about start and end of the guest: init calls that fail,
 * and the last line, "exit N", which tools that run images read. The term
 * call is the last of all, since it belongs to the first class and priority;
 * it has a console brought up if the boot did not come that far.
 */
#include <errno.h>
#include <uk/errno_name.h>
#include <uk/init.h>
#include <uk/symtab.h>
#include "ring.h"

static int init_failed(void *data)
{
	const struct uk_init_failure *f = data;

	char call[UK_SYMBOL_TEXT_MAX];

	if (f->error != -ECANCELED)
		uk_pr_err("init call %s failed: %s, error %d\n",
			  uk_symbol_text((__uptr)f->rec->init, 0, call),
			  uk_errno_name(f->error), f->error);
	return UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER(UK_EVENT_INIT_FAILED, init_failed);

static void print_term(const struct uk_term_ctx *ctx)
{
	print_urgent();
	uk_pr_always("exit %d\n", ctx->status);
}

uk_early_initcall_prio(0, print_term, 0);
