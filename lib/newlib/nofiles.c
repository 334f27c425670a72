/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What takes a path, in a system without files: nothing has a name.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "syscalls.h"

static int no_entry(void)
{
	errno = ENOENT;
	return -1;
}

int _open(const char *path __unused, int flags __unused, int mode __unused)
{
	return no_entry();
}

int open(const char *path __unused, int flags __unused, ...)
{
	return no_entry();
}

int _stat(const char *path __unused, struct stat *st __unused)
{
	return no_entry();
}

int _link(const char *from __unused, const char *to __unused)
{
	return no_entry();
}

int _unlink(const char *path __unused)
{
	return no_entry();
}

NEWLIB_POSIX_NAME(stat);
NEWLIB_POSIX_NAME(link);
NEWLIB_POSIX_NAME(unlink);
