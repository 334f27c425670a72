/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Names the block of a wrong access that the compiler's checks found.
 */
#include <uk/kasan.h>
#include "alloc_internal.h"

static int describe(__uptr addr, uk_kasan_line_t line, void *arg)
{
	static struct uk_alloc_damage d;

	uk_alloc_foreach(a) if (a->ops->locate && a->ops->locate(a, addr, &d))
	{
		ukalloc_describe(&d, line, arg);
		return 1;
	}
	return 0;
}

UK_KASAN_DESCRIBER(heap, describe);
