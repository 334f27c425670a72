/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The profile as collapsed stacks, for flame graphs: "cpu 0;thread 1
 * main;main;work 1234", the outermost function first, microseconds. What a
 * thread waits for stands behind the innermost one.
 */
#include <string.h>
#include <uk/snprintf.h>
#include "prof_internal.h"

void prof_name(__uptr pc, char name[UK_SYMBOL_NAME_MAX])
{
	struct uk_symbol sym;

	if (!pc)
		strcpy(name, "(other)");
	else if (uk_resolve_symbol(pc, &sym))
		uk_snprintf(name, UK_SYMBOL_NAME_MAX, "0x%lx", pc);
	else
		strcpy(name, sym.name);
}

static void put(uk_prof_out_t out, void *arg, const char *text)
{
	out(arg, text, strlen(text));
}

static void put_stack(const struct prof_kind *kind, const struct prof_iter *it,
		      uk_prof_out_t out, void *arg)
{
	const struct prof_stack *s = it->stack;
	char text[MAX(UK_SYMBOL_NAME_MAX, UK_WAIT_TEXT_MAX)];

	uk_snprintf(text, sizeof(text), "cpu %u;", it->cpu);
	put(out, arg, kind->is_cpu ? text : "");
	if (s->thread) {
		uk_snprintf(text, sizeof(text), "thread %u %s;", s->thread,
			    prof_thread_name(s->thread));
		put(out, arg, text);
	}
	for (unsigned int i = s->depth; i--;) {
		prof_name(s->pcs[i], text);
		put(out, arg, text);
		put(out, arg, i ? ";" : "");
	}
	if (!s->depth)
		put(out, arg, prof_is_idle(s) ? "(idle)" : "(other)");
	else if (kind->text) {
		kind->text(s, text);
		put(out, arg, ";");
		put(out, arg, text);
	}
	uk_snprintf(text, sizeof(text), " %lu\n", s->time / 1000);
	put(out, arg, text);
}

void prof_folded(const struct prof_kind *kind, uk_prof_out_t out, void *arg)
{
	struct prof_iter it = { 0 };

	while (kind->next(&it))
		put_stack(kind, &it, out, arg);
}
