/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* expected: incompatible */
#include <uk/init.h>

#ifdef CONTROL
static int init(struct uk_init_ctx *ctx)
#else
static int init(int argc)
#endif
{
	return 0;
}

uk_lib_initcall(init, 0);
