/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of crash that both architectures have. Each is a function of its
 * own, so that the call trace names it.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uk/assert.h>
#include "crash.h"

#define KIND static __attribute__((noinline)) void

/* Addresses that the compiler does not see through. */
static void *volatile nowhere = NULL;
static void *volatile unmapped = (void *)0x5a5a5a5a000;

KIND null_read(void)
{
	(void)*(volatile int *)nowhere;
}

KIND null_write(void)
{
	*(volatile int *)nowhere = 42;
}

KIND null_call(void)
{
	((void (*)(void))nowhere)();
}

KIND wild_jump(void)
{
	((void (*)(void))unmapped)();
}

KIND nx(void)
{
	static unsigned char code[16];

	code[0] = 1;
	((void (*)(void))(void *volatile)code)();
}

KIND write_rodata(void)
{
	static const int constant = 1;

	*(volatile int *)(uintptr_t)&constant = 2;
}

KIND write_text(void)
{
	*(volatile char *)(uintptr_t)write_text = 0;
}

static __attribute__((noinline)) int recurse(volatile int *depth)
{
	volatile char frame[256];

	frame[0] = (char)++*depth;
	return recurse(depth) + frame[0];
}

KIND stack_overflow(void)
{
	int depth = 0;

	recurse(&depth);
}

KIND assert_fails(void)
{
	volatile int x = -1;

	UK_ASSERT(x > 0);
}

KIND crash(void)
{
	UK_CRASH("the application asked for it");
}

KIND call_abort(void)
{
	abort();
}

extern uintptr_t __stack_chk_guard;

/* Overruns buf up to and including the canary after it, and nothing more, so
 * that the call chain stays whole. In buf itself an old canary may lie.
 */
KIND overrun(char *buf, size_t size)
{
	uintptr_t *end = (uintptr_t *)(buf + size);

	while (*end != __stack_chk_guard)
		end++;
	memset(buf, 'A', (size_t)((char *)(end + 1) - buf));
}

KIND stack_smash(void)
{
	char buf[16] __attribute__((aligned(8)));

	overrun(buf, sizeof(buf));
}

KIND nested(void)
{
	UK_CRASH("the first of two");
}

/* Loses the stack pointer. */
static __attribute__((noinline)) void lost_stack(void)
{
	jmp_buf none;

	memset(none, 0, sizeof(none));
	longjmp(none, 1);
}

KIND corrupt_stack(void)
{
	void **volatile frame = __builtin_frame_address(0);

	frame[0] = (void *)0x1234567;
	null_write();
}

/* Forty calls, no two of which are the same place in the code. */
#define LEVEL(n, next)                                                \
	static __attribute__((noinline)) int level##n(volatile int x) \
	{                                                             \
		return next(x) + n;                                   \
	}
