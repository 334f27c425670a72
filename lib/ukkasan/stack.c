/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Variables on stacks. The compilers' code writes their shadow itself: at the
 * start of a function, and 0 again at its end. What is left in other ways is
 * cleaned here.
 *
 * A frame begins with the three words {magic, description, function}. The
 * description is "count offset size length name
 * …", decimal numbers, a name ":line" after it perhaps.
 */
#include <string.h>
#include <uk/snprintf.h>
#include <uk/stack.h>
#include <uk/symtab.h>
#include "kasan_internal.h"

#define FRAME_MAGIC 0x41b58ab3UL
#define ALLOCA_ROOM 32 /* bytes on both sides */

struct frame {
	__uptr magic;
	const char *description;
	__uptr function;
};

static void clean_above(__uptr sp)
{
	const struct uk_stack *stack = uk_stack_find(sp);

	if (stack)
		uk_kasan_unpoison((void *)(sp & ~(UK_KASAN_GRANULE - 1)),
				  (__uptr)stack->top -
					  (sp & ~(UK_KASAN_GRANULE - 1)));
}

void uk_kasan_stack_left_below(const void *sp)
{
	const struct uk_stack *stack = uk_stack_find((__uptr)sp);

	if (stack)
		uk_kasan_unpoison(stack->base,
				  (__uptr)sp - (__uptr)stack->base);
}

/* --- the compilers' names -------------------------------------------------*/

/* Before a function that does not return, longjmp() or a thread's end: no
 * frame above will clean up.
 */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
	clean_above((__uptr)__builtin_frame_address(0));
}

void __asan_alloca_poison(__uptr addr, __sz len);
void __asan_alloca_poison(__uptr addr, __sz len)
{
	__uptr end = addr + len;

	uk_kasan_poison((void *)(addr - ALLOCA_ROOM), (void *)addr,
			ALLOCA_LEFT);
	uk_kasan_unpoison((void *)addr, len);
	uk_kasan_poison(
		(void *)end,
		(void *)(ALIGN_UP(end, (__uptr)ALLOCA_ROOM) + ALLOCA_ROOM),
		ALLOCA_RIGHT);
}

/* From the lowest one to where the stack pointer goes. */
void __asan_allocas_unpoison(__uptr top, __uptr bottom);
void __asan_allocas_unpoison(__uptr top, __uptr bottom)
{
	if (top && top < bottom)
		uk_kasan_unpoison((void *)top, bottom - top);
}

void __asan_poison_stack_memory(__uptr addr, __sz len);
void __asan_poison_stack_memory(__uptr addr, __sz len)
{
	uk_kasan_poison((void *)addr, (void *)(addr + len), STACK_SCOPE);
}

void __asan_unpoison_stack_memory(__uptr addr, __sz len);
void __asan_unpoison_stack_memory(__uptr addr, __sz len)
{
	uk_kasan_unpoison((void *)addr, len);
}

/* clang: writes many bytes of the shadow, for the code that writes few itself.
 */
