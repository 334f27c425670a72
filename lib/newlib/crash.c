/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Every way in which the C library gives up ends in the crash path: abort(),
 * assert(), and signals, of which each one that nobody handles is fatal.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <uk/crash.h>
#include "syscalls.h"

void __noreturn abort(void)
{
	uk_crash_here("abort", NULL, NULL, 0);
}

void __noreturn __assert_func(const char *file, int line,
			      const char *func __unused, const char *expr)
{
	uk_crash_here("assertion failed", expr, file, (unsigned int)line);
}

void __noreturn __assert(const char *file, int line, const char *expr)
{
	__assert_func(file, line, NULL, expr);
}

/* The whole image is process 1. */
int _getpid(void)
{
	return 1;
}

/* raise() comes here for a signal whose action is the default. */
int _kill(int pid, int sig)
{
	if (pid != _getpid() || sig < 0 || sig >= NSIG) {
		errno = pid != _getpid() ? ESRCH : EINVAL;
		return -1;
	}
	if (sig == 0)
		return 0;
	uk_crash_here("signal", sig == SIGABRT ? "SIGABRT" : NULL, NULL, 0);
}

NEWLIB_POSIX_NAME(getpid);
NEWLIB_POSIX_NAME(kill);
