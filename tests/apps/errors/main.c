/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The argument is a mistake's name; test_errors.py has the words that name it.
 */
#include <assert.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/event.h>
#include <uk/trap.h>
#include "errors.h"

volatile int sink;

static volatile int zero, most = INT_MAX, faults;
static void *volatile nowhere;

__attribute__((noinline)) int recurse(volatile int *depth)
{
	volatile char frame[256];

	frame[0] = (char)++*depth;
	return *depth ? recurse(depth) + frame[0] : 0;
}

MISTAKE recursion(void)
{
	int depth = 0;

	sink = recurse(&depth);
}

MISTAKE divide(void)
{
	sink = 100 / zero;
}

MISTAKE overflow_signed(void)
{
	sink = most + 1;
}

MISTAKE call_abort(void)
{
	abort();
}

MISTAKE assertion(void)
{
	assert(zero == 1);
}

MISTAKE longjmp_nowhere(void)
{
	jmp_buf none;

	memset(&none, 0, sizeof(none));
	longjmp(hide(&none), 1);
}

static const char *volatile format = "name: %s\n";

MISTAKE printf_wild(void)
{
	printf(format, (char *)0xdeadbeef000UL);
}

MISTAKE printf_small(void)
{
	printf(format, (char *)17UL);
}

MISTAKE printf_null(void)
{
	printf(format, (char *)nowhere);
}

static void call(void *at)
{
	((void (*)(void))hide(at))();
}

MISTAKE nullcall(void)
{
	call(nowhere);
}

MISTAKE wildcall(void)
{
	call((void *)0x123456789abcUL);
}

MISTAKE datacall(void)
{
	static unsigned char data[16];

	call(data);
}

MISTAKE unreachable(void)
{
	__builtin_trap();
}

MISTAKE exit_7(void)
{
	exit(7);
}

MISTAKE exit_300(void)
{
	exit(300);
}

/* A handler of traps that makes a mistake of its own. */
static int on_trap(void *data)
{
	(void)data;
	if (faults)
		sink = *(volatile int *)hide((void *)0x30);
	return UK_EVENT_NOT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, on_trap, 3);

MISTAKE trapfault(void)
{
	faults = 1;
#ifdef __x86_64__
	__asm__ volatile("ud2");
#else
	__asm__ volatile("udf #0");
#endif
}

#define ENTRY(name) { #name, name },

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = { MEMORY(ENTRY) THREADS(ENTRY) OTHERS(ENTRY) };

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		if (argc > 1 && !strcmp(argv[1], mistakes[i].name)) {
			mistakes[i].make();
			puts("went on");
			return 0;
		}
	puts("there is no such mistake");
	return 1;
}
