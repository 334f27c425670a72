/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The system calls that newlib's reentrant layer makes; its headers declare
 * none of them. Each returns a result, or -1 with errno set. Called in thread
 * context only, like the functions of the C library that call them.
 */
#ifndef __NEWLIB_SYSCALLS_H__
#define __NEWLIB_SYSCALLS_H__

#include <stddef.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/types.h>
#include <uk/essentials.h>

int _read(int fd, void *buf, size_t len);
int _write(int fd, const void *buf, size_t len);
int _open(const char *path, int flags, int mode);
int _close(int fd);
int _fstat(int fd, struct stat *st);
int _isatty(int fd);
off_t _lseek(int fd, off_t offset, int whence);
int _stat(const char *path, struct stat *st);
int _link(const char *from, const char *to);
int _unlink(const char *path);
void *_sbrk(ptrdiff_t incr);
int _gettimeofday(struct timeval *tv, void *tz);
clock_t _times(struct tms *t);
int _getpid(void);
int _kill(int pid, int sig);
void __noreturn _exit(int status);

/* From now on no thread waits long for a lock: threads.c. */
void newlib_exit_begins(void);

/*
 * The same under its POSIX name. newlib defines these on arm64 only, in
 * members of libc.a that ours keep from being linked.
 */
#define NEWLIB_POSIX_NAME(name) \
	extern __typeof__(_##name) name __attribute__((alias("_" #name)))

#endif /* __NEWLIB_SYSCALLS_H__ */
