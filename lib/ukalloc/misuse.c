/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The crash for misuse of a heap, and the lines of every crash screen about
 * each allocator. These lines check the headers, so that a crash of another
 * kind also shows whether the heap was damaged before.
 */
#include <stdarg.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/crash.h>
#include <uk/print.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>

#define TEXT_MAX (192 + 2 * (UK_SYMBOL_TEXT_MAX + 16))

/* The stack may be short; we never return. */
static char text[TEXT_MAX], where[UK_SYMBOL_TEXT_MAX];

/* A line of its own with who did something to the block. */
static void add_line(const char *what, const void *caller)
{
	__sz len = strlen(text);

	if (caller)
		uk_snprintf(text + len, sizeof(text) - len, "\n%s %s", what,
			    uk_symbol_text((__uptr)caller, 1, where));
}

void __noreturn uk_alloc_misuse(struct uk_alloc *a __unused, const void *owner,
				const void *freer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	uk_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_line("allocated by", owner);
	add_line("freed by", freer);
	uk_crash_here("heap", text, __NULL, 0);
}

static void print_allocator(struct uk_alloc *a)
{
	const struct uk_alloc_stats *s = &a->stats;
	const void *damaged = __NULL;

	uk_pr_crit("Allocator %s: %lu of %lu KiB in use, peak %lu, free %lu\n",
		   a->name, s->cur_mem_use / 1024, s->total / 1024,
		   s->max_mem_use / 1024, a->ops->avail(a) / 1024);
	uk_pr_crit("  %lu blocks in use, %lu allocations, %lu failed\n",
		   s->cur_nb_allocs, s->tot_nb_allocs, s->nb_enomem);
	if (a->ops->check)
		damaged = a->ops->check(a);
	if (damaged)
		uk_pr_crit("  damaged: the block header at %p\n", damaged);
}

static int on_crash(void *info __unused)
{
	uk_alloc_foreach(a) print_allocator(a);
	return UK_EVENT_HANDLED_CONT;
}

/* Behind the sections of the screen, before a debugger. */
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH, on_crash, 3);
