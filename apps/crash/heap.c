/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of crash that the allocator notices.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "crash.h"

/* Lengths and addresses that the compiler does not see through. */
static volatile size_t block_size = 40;
static char *volatile block;

void double_free(void)
{
	block = malloc(block_size);
	free(block);
	free(block);
}

/* Between a mistake and what comes of it. */
static void goes_on(void)
{
	for (volatile unsigned int i = 0; i < 100000; i++)
		;
}

void heap_overrun(void)
{
	block = malloc(block_size);
	memset(block, 'A', block_size + 16);
	goes_on();
	free(block);
}

void wild_free(void)
{
	block = malloc(block_size);
	block += 16;
	free(block);
}

static inline __attribute__((always_inline)) char *new_block(void)
{
	return malloc(block_size);
}

void write_after_free(void)
{
	block = new_block();
	free(block);
	memset(block, 'A', 16);
	block = new_block();
}

/* The heap is damaged, and something else crashes. */
void heap_damaged(void)
{
	block = malloc(block_size);
	memset(block, 'A', block_size + 16);
	abort();
}
