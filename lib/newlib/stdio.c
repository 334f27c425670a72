/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Standard input, output and error on the console with the role stdio. It
 * looks like a terminal: output is buffered by line; one read gives one line at
 * most; a carriage return, which is what Enter sends, is read as a newline;
 * Ctrl-D ends a read, and the input if nothing stands before it. Nothing is
 * echoed. Without a console output vanishes and input is at its end.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <uk/console.h>
#include <uk/sched.h>
#include "syscalls.h"

#define CTRL_D 4

/* With other threads: how often to look for input or room, and how long a
 * writer waits for room before it drops.
 */
#define LOOK_NS 1000000UL
#define LOOKS_MAX 1000U

static int is_stdio(int fd)
{
	if (fd >= STDIN_FILENO && fd <= STDERR_FILENO)
		return 1;
	errno = EBADF;
	return 0;
}

/* What one call writes stays together. */
#ifdef CONFIG_LIBUKSCHED
#include <uk/mutex.h>

static struct uk_mutex out_lock = UK_MUTEX_INITIALIZER(0);
#define OUT_LOCK() uk_mutex_lock(&out_lock)
#define OUT_UNLOCK() uk_mutex_unlock(&out_lock)
#else
#define OUT_LOCK()
#define OUT_UNLOCK()
#endif

/* Lets others run for a moment; 0 if there are none. */
static int others_run(void)
{
	if (uk_sched_thread_count() < 2)
		return 0;
	uk_thread_sleep(LOOK_NS);
	return 1;
}

#ifdef CONFIG_LIBUKSCHED
/* The same for a thread that waits for input. */
static void look_again(const struct uk_console *con)
{
	unsigned long flags = ukarch_irq_save();

	uk_waitq_wait_for(NULL, uk_time_monotonic() + LOOK_NS, UK_WAIT_INPUT,
			  con->name);
	ukarch_irq_restore(flags);
}
#else
static void look_again(const struct uk_console *con __unused)
{
	others_run();
}
#endif

/* A console that takes nothing within its bound has no reader: the rest is
 * dropped, as the log drops it, so that the program does not fail.
 */
int _write(int fd, const void *buf, size_t len)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_STDIO);
	unsigned int looks = 0;
	size_t done = 0;
	__ssz n = 1;

	if (!is_stdio(fd))
		return -1;
	OUT_LOCK();
	while (con && done < len && n > 0) {
		n = uk_console_out(con, (const char *)buf + done, len - done);
		if (n > 0) {
			done += (size_t)n;
			looks = 0;
		} else if (n == 0 && looks++ < LOOKS_MAX && others_run()) {
			n = 1;
		}
	}
	OUT_UNLOCK();
	return (int)len;
}

/* Waits for the first byte, then takes what is there of the line. */
int _read(int fd, void *buf, size_t len)
{
	struct uk_console *con = uk_console_get(UK_CONSOLE_STDIO);
	char *line = buf;
	size_t i = 0;
	__ssz n;

	if (!is_stdio(fd))
		return -1;
	while (con && i < len) {
		unsigned int events = uk_console_events(con);

		n = uk_console_in(con, &line[i], 1);
		if (n < 0) {
			errno = (int)-n;
			return i ? (int)i : -1;
		}
		if (n == 0 && i)
			break;
		if (n == 0) {
			if (uk_sched_thread_count() < 2)
				uk_console_wait(con, events);
			else
				look_again(con);
			continue;
		}
		if (line[i] == CTRL_D)
			break;
		if (line[i] == '\r')
			line[i] = '\n';
		if (line[i++] == '\n')
			break;
	}
	return (int)i;
}

int _fstat(int fd, struct stat *st)
{
	if (!is_stdio(fd))
		return -1;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFCHR | S_IRUSR | S_IWUSR;
	return 0;
}

int _isatty(int fd)
{
	return is_stdio(fd);
}

off_t _lseek(int fd, off_t offset __unused, int whence __unused)
{
	if (is_stdio(fd))
		errno = ESPIPE;
	return -1;
}

int _close(int fd)
{
	return is_stdio(fd) ? 0 : -1;
}

NEWLIB_POSIX_NAME(write);
NEWLIB_POSIX_NAME(read);
NEWLIB_POSIX_NAME(fstat);
NEWLIB_POSIX_NAME(isatty);
NEWLIB_POSIX_NAME(lseek);
NEWLIB_POSIX_NAME(close);
