/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Call traces of allocations and frees, each remembered once: a program has
 * few of them, whatever its number of blocks. An allocator keeps the number of
 * a trace where it kept the caller's address. Traces are never forgotten and
 * never change, so that readers need no lock.
 */
#include <uk/param.h>
#include <uk/unwind.h>
#include "alloc_internal.h"

#define FRAMES CONFIG_LIBUKALLOC_CHECKS_FRAMES
#define TRACES CONFIG_LIBUKALLOC_CHECKS_TRACES
#define PROBES 16 /* places at which a trace may be */
#define INNER 4	  /* frames between here and the caller, at most */

struct trace {
	__u32 count; /* of pcs; 0: none here */
	__u32 pcs[FRAMES];
};

/* Numbered from 1 on. */
static struct trace traces[TRACES];
static unsigned int frames = FRAMES;
static _Bool checks = 1;

UK_PARAM(heap, checks, &checks, bool, "find memory errors");
UK_PARAM(heap, frames, &frames, uint, "functions in a block's call traces");

/* The trace from the caller on; that is all there is if the walk misses it. */
static void take(struct trace *t, __uptr caller)
{
	unsigned int max = MIN(frames, (unsigned int)FRAMES);
	__uptr pcs[INNER + FRAMES];
	unsigned int n, i = 0;

	n = uk_unwind_callers(__builtin_frame_address(0), pcs, INNER + max);
	while (i < n && pcs[i] != caller)
		i++;
	t->count = 1;
	t->pcs[0] = (__u32)caller;
	while (++i < n && t->count < max)
		t->pcs[t->count++] = (__u32)pcs[i];
}

static __u32 hash_of(const struct trace *t)
{
	__u64 hash = t->count;

	for (unsigned int i = 0; i < t->count; i++)
		hash = (hash ^ t->pcs[i]) * 0x9e3779b97f4a7c15UL;
	return (__u32)(hash >> 32);
}

static int same(const struct trace *a, const struct trace *b)
{
	for (unsigned int i = 0; i < a->count; i++)
		if (a->pcs[i] != b->pcs[i])
			return 0;
	return 1;
}

/* Looks for a trace; *place: where it is, or the first free place. 0: at
 * neither.
 */
static int find(const struct trace *t, __u32 *place)
{
	__u32 hash = hash_of(t);

	for (unsigned int i = 0; i < PROBES; i++) {
		__u32 count;

		*place = (hash + i) % TRACES;
		count = __atomic_load_n(&traces[*place].count,
					__ATOMIC_ACQUIRE);
		if (!count || (count == t->count && same(t, &traces[*place])))
			return 1;
	}
	return 0;
}

void *ukalloc_origin(void *caller)
{
	unsigned long flags;
	struct trace t;
	__u32 place;
	int found;

	if (!checks || (__uptr)caller <= TRACES)
		return caller;
	take(&t, (__uptr)caller);
	found = find(&t, &place);
	if (found && !traces[place].count) {
		flags = ukalloc_lock();
		found = find(&t, &place); /* another CPU may have added it */
		if (found && !traces[place].count) {
			for (unsigned int i = 0; i < t.count; i++)
				traces[place].pcs[i] = t.pcs[i];
			__atomic_store_n(&traces[place].count, t.count,
					 __ATOMIC_RELEASE);
		}
		ukalloc_unlock(flags);
	}
	return found ? (void *)(__uptr)(place + 1) : caller;
}

int uk_alloc_checks(void)
{
	return checks;
}

unsigned int ukalloc_origin_frames(__u32 origin, const __u32 **pcs)
{
	if (!origin || origin > TRACES)
		return 0;
	*pcs = traces[origin - 1].pcs;
	return traces[origin - 1].count;
}
