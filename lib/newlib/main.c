/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs the application: constructors, main, exit. Stands in the main class
 * after the tests, which end the image themselves.
 */
#include <reent.h>
#include <stdlib.h>
#include <uk/init.h>
#include "syscalls.h"

/* Highest status that is main's own; see support/run. */
#define STATUS_MAX 63

/* An image of tests alone has none. */
int main(int argc, char **argv) __weak;

typedef void (*function_t)(void);
extern const function_t __init_array_start[], __init_array_end[];
extern const function_t __fini_array_start[], __fini_array_end[];

/* Calls atexit()'s functions; absent where there are none. */
void __call_exitprocs(int status, void *dso) __weak;

static int run_main(struct uk_init_ctx *ctx)
{
	const function_t *c;

	if (!main)
		return 0;
	for (c = __init_array_start; c != __init_array_end; c++)
		(*c)();
	exit(main(ctx->argc, ctx->argv));
}
uk_main_initcall_prio(run_main, 0, 5);

/* Replaces newlib's, which knows no destructors. One of them that calls exit()
 * again goes on with the next.
 */
void __noreturn exit(int status)
{
	static const function_t *d = __fini_array_end;

	if (__call_exitprocs)
		__call_exitprocs(status, NULL);
	while (d != __fini_array_start)
		(*--d)();
#ifdef CONFIG_LIBUKSCHED
	newlib_exit_begins();
#endif
	if (_GLOBAL_REENT->__cleanup)
		_GLOBAL_REENT->__cleanup(_GLOBAL_REENT);
	_exit(status);
}

/* A status that does not fit must not turn into success, nor into the status
 * of a crash: it becomes the highest.
 */
void __noreturn _exit(int status)
{
	uk_exit(status < 0 || status > STATUS_MAX ? STATUS_MAX : status);
}
