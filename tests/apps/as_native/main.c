/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Compiled for the host as well: what gdb prints of it there, it is to print of
 * a guest.
 */
#include <stdio.h>

#ifdef __aarch64__
#define TRAP "brk #0"
#else
#define TRAP "int3"
#endif

volatile int n;

__attribute__((noinline)) int watched(void)
{
	volatile int b = 0;

	b = 5;
	b = 6;
	return b;
}

__attribute__((noinline)) int compared(void)
{
	volatile int a = 1;

	a++;
	return a;
}

__attribute__((noinline)) void trapped(void)
{
	n++;
	__asm__ __volatile__(TRAP);
	n++;
}

__attribute__((noinline)) int called(int x)
{
	n += x;
	return n;
}

int main(void)
{
	int sum = watched() + compared();

	trapped();
	/* clang-format off */
	fputs("", stdout); fflush(stdout);
	/* clang-format on */
	return sum + called(1);
}
