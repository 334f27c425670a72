/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The rings of events: reserve, write, complete. There is no lock; what
 * interrupts a writer, an NMI or a fault, reserves behind it. Interrupts are
 * off meanwhile, so that no thread stands in the middle of an event while the
 * ring goes round.
 */
#include <string.h>
#include <uk/crash.h>
#include <uk/param.h>
#include <uk/plat/time.h>
#include <uk/thread.h>
#include "trace_internal.h"

UK_CTASSERT((RING_SIZE & (RING_SIZE - 1)) == 0);

UK_TABLE_DEFINE(tracepoint, struct uk_tracepoint);
UK_TABLE_DEFINE(trace_site, struct uk_trace_site);

struct uk_trace_ring uk_trace_rings[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static _Bool once;
UK_PARAM(trace, once, &once, bool,
	 "keep the first events, those that fill the ring, not the last ones");

/* While a crash is being handled, which leaves events of its own. */
static int stopped;

static __u32 tag_of(__u64 pos)
{
	return (__u32)(pos / 8) + 1;
}

static struct uk_trace_event *event_at(struct uk_trace_ring *ring, __u64 pos)
{
	return (void *)&ring->bytes[pos & (RING_SIZE - 1)];
}

static void count(__u64 *counter)
{
	(void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

struct uk_trace_event *uk_trace_begin(const struct uk_tracepoint *point)
{
	struct uk_trace_ring *ring = &uk_trace_rings[uk_percpu_id()];
	const struct uk_thread *thread = uk_thread_current();
	__u64 head = UK_READ_ONCE(ring->head), pos, left;
	struct uk_trace_event *event;
	__nsec now;

	/* The time is read between both looks at head: in order of position
	 * it never goes backwards.
	 */
	do {
		left = RING_SIZE - (head & (RING_SIZE - 1));
		pos = left < point->size ? head + left : head;
		if (unlikely(UK_READ_ONCE(stopped) ||
			     (once &&
			      pos + point->size > ring->first + RING_SIZE))) {
			count(&ring->discarded);
			return __NULL;
		}
		now = ukplat_monotonic_clock();
	} while (!__atomic_compare_exchange_n(
		&ring->head, &head, pos + point->size, 0, __ATOMIC_RELAXED,
		__ATOMIC_RELAXED));
	/* A reader that sees a byte of ours sees the reservation as well. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	count(&ring->count);
	event = event_at(ring, pos);
	UK_WRITE_ONCE(event->tag, ~tag_of(pos)); /* uk_trace_end() */
	event->time = now;
	event->id = (__u16)(point - uk_table_start(tracepoint) + 1);
	event->thread = thread ? (__u16)thread->id : 0;
	return event;
}

void uk_trace_text(char to[UK_TRACE_TEXT_MAX], const char *text)
{
	const char *from = text ? text : "(null)";
	__sz len = 0;

	for (; len < UK_TRACE_TEXT_MAX - 1 && from[len]; len++)
		to[len] = from[len];
	memset(to + len, 0, UK_TRACE_TEXT_MAX - len);
}

/* --- readers ------------------------------------------------------------- */

/* Where a ring begins for readers. */
static __u64 oldest(const struct uk_trace_ring *ring, __u64 head)
{
	__u64 first = UK_READ_ONCE(ring->first);

	return head > RING_SIZE ? MAX(first, head - RING_SIZE) : first;
}

const struct uk_tracepoint *uk_trace_next(unsigned int cpu, __u64 *pos,
					  struct uk_trace_event *event,
					  __sz size)
{
	struct uk_trace_ring *ring = &uk_trace_rings[cpu];
	__u64 head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
	const struct uk_tracepoint *point;
	const struct uk_trace_event *at;

	for (*pos = MAX(*pos, oldest(ring, head)); *pos < head; *pos += 8) {
		at = event_at(ring, *pos);
		if (__atomic_load_n(&at->tag, __ATOMIC_ACQUIRE) !=
			    tag_of(*pos) ||
		    at->id - 1UL >= uk_table_count(tracepoint))
			continue;
		point = uk_table_start(tracepoint) + at->id - 1;
		if (point->size >
		    MIN(size, RING_SIZE - (*pos & (RING_SIZE - 1))))
			continue;
		memcpy(event, at, point->size);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (UK_READ_ONCE(ring->head) > *pos + RING_SIZE)
			continue; /* overwritten meanwhile */
		*pos += point->size;
		return point;
	}
	return __NULL;
}

__u64 uk_trace_count(unsigned int cpu, __u64 *discarded)
{
	*discarded = UK_READ_ONCE(uk_trace_rings[cpu].discarded);
	return UK_READ_ONCE(uk_trace_rings[cpu].count);
}

void uk_trace_clear(void)
{
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		UK_WRITE_ONCE(uk_trace_rings[i].first,
			      UK_READ_ONCE(uk_trace_rings[i].head));
}

static int crash_begins(void *data __unused)
{
	UK_WRITE_ONCE(stopped, 1);
	return UK_EVENT_HANDLED_CONT;
}

static int crash_mended(void *data __unused)
{
	UK_WRITE_ONCE(stopped, 0);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH_BEGIN, crash_begins, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH_MENDED, crash_mended, UK_PRIO_LATEST);
