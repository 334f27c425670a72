/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * assert() ends in the crash path. Its own file: programs that pull in no
 * signal.c have it too.
 */
#include <assert.h>
#include <stddef.h>
#include <uk/crash.h>
#include <uk/essentials.h>

void __noreturn __assert_func(const char *file, int line,
			      const char *func __unused, const char *expr)
{
	uk_crash_here("assertion failed", expr, file, (unsigned int)line);
}

void __noreturn __assert(const char *file, int line, const char *expr)
{
	__assert_func(file, line, NULL, expr);
}
