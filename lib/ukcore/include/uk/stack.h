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
#define UK_STACK_DEFINE(ident, label, bytes)      \
	_UK_STACK_MEMORY(ident, bytes, 1);        \
	extern char ident[__PAGE_SIZE + (bytes)]; \
	_UK_STACK_RECORD(ident, label, ident, bytes)

/**
 * The same for each CPU: `ident[cpu]` is the memory of one, guard page
 * included. They follow each other.
 */
#define UK_STACK_DEFINE_PERCPU(ident, label, bytes)                            \
	_UK_STACK_MEMORY(ident, bytes, CONFIG_UKPLAT_LCPU_MAXCOUNT);           \
	extern char ident[CONFIG_UKPLAT_LCPU_MAXCOUNT][__PAGE_SIZE + (bytes)]; \
	_UK_STACK_RECORDS(ident, label, bytes)

/* Never called: operands of asm exist in functions only. */
#define _UK_STACK_MEMORY(ident, bytes, count)                           \
	_Static_assert((bytes) > 0 && (bytes) % __PAGE_SIZE == 0,       \
		       "size of stack " #ident " must be whole pages"); \
	static void __used uk_stack_def_##ident(void)                   \
	{                                                               \
		__asm__(".pushsection .bss.uk_stack." #ident            \
			",\"aw\",%%nobits\n"                            \
			".balign %c0\n"                                 \
			".globl " #ident "\n" #ident ":\n"              \
			".skip %c1\n"                                   \
			".popsection" ::"i"(__PAGE_SIZE),               \
			"i"((__PAGE_SIZE + (bytes)) * (count)));        \
	}

#define _UK_STACK_RECORD(ident, label, memory, bytes)                        \
	UK_TABLE_RECORD(stack, struct uk_stack, 5, uk_stack_rec_##ident) = { \
		.name = (label),                                             \
		.guard = (memory),                                           \
		.base = (memory) + __PAGE_SIZE,                              \
		.top = (memory) + __PAGE_SIZE + (bytes),                     \
	}

#ifdef CONFIG_HAVE_SMP
/* An initializer cannot count, the assembler can. */
#define _UK_STACK_RECORDS(ident, label, bytes)                                \
	static const char __used uk_stack_label_##ident[] = label;            \
	static void __used uk_stack_recs_##ident(void)                        \
	{                                                                     \
		__asm__(".pushsection .uk_tab.stack.5,\"a\",%%progbits\n"     \
			".balign 8\n"                                         \
			".type uk_stack_rec_" #ident ", %%object\n"           \
			".size uk_stack_rec_" #ident ", 32 * %c0\n"           \
			"uk_stack_rec_" #ident ":\n"                          \
			"uk_stack_n = 0\n"                                    \
			".rept %c0\n"                                         \
			".quad uk_stack_label_" #ident "\n"                   \
			".quad " #ident " + uk_stack_n * (%c1 + %c2)\n"       \
			".quad " #ident " + uk_stack_n * (%c1 + %c2) + %c1\n" \
			".quad " #ident                                       \
			" + uk_stack_n * (%c1 + %c2) + %c1 + %c2\n"           \
			"uk_stack_n = uk_stack_n + 1\n"                       \
			".endr\n"                                             \
			".popsection" ::"i"(CONFIG_UKPLAT_LCPU_MAXCOUNT),     \
			"i"(__PAGE_SIZE), "i"(bytes));                        \
	}                                                                     \
	_Static_assert(sizeof(struct uk_stack) == 32, "records of stacks")
#else
#define _UK_STACK_RECORDS(ident, label, bytes) \
	_UK_STACK_RECORD(ident, label, ident[0], bytes)
#endif

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
