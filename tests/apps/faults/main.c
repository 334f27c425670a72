/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Crashes in ways that are hard on the crash path itself: a heap, a stack
 * pointer or a call chain in ruins, a fault inside a handler, faults where a
 * function has no frame. tests/test_faults.py reads the screens.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "faults.h"

#define KIND static __attribute__((noinline)) void

const char *faults_kind;

static void *volatile nowhere = NULL;

/* Everything that malloc knows of itself becomes nonsense. */
KIND broken_heap(void)
{
	char *volatile some[16];

	for (int i = 0; i < 16; i++)
		some[i] = malloc(100);
	for (int i = 0; i < 16; i += 2)
		free(some[i]);
	memset(some[0] - 16, 0xa5, (size_t)(some[15] - some[0]) + 100);
	for (int i = 0; i < 16; i++)
		some[i] = malloc(100);
	printf("malloc lived: %p\n", some[0]);
}

/* Crashes with a heap and an assertion while output waits in its buffer. */
KIND abort_in_use(void)
{
	printf("a line begun");
	abort();
}

/* Replaces one word of this function's frame record: 0 the caller's frame
 * pointer, 1 the return address.
 */
KIND chain(int word, uintptr_t value)
{
	uintptr_t *volatile frame = __builtin_frame_address(0);

	frame[word] = value;
	*(volatile int *)nowhere = 1;
}

KIND chain_cyclic(void)
{
	chain(0, (uintptr_t)__builtin_frame_address(0) - 64);
}

KIND chain_unaligned(void)
{
	chain(0, (uintptr_t)__builtin_frame_address(0) + 3);
}

KIND chain_unmapped(void)
{
	chain(0, 0x5a5a5a5a000);
}

KIND chain_impossible(void)
{
	chain(0, 0x8000deadbeef0000);
}

KIND chain_to_data(void)
{
	chain(1, (uintptr_t)&nowhere);
}

/* A function that runs inside qsort() of the C library. */
static int compare(const void *a, const void *b)
{
	return *(volatile int *)nowhere;
}

KIND in_callback(void)
{
	int numbers[4] = { 3, 1, 4, 2 };

	qsort(numbers, 4, sizeof(int), compare);
}

/* Names in the order of the screens that tests/test_faults.py expects. */
static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{ "first-instruction", first_instruction },
	{ "half-a-frame", half_a_frame },
	{ "frame-taken-down", frame_taken_down },
	{ "no-stack", no_stack },
	{ "in-trap-handler", first_instruction },
	{ "everywhere", first_instruction },
	{ "broken-heap", broken_heap },
	{ "abort-in-use", abort_in_use },
	{ "chain-cyclic", chain_cyclic },
	{ "chain-unaligned", chain_unaligned },
	{ "chain-unmapped", chain_unmapped },
	{ "chain-impossible", chain_impossible },
	{ "chain-to-data", chain_to_data },
	{ "in-callback", in_callback },
};

int main(int argc, char **argv)
{
	faults_kind = argc > 1 ? argv[1] : "";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, faults_kind))
			kinds[i].run();
	printf("nothing crashed\n");
	return 1;
}
