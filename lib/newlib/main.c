/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Runs the application: constructors, main, exit. Stands in the main class
 * behind the tests, which end the image themselves.
 */
#include <stdlib.h>
#include <uk/init.h>
#include "syscalls.h"

/* Highest status that is main's own; see support/run. */
#define STATUS_MAX 63

/* An image of tests alone has none. */
int main(int argc, char **argv) __weak;

typedef void (*constructor_t)(void);
extern const constructor_t __init_array_start[], __init_array_end[];

static int run_main(struct uk_init_ctx *ctx)
{
	const constructor_t *c;

	if (!main)
		return 0;
	for (c = __init_array_start; c != __init_array_end; c++)
		(*c)();
#ifdef CONFIG_LIBUKSCHED
	/* The first to be registered is the last to be called. */
	atexit(newlib_exit_begins);
#endif
	exit(main(ctx->argc, ctx->argv));
}
uk_main_initcall_prio(run_main, 0, 5);

/* A status that does not fit must not turn into success, nor into the status
 * of a crash: it becomes the highest.
 */
void __noreturn _exit(int status)
{
	uk_exit(status < 0 || status > STATUS_MAX ? STATUS_MAX : status);
}