#define LEVELS(t, from)          \
	LEVEL(t##0, from)        \
	LEVEL(t##1, level##t##0) \
	LEVEL(t##2, level##t##1) \
	LEVEL(t##3, level##t##2) \
	LEVEL(t##4, level##t##3) \
	LEVEL(t##5, level##t##4) \
	LEVEL(t##6, level##t##5) \
	LEVEL(t##7, level##t##6) \
	LEVEL(t##8, level##t##7) \
	LEVEL(t##9, level##t##8)

static __attribute__((noinline)) int bottom(volatile int x)
{
	if (x == 1)
		lost_stack();
	if (x == 2)
		corrupt_stack();
	null_write();
	return x;
}

LEVELS(1, bottom)
LEVELS(2, level19)
LEVELS(3, level29)
LEVELS(4, level39)

KIND deep(void)
{
	level49(0);
}

KIND deep_lost(void)
{
	level49(1);
}

KIND deep_corrupt(void)
{
	level49(2);
}

/* The return address is lost, and so is the frame that it leads to. */
KIND wild_return(void)
{
	void *volatile *volatile frame = __builtin_frame_address(0);

	frame[0] = unmapped;
	frame[1] = unmapped;
}

/* As by letters of a string that is too long. */
KIND letters_return(void)
{
	void *volatile *volatile frame = __builtin_frame_address(0);

	frame[0] = (void *)0x4141414141414141;
	frame[1] = (void *)0x4141414141414141;
}

/* What is left of the frame is zeroes. */
KIND zeroed_frame(void)
{
	void *volatile *volatile frame = __builtin_frame_address(0);

	frame[0] = NULL;
	null_write();
}

KIND in_memcpy(void)
{
	char buf[128];
	volatile size_t len = sizeof(buf);

	memcpy(buf, nowhere, len);
	(void)*(volatile char *)buf;
}

KIND in_strlen(void)
{
	volatile size_t len = strlen(nowhere);

	(void)len;
}

static inline __attribute__((always_inline)) void inner(int *p)
{
	*(volatile int *)p = 1;
}

static inline __attribute__((always_inline)) void outer(int *p)
{
	inner(p);
}

KIND inlined(void)
{
	outer(nowhere);
}

/* Crashes before main runs; see main.c. */
KIND before_main(void)
{
}

const struct kind kinds[] = {
	{ "null-read", null_read, "read through a null pointer" },
	{ "null-write", null_write, "write through a null pointer" },
	{ "null-call", null_call, "call of a null pointer" },
	{ "wild-jump", wild_jump, "call of an address that is not mapped" },
	{ "nx", nx, "call of data" },
	{ "write-rodata", write_rodata, "write to a constant" },
	{ "write-text", write_text, "write to code" },
	{ "stack-overflow", stack_overflow, "recursion without end" },
	{ "divide", divide, "integer division by zero" },
	{ "undefined-instruction", undefined_instruction,
	  "an instruction that does not exist" },
	{ "assert", assert_fails, "UK_ASSERT that does not hold" },
	{ "crash", crash, "UK_CRASH" },
	{ "abort", call_abort, "abort() of the C library" },
	{ "stack-smash", stack_smash, "overrun of a local array" },
	{ "nested", nested, "a crash handler that crashes itself" },
	{ "deep", deep, "a call trace of 40 frames" },
	{ "corrupt-stack", corrupt_stack, "a frame pointer overwritten" },
	{ "wild-return", wild_return, "a return address overwritten" },
	{ "letters-return", letters_return, "the same, by a string" },
	{ "lost-stack", deep_lost,
	  "longjmp with a buffer of zeroes, 40 calls deep" },
	{ "deep-corrupt", deep_corrupt,
	  "a frame pointer overwritten, 40 calls deep" },
	{ "zeroed-frame", zeroed_frame, "a frame pointer set to 0" },
	{ "in-memcpy", in_memcpy, "memcpy from a null pointer" },
	{ "in-strlen", in_strlen, "strlen of a null pointer" },
	{ "inlined", inlined, "a fault in an inlined function" },
	{ "double-free", double_free, "a block freed twice" },
	{ "heap-overrun", heap_overrun, "a block written to beyond its end" },
	{ "wild-free", wild_free, "a pointer freed that is no block" },
	{ "write-after-free", write_after_free,
	  "a block written to after it was freed" },
	{ "heap-damaged", heap_damaged,
	  "abort() with the heap damaged before" },
	{ "in-interrupt", in_interrupt, "a fault in a timer's handler" },
	{ "irqs-off", irqs_off, "a fault with interrupts off" },
	{ "in-thread", in_thread, "a fault in a second thread" },
	{ "thread-overflow", thread_overflow,
	  "recursion without end in a second thread" },
	{ "foreign-guard", foreign_guard,
	  "a write to the guard page of another thread's stack" },
	{ "large-frame", large_frame,
	  "a frame that is larger than the stack of a second thread" },
	{ "before-main", before_main, "a crash in an init call" },
	{ 0 },
};
