/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: must be 0 (earliest) to 9 (latest) */
#include <uk/init.h>

static int init(struct uk_init_ctx *ctx)
{
	return 0;
}

#ifdef CONTROL
uk_lib_initcall_prio(init, 0, 9);
#else
uk_lib_initcall_prio(init, 0, 12);
#endif
