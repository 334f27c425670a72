/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the system is like.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include <uk/plat/lcpu.h>
#include <uk/sched.h>

long sysconf(int name)
{
	switch (name) {
	case _SC_NPROCESSORS_CONF:
		return (long)ukplat_lcpu_count();
	case _SC_NPROCESSORS_ONLN:
		return __builtin_popcountl(uk_sched_cpus());
	case _SC_PAGESIZE:
		return (long)__PAGE_SIZE;
	case _SC_CLK_TCK:
		return CLOCKS_PER_SEC;
	default:
		errno = EINVAL;
		return -1;
	}
}
