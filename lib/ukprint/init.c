/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The last line of the log, "exit N", which tools that run images read. The
 * term call is the last of all, since it belongs to the first class and
 * priority; it starts a console if the boot did not come that far.
 */
#include <uk/init.h>
#include "ring.h"

static void print_term(const struct uk_term_ctx *ctx)
{
	print_urgent();
	uk_print_exit(ctx->status);
}

uk_early_initcall_prio(0, print_term, 0);
