/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What a debugger is tried on: functions to stop in, data to look at and to
 * watch, loops to interrupt. argv[1] names a scene. Functions have a prefix
 * that nothing else in the image has.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/nofault.h>
#include "signals.h"

struct point {
	int x, y;
	unsigned int small : 3, wide : 11;
	const char *name;
	struct point *next;
};

volatile int counter;
volatile uint64_t watched[4];
struct point origin = { 1, 2, 5, 1000, "origin", NULL };
struct point list = { 3, 4, 2, 700, "head", &origin };
volatile double ratio = 2.5;
volatile int verdict;
unsigned char big[1024 * 1024];

__attribute__((noinline)) int debuggee_add(int a, int b)
{
	int total = a + b;

	counter++;
	return total;
}

__attribute__((noinline)) double debuggee_scale(double v, int by)
{
	return v * by;
}

__attribute__((noinline, used)) unsigned int checksum(size_t size)
{
	unsigned int total = 0;

	for (size_t i = 0; i < size; i++)
		total += big[i];
	return total;
}

__attribute__((noinline)) int debuggee_depth(int n)
{
	volatile int here = n;

	if (n == 0)
		return debuggee_add(here, 0);
	return debuggee_depth(n - 1) + 1;
}

__attribute__((noinline)) void debuggee_spin(void)
{
	/* clang-format off */
	while (!verdict) counter++; /* one line, which `next` steps for ever */
	/* clang-format on */
}

__attribute__((noinline)) void debuggee_idle(void)
{
	while (!verdict)
		ukarch_halt();
}

__attribute__((noinline)) void debuggee_irqs_off(void)
{
	ukarch_irq_disable();
	while (!verdict)
		counter++;
	ukarch_irq_enable();
}

/* Most of the time is on the way into a handler, and back. */
__attribute__((noinline)) void debuggee_faults(void)
{
	int value;

	while (!verdict)
		counter += !uk_nofault_try_read(value,
						(const int *)0x410000000000);
}

__attribute__((noinline)) void debuggee_loop(int n)
{
	for (int i = 0; i < n; i++)
		debuggee_add(i, i & 7);
}

__attribute__((noinline)) void debuggee_stores(void)
{
	for (int i = 0; i < 10; i++) {
		watched[i & 3] = i;
		counter++;
	}
}

__attribute__((noinline)) uint64_t debuggee_reads(void)
{
	uint64_t total = 0;

	for (int i = 0; i < 4; i++)
		total += watched[i];
	return total;
}

__attribute__((noinline)) int debuggee_leaf(int v)
{
	counter += v;
	return v * 3;
}

/* A variable on the stack, beside what a trap of the program writes. */
__attribute__((noinline)) int debuggee_local(void)
{
	volatile int b = 0;

	b = 5;
	b = 6;
	return b;
}

__attribute__((noinline)) int debuggee_stepped(int v)
{
	int a = v + counter;
	counter = a ^ 5;
	counter += a << 2;
	counter -= debuggee_add(a, 1);
	v = debuggee_leaf(a);
	counter = v;
	return counter;
}

/* An instruction of x86_64, a loop of exclusive accesses on arm64. */
__attribute__((noinline)) void debuggee_atomic(void)
{
	counter = 0;
	/* clang-format off */
	for (int i = 0; i < 100; i++) __atomic_fetch_add(&counter, 3, __ATOMIC_SEQ_CST);
	/* clang-format on */
	counter++;
}

__attribute__((noinline)) void debuggee_long_line(void)
{
	counter = 0;
	/* clang-format off */
	for (int i = 0; i < 1000; i++) { counter++; counter++; counter--; }
	/* clang-format on */
	counter++;
}

/* Branches of all kinds, calls near and through a pointer, data by place. */
__attribute__((noinline)) unsigned int debuggee_mixture(unsigned int n)
{
	static int (*volatile call)(int, int) = debuggee_add;
	unsigned int v = n;

	for (unsigned int i = 0; i < 5; i++) {
		switch (i ^ (v & 1)) {
		case 0:
			v += counter;
			break;
		case 1:
			v ^= call(v, i);
			break;
		case 2:
			v -= origin.x;
			break;
		case 3:
			v = v << 3 | v >> 29;
			break;
		default:
			v += debuggee_add(v, 3) * (list.y > 2 ? 3 : 5);
		}
		if (v & 0x10)
			v += 7;
	}
	return v;
}

