/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Blocks by the call trace that allocated them: counted one by one, then
 * written largest first. No allocation: there is a place for each trace.
 */
#include <string.h>
#include <uk/snprintf.h>
#include <uk/symtab.h>
#include "alloc_internal.h"

#define GROUPS (CONFIG_LIBUKALLOC_CHECKS_TRACES + 1)

/* By number of the trace; 0: blocks whose trace found no room. */
static struct group {
	__sz bytes;
	__u32 blocks, owner;
	void *first;
} groups[GROUPS];

static int held;

int ukalloc_groups_begin(void)
{
	return __atomic_exchange_n(&held, 1, __ATOMIC_ACQUIRE) ? -EAGAIN : 0;
}

/* No pointers are left for the next search. */
void ukalloc_groups_end(void)
{
	memset(groups, 0, sizeof(groups));
	__atomic_store_n(&held, 0, __ATOMIC_RELEASE);
}

void ukalloc_groups_add(const struct uk_alloc_block *b, void *arg __unused)
{
	struct group *g = &groups[b->owner < GROUPS ? b->owner : 0];

	if (!g->blocks++) {
		g->first = b->ptr;
		g->owner = b->owner;
	}
	g->bytes += b->size;
}

static struct group *largest(void)
{
	struct group *g = groups;

	for (unsigned int i = 1; i < GROUPS; i++)
		if (groups[i].bytes > g->bytes)
			g = &groups[i];
	return g;
}

static void write_group(const struct group *g, ukalloc_line_t line, void *arg)
{
	char text[UK_SYMBOL_TEXT_MAX + 80];
	const __u32 *pcs = &g->owner;
	unsigned int count = ukalloc_origin_frames(g->owner, &pcs);
	int len;

	len = uk_snprintf(text, sizeof(text),
			  "%lu bytes in %u block%s, the first at %p, ",
			  g->bytes, g->blocks, g->blocks > 1 ? "s" : "",
			  g->first);
	if (count) {
		len += uk_snprintf(text + len, sizeof(text) - len,
				   "allocated by ");
		uk_symbol_text(pcs[0], 1, text + len);
	} else {
		uk_snprintf(text + len, sizeof(text) - len,
			    "of traces that are not kept");
	}
	line(text, arg);
	if (count)
		ukalloc_trace_lines(pcs + 1, count - 1, line, arg);
}

__sz ukalloc_groups_sum(__sz *bytes)
{
	__sz blocks = 0;

	*bytes = 0;
	for (unsigned int i = 0; i < GROUPS; i++) {
		blocks += groups[i].blocks;
		*bytes += groups[i].bytes;
	}
	return blocks;
}

int uk_alloc_traces_begin(void)
{
	struct uk_alloc_damage damage;
	unsigned long flags;
	int rc = ukalloc_groups_begin(), found = -ENOTSUP;

	if (rc)
		return rc;
	flags = ukalloc_lock();
	uk_alloc_foreach(a)
	{
		if (!a->ops->blocks)
			continue;
		found = a->ops->check(a, &damage) ? -EFAULT : 0;
		if (found)
			break;
		a->ops->blocks(a, ukalloc_groups_add, __NULL);
	}
	ukalloc_unlock(flags);
	if (found)
		ukalloc_groups_end();
	return found;
}

int uk_alloc_trace_next(unsigned int *at, struct uk_alloc_trace *t)
{
	for (; *at < GROUPS; ++*at) {
		const struct group *g = &groups[*at];

		if (!g->blocks)
			continue;
		++*at;
		t->blocks = g->blocks;
		t->bytes = g->bytes;
		t->count = ukalloc_origin_frames(g->owner, &t->pcs);
		return 1;
	}
	return 0;
}

void uk_alloc_traces_end(void)
{
	ukalloc_groups_end();
}

void ukalloc_groups_write(__u64 max, ukalloc_line_t line, void *arg)
{
	char text[80];
	__sz bytes, blocks;
	struct group *g;

	while (max-- && (g = largest())->blocks) {
		write_group(g, line, arg);
		g->blocks = 0;
		g->bytes = 0;
	}
	blocks = ukalloc_groups_sum(&bytes);
	if (blocks) {
		uk_snprintf(text, sizeof(text),
			    "and %lu bytes in %lu more blocks", bytes, blocks);
		line(text, arg);
	}
}
