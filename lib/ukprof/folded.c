/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The profile as collapsed stacks, for flame graphs: "cpu 0;thread 1
 * main;main;work 1234", the outermost function first, microseconds. What a
 * thread waits for stands behind the innermost one. Entries that differ in
 * addresses of the same functions are one line.
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

/* All of a line but its time. */
static void put_stack(const struct prof_kind *kind, const struct prof_iter *it,
		      uk_prof_out_t out, void *arg)
{
	const struct prof_stack *s = it->stack;
	char text[MAX(UK_SYMBOL_NAME_MAX, UK_WAIT_TEXT_MAX)];

	uk_snprintf(text, sizeof(text), "cpu %u;", it->cpu);
	put(out, arg, kind->is_cpu ? text : "");
	if (s->thread) {
		uk_snprintf(text, sizeof(text), "thread %u %s", s->thread,
			    prof_thread_name(s->thread));
		for (char *c = text; *c; c++) /* it is one frame of a line */
			if (*c == ';' || (unsigned char)*c < ' ')
				*c = '?';
		put(out, arg, text);
		put(out, arg, ";");
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
}

/* The lines, by hash of their text. The reader's, between prof_hold() and
 * prof_release().
 */
static struct line {
	__u64 hash;
	__nsec time; /* 0: it is written */
} lines[PROF_CPUS * (PROF_STACKS + 2)];
static unsigned int count;

static void add_hash(void *arg, const void *data, __sz len)
{
	__u64 *hash = arg;

	for (const char *c = data; len--; c++)
		*hash = (*hash ^ (__u8)*c) * 0x100000001b3UL; /* FNV-1a */
}

/* The line of an entry; that behind the last one if it is new. */
static struct line *line_of(const struct prof_kind *kind,
			    const struct prof_iter *it, __u64 *hash)
{
	struct line *l = lines;

	*hash = 0xcbf29ce484222325UL;
	put_stack(kind, it, add_hash, hash);
	while (l < lines + count && l->hash != *hash)
		l++;
	return l;
}

static void add_up(const struct prof_kind *kind)
{
	struct prof_iter it = { 0 };
	struct line *l;
	__u64 hash;

	count = 0;
	while (kind->next(&it)) {
		l = line_of(kind, &it, &hash);
		if (l == lines + count) {
			if (count == ARRAY_SIZE(lines))
				return;
			*l = (struct line){ hash, 0 };
			count++;
		}
		l->time += it.stack->time;
	}
}

void prof_folded(const struct prof_kind *kind, uk_prof_out_t out, void *arg)
{
	struct prof_iter it = { 0 };
	char text[24];
	struct line *l;
	__u64 hash;

	add_up(kind);
	while (kind->next(&it)) {
		l = line_of(kind, &it, &hash);
		if (l == lines + count || !l->time)
			continue; /* written, or of a sample after add_up() */
		put_stack(kind, &it, out, arg);
		uk_snprintf(text, sizeof(text), " %lu\n", l->time / 1000);
		put(out, arg, text);
		l->time = 0;
	}
}