__attribute__((noinline)) void debuggee_null(int v)
{
	*(volatile int *)NULL = v;
	__asm__ volatile(".global debuggee_null_end\ndebuggee_null_end:");
}

__attribute__((noinline)) void debuggee_undefined(void)
{
#ifdef __x86_64__
	__asm__ volatile("ud2");
#else
	__asm__ volatile(".inst 0");
#endif
}

void debuggee_regs(void);

/* arch/<arch>/steps.S */
void debuggee_repeat(char *to, const char *from);
unsigned long debuggee_flags(void);
void debuggee_trap(void);
void debuggee_store(volatile int *at);

static void debuggee_special(void)
{
	char text[25] = "";

	debuggee_repeat(text, "sixteen letters!");
	printf("special %s %d", text, counter);
	printf(" %lx", debuggee_flags());
	debuggee_store(&counter);
	printf(" %d\n", counter);
}

static jmp_buf back;

static __attribute__((noinline)) int debuggee_jump(int n)
{
	if (n)
		longjmp(back, n);
	return 0;
}

static __attribute__((noinline)) int debuggee_return(volatile int n)
{
	if (setjmp(back))
		return counter;
	counter += n;
	debuggee_jump(n);
	return -1;
}

static int debuggee_compare(const void *a, const void *b)
{
	counter++;
	return *(const char *)a - *(const char *)b;
}

/* What newlib does with arguments of the program's. */
static __attribute__((noinline)) void debuggee_newlib(const char *digits)
{
	static char letters[] = "debuggeroflibraries";
	char *end;
	long v;

	qsort(letters, sizeof(letters) - 1, 1, debuggee_compare);
	v = strtol(digits, &end, 16);
	printf("newlib %s %ld %s\n", letters, v, end);
}

static void run(const char *scene, int n)
{
	if (!strcmp(scene, "spin"))
		debuggee_spin();
	else if (!strcmp(scene, "idle"))
		debuggee_idle();
	else if (!strcmp(scene, "irqs-off"))
		debuggee_irqs_off();
	else if (!strcmp(scene, "faults"))
		debuggee_faults();
	else if (!strcmp(scene, "depth"))
		counter = debuggee_depth(n);
	else if (!strcmp(scene, "loop"))
		debuggee_loop(n);
	else if (!strcmp(scene, "stores"))
		debuggee_stores();
	else if (!strcmp(scene, "locals"))
		for (int i = 0; i < n; i++)
			counter += debuggee_local();
	else if (!strcmp(scene, "stepped"))
		debuggee_stepped(n);
	else if (!strcmp(scene, "long-line"))
		debuggee_long_line();
	else if (!strcmp(scene, "atomic"))
		debuggee_atomic();
	else if (!strcmp(scene, "mixture"))
		printf("mixture %u\n", debuggee_mixture(n));
	else if (!strcmp(scene, "null"))
		debuggee_null(n);
	else if (!strcmp(scene, "abort"))
		abort();
	else if (!strcmp(scene, "undefined"))
		debuggee_undefined();
	else if (!strcmp(scene, "regs"))
		debuggee_regs();
	else if (!strcmp(scene, "special"))
		debuggee_special();
	else if (!strcmp(scene, "trap"))
		debuggee_trap();
	else if (!strcmp(scene, "longjmp"))
		counter = debuggee_return(n);
	else if (!strcmp(scene, "newlib"))
		debuggee_newlib("1234zz");
	else if (!strcmp(scene, "checksum"))
		printf("checksum %u\n", checksum(sizeof(big)));
	else
		debuggee_signal_scene(scene);
}

int main(int argc, char **argv)
{
	const char *scene = argc > 1 ? argv[1] : "none";
	int total;

	printf("scene %s\n", scene);
	total = debuggee_add(20, 22);
	run(scene, argc > 2 ? atoi(argv[2]) : 10);
	if (!strcmp(scene, "stores"))
		total += debuggee_reads();
	printf("total %d verdict %d scale %d\n", total, verdict,
	       (int)debuggee_scale(ratio, 4));
	return verdict;
}
