/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Crashes before any library but the console has been set up.
 */
#include <stddef.h>
#include <uk/init.h>

static __attribute__((noinline)) int crash_early(struct uk_init_ctx *ctx)
{
	void *volatile nowhere = NULL;

	*(volatile int *)nowhere = 1;
	return 0;
}

uk_early_initcall(crash_early, NULL);
