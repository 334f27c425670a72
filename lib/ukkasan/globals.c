/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Global variables. The compilers follow each with room, and describe those of
 * a source file in an array that a constructor registers.
 */
#include <uk/snprintf.h>
#include "kasan_internal.h"

/* The compilers' struct (version 8 of the interface), made for each variable.
 * Nothing here needs its last two members: those of an array's first entry
 * link the arrays.
 */
struct global {
	__uptr start;
	__sz size, size_with_room;
	const char *name, *file;
	__uptr count; /* has_dynamic_init */
	const __u32
		*place; /* clang: file, line, column; gcc: the same or NULL */
	struct global *next; /* odr_indicator */
};

UK_CTASSERT(sizeof(struct global) == 64);

static struct global *arrays;

void __asan_register_globals(struct global *array, __sz count);
void __asan_register_globals(struct global *array, __sz count)
{
	for (__sz i = 0; i < count; i++) {
		const struct global *g = &array[i];

		uk_kasan_unpoison((void *)g->start, g->size);
		uk_kasan_poison((void *)(g->start + g->size),
				(void *)(g->start + g->size_with_room), GLOBAL);
	}
	array->count = count;
	array->next = arrays;
	arrays = array;
}

/* A destructor's: the image ends. */
void __asan_unregister_globals(struct global *array, __sz count);
void __asan_unregister_globals(struct global *array __unused,
			       __sz count __unused)
{
}

/* C++: around the constructors of a source file, whose order is not checked. */
void __asan_before_dynamic_init(const char *file);
void __asan_before_dynamic_init(const char *file __unused)
{
}

void __asan_after_dynamic_init(void);
void __asan_after_dynamic_init(void)
{
}

static const struct global *find(__uptr addr)
{
	for (const struct global *a = arrays; a; a = a->next)
		for (__sz i = 0; i < a->count; i++)
			if (addr - a[i].start < a[i].size_with_room)
				return &a[i];
	return __NULL;
}

int kasan_describe_global(__uptr addr, uk_kasan_line_t line, void *arg)
{
	char text[200], room[KASAN_BYTES_MAX], size[KASAN_BYTES_MAX];
	const struct global *g = find(addr);

	if (!g)
		return 0;
	uk_snprintf(text, sizeof(text),
		    "%s past the end of the global variable %s of %s (%s)",
		    kasan_bytes(addr - g->start - g->size, room), g->name,
		    kasan_bytes(g->size, size), g->file);
	line(text, arg);
	return 1;
}
