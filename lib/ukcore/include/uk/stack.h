/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Stacks that exist from boot on: main's, and those that the CPU switches to
 * when a fault may have hit a bad one. Each registers its bounds in the table
 * `stack`, so that the boot code can unmap the guard page below it and a
 * crash screen can name it.
 */
#ifndef __UK_STACK_H__
#define __UK_STACK_H__

#include <uk/table.h>

struct uk_stack {
	const char *name;
	char *guard; /* the unmapped page below; a multiple of the page size */
	char *base;  /* lowest usable byte, one page above guard */
	char *top;   /* past the highest byte: the initial stack pointer */
};

UK_TABLE_DECLARE(stack, struct uk_stack);

/**
 * Defines and registers a stack.
 *
 * The symbol has no size: a debugger that shows a pointer to a local variable
 * then does not name it after the stack (gdb: `<plat_main_stack+69432>`).
 *
 * @param ident C identifier: `ident[]` is the memory, guard page included
 * @param label what users read, for example "main"
 * @param bytes usable size, a multiple of the page size
 */
#define UK_STACK_DEFINE(ident, label, bytes)                                 \
	_Static_assert((bytes) > 0 && (bytes) % __PAGE_SIZE == 0,            \
		       "size of stack " #ident " must be whole pages");      \
	extern char ident[__PAGE_SIZE + (bytes)];                            \
	/* Never called: operands of asm exist in functions only. */         \
	static void __used uk_stack_def_##ident(void)                        \
	{                                                                    \
		__asm__(".pushsection .bss.uk_stack." #ident                 \
			",\"aw\",%%nobits\n"                                 \
			".balign %c0\n"                                      \
			".globl " #ident "\n" #ident ":\n"                   \
			".skip %c0 + %c1\n"                                  \
			".popsection" ::"i"(__PAGE_SIZE),                    \
			"i"(bytes));                                         \
	}                                                                    \
	UK_TABLE_RECORD(stack, struct uk_stack, 5, uk_stack_rec_##ident) = { \
		.name = (label),                                             \
		.guard = ident,                                              \
		.base = ident + __PAGE_SIZE,                                 \
		.top = ident + __PAGE_SIZE + (bytes),                        \
	}

/* Finds stacks of threads: returns the one that holds an address, or NULL.
 * Called in any context.
 */
struct uk_stack_finder {
	const struct uk_stack *(*find)(__vaddr_t addr);
};

UK_TABLE_DECLARE(stack_finder, struct uk_stack_finder);

/** Registers one, at file scope. It is asked if LIBUKCORE_STACK_FINDER is
 * selected.
 */
#define UK_STACK_FINDER(ident, fn)                               \
	UK_TABLE_RECORD(stack_finder, struct uk_stack_finder, 5, \
			uk_stack_finder_##ident) = { (fn) }

/**
 * The stack, guard page included, that holds an address.
 *
 * @return the stack's record, or NULL where no registered stack holds it.
 * Contexts: any; it only reads constant data, and asks finders.
 */
const struct uk_stack *uk_stack_find(__vaddr_t addr);

#endif /* __UK_STACK_H__ */
