/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What uktlsf asks of ukalloc, for one CPU: `checks` is what the parameter
 * heap.checks would be, and a caller stands for its own call trace.
 */
#ifndef __CHECKS_H__
#define __CHECKS_H__

#include "../../../ukalloc/alloc_internal.h"

static int checks = 1;

unsigned long ukalloc_lock(void)
{
	return 0;
}

void ukalloc_unlock(unsigned long flags)
{
}

int uk_alloc_checks(void)
{
	return checks;
}

void *ukalloc_origin(void *caller)
{
	return caller;
}

unsigned int ukalloc_origin_frames(__u32 origin __unused,
				   const __u32 **pcs __unused)
{
	return 0;
}

#endif
