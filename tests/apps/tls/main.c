/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Thread-local variables of a program without threads, of every kind of
 * section and alignment; one line each.
 */
#include <stdint.h>
#include <stdio.h>

static __thread char byte = 'b';
static _Thread_local long number = 123456789012;
static __thread char page[100] __attribute__((aligned(128)));
static __thread struct {
	int a, b;
} pair = { 1, 2 };
static __thread short zero;
__thread const char *text = "initial";

int main(void)
{
	int clear = 1;

	for (unsigned int i = 0; i < sizeof(page); i++)
		clear &= !page[i];
	printf("byte %c\nnumber %ld\npair %d %d\nzero %d\ntext %s\n", byte,
	       number, pair.a, pair.b, zero, text);
	printf("page %s %s\n", clear ? "clear" : "dirty",
	       (uintptr_t)page % 128 ? "unaligned" : "aligned");
	number++;
	zero--;
	printf("number %ld\nzero %d\n", number, zero);
	return 0;
}
