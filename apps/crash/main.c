/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Crashes in the way that its argument names, to show the crash screen.
 * Without an argument, or with an unknown one, it lists the kinds.
 */
#include <stdio.h>
#include <string.h>
#include <uk/init.h>
#include "crash.h"

static const char *argument;

int chosen(const char *name)
{
	return argument && !strcmp(argument, name);
}

/* Runs before main, and remembers the argument for crash handlers. */
static __attribute__((noinline)) int before_main(struct uk_init_ctx *ctx)
{
	argument = ctx->argc > 1 ? ctx->argv[1] : NULL;
	if (chosen("before-main"))
		*(volatile int *)NULL = 1;
	return 0;
}

uk_late_initcall(before_main, 0);

static const struct kind *find(const struct kind *k, const char *name)
{
	while (k->name && strcmp(k->name, name))
		k++;
	return k->name ? k : NULL;
}

static void list(const struct kind *k)
{
	for (; k->name; k++)
		printf("  %-22s %s\n", k->name, k->what);
}

int main(int argc, char **argv)
{
	const struct kind *k = NULL;

	if (argc > 1)
		k = find(kinds, argv[1]);
	if (argc > 1 && !k)
		k = find(arch_kinds, argv[1]);
	if (k) {
		k->run();
		printf("crash: %s did not crash\n", k->name);
		return 1;
	}

	if (argc > 1)
		printf("crash: unknown kind \"%s\"; known are:\n", argv[1]);
	else
		printf("usage: crash KIND\n");
	list(kinds);
	list(arch_kinds);
	return argc > 1 ? 2 : 0;
}