#define SET_SHADOW(value)                                       \
	void __asan_set_shadow_##value(__u8 *shadow, __sz len); \
	void __asan_set_shadow_##value(__u8 *shadow, __sz len)  \
	{                                                       \
		memset(shadow, 0x##value, len);                 \
	}

SET_SHADOW(00)
SET_SHADOW(f1)
SET_SHADOW(f2)
SET_SHADOW(f3)
SET_SHADOW(f5)
SET_SHADOW(f8)

/* --- description ----------------------------------------------------------*/

/* The frame that an address is in: it begins below, where its left room does.
 */
static int find_frame(const struct uk_stack *stack, __uptr addr,
		      struct frame *f, __uptr *start)
{
	__uptr at = ALIGN_DOWN(addr, (__uptr)UK_KASAN_GRANULE);

	for (; at >= (__uptr)stack->base; at -= UK_KASAN_GRANULE) {
		*start = at;
		*f = *(const struct frame *)at;
		if (*shadow_of(at) == STACK_LEFT && f->magic == FRAME_MAGIC)
			return 1;
	}
	return 0;
}

/* A number of the description, and the blank after it. */
static __sz number(const char **p)
{
	__sz n = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		n = n * 10 + (__sz)(**p - '0');
	if (**p == ' ')
		(*p)++;
	return n;
}

struct variable {
	__sz offset, size, length;
	const char *name; /* of `length` bytes */
};

static __sz distance(const struct variable *v, __sz offset)
{
	if (offset < v->offset)
		return v->offset - offset;
	return offset >= v->offset + v->size ? offset - v->offset - v->size : 0;
}

/* The variable of a frame that is nearest to an offset. */
static int nearest(const char *description, __sz offset, struct variable *best)
{
	__sz count = number(&description);

	for (__sz i = 0; i < count; i++) {
		struct variable v;

		v.offset = number(&description);
		v.size = number(&description);
		v.length = number(&description);
		v.name = description;
		description += v.length;
		if (*description == ' ')
			description++;
		if (!i || distance(&v, offset) <= distance(best, offset))
			*best = v;
	}
	return count > 0;
}

/* "buf:12" without the line */
static int name_length(const struct variable *v)
{
	const char *colon = memchr(v->name, ':', v->length);

	return (int)(colon ? (__sz)(colon - v->name) : v->length);
}

static void variable_text(const struct variable *v, __sz offset, char *text,
			  __sz len)
{
	char away[KASAN_BYTES_MAX], size[KASAN_BYTES_MAX];
	const char *where = "after the scope of";

	if (offset < v->offset)
		where = "before";
	else if (offset >= v->offset + v->size)
		where = "past the end of";
	kasan_bytes(distance(v, offset), away);
	uk_snprintf(text, len, "%s%s%s the variable %.*s of %s",
		    where[0] == 'a' ? "" : away, where[0] == 'a' ? "" : " ",
		    where, name_length(v), v->name, kasan_bytes(v->size, size));
}

static __u8 shadow(__uptr addr, const struct uk_stack *stack)
{
	return addr >= (__uptr)stack->base && addr < (__uptr)stack->top
		       ? *shadow_of(addr)
		       : 0;
}

/* What alloca() gives has no description: its length is what can be used
 * between the two sides.
 */
static int alloca_text(__uptr addr, const struct uk_stack *stack, char *text,
		       __sz len)
{
	__uptr start = ALIGN_DOWN(addr, (__uptr)UK_KASAN_GRANULE), end;
	__u8 here = shadow(start, stack);
	char away[KASAN_BYTES_MAX], size[KASAN_BYTES_MAX];

	if (here && here < UK_KASAN_GRANULE)
		here = shadow(start + UK_KASAN_GRANULE, stack);
	if (here == ALLOCA_LEFT)
		while (shadow(start, stack) == ALLOCA_LEFT)
			start += UK_KASAN_GRANULE;
	else if (here == ALLOCA_RIGHT)
		while (start > (__uptr)stack->base &&
		       shadow(start - UK_KASAN_GRANULE, stack) != ALLOCA_LEFT)
			start -= UK_KASAN_GRANULE;
	else
		return 0;
	for (end = start; end < (__uptr)stack->top && !shadow(end, stack);)
		end += UK_KASAN_GRANULE;
	if (shadow(end, stack) < UK_KASAN_GRANULE)
		end += shadow(end, stack);
	kasan_bytes(here == ALLOCA_LEFT ? start - addr : addr - end, away);
	uk_snprintf(text, len, "%s %s the alloca() block of %s", away,
		    here == ALLOCA_LEFT ? "before" : "past the end of",
		    kasan_bytes(end - start, size));
	return 1;
}

int kasan_describe_stack(__uptr addr, uk_kasan_line_t line, void *arg)
{
	const struct uk_stack *stack = uk_stack_find(addr);
	char text[160], symbol[UK_SYMBOL_TEXT_MAX],
		whose[UK_SYMBOL_TEXT_MAX + 80];
	struct variable v = { 0 };
	struct frame f;
	__uptr start;

	if (!stack)
		return 0;
	uk_snprintf(text, sizeof(text), "in no known frame");
	symbol[0] = '\0';
	if (!alloca_text(addr, stack, text, sizeof(text)) &&
	    find_frame(stack, addr, &f, &start)) {
		uk_symbol_text(f.function, 0, symbol);
		if (nearest(f.description, addr - start, &v))
			variable_text(&v, addr - start, text, sizeof(text));
	}
	line(text, arg);
	uk_snprintf(whose, sizeof(whose), "on the stack %s%s%s", stack->name,
		    symbol[0] ? ", in the frame of " : "", symbol);
	line(whose, arg);
	return 1;
}
