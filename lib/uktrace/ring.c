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
#include <uk/plat/clock.h>
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
static int crashing;

static __u32 tag_of(__u64 pos)
{
	return (__u32)(pos / 8) + 1;
}

static struct uk_trace_event *event_at(struct uk_trace_ring *ring, __u64 pos)
{
	return (void *)&ring->bytes[pos & (RING_SIZE - 1)];
}

static int reserve(struct uk_trace_ring *ring, __u64 head, __u64 end)
{
	return __atomic_compare_exchange_n(&ring->head, &head, end, 0,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static inline __attribute__((always_inline)) struct uk_trace_writer
begin_at(const struct uk_tracepoint *point, struct uk_trace_ring *ring,
	 __u64 pos, __nsec now, const struct uk_thread *thread)
{
	struct uk_trace_event *event = event_at(ring, pos);

	/* A reader that sees a byte of ours sees the reservation as well. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	(void)__atomic_fetch_add(&ring->written, 1, __ATOMIC_RELAXED);
	event->time = now;
	event->id = (__u16)((__uptr)point / 8);
	event->thread = likely(thread) ? (__u16)thread->id : 0;
	return (struct uk_trace_writer){ event, tag_of(pos) };
}

/*
 * The unusual: an event that would cross the end of the ring begins at its
 * start; there may be no room; something came in between; or the clock stands,
 * while a debugger or a dump is at work, whose events are none of the guest's.
 * What comes in between here finds the limit where it was, and comes here as
 * well.
 */
static __noinline struct uk_trace_writer
begin_at_limit(const struct uk_tracepoint *point, struct uk_trace_ring *ring)
{
	__u64 head, pos, left;
	__nsec now;

	do {
		if (UK_READ_ONCE(plat_clock_line.stopped))
			return (struct uk_trace_writer){ __NULL, 0 };
		head = UK_READ_ONCE(ring->head);
		now = ukplat_monotonic_clock();
		left = RING_SIZE - (head & (RING_SIZE - 1));
		pos = left < point->size ? head + left : head;
		if (UK_READ_ONCE(crashing) ||
		    (once && pos + point->size - UK_READ_ONCE(ring->first) >
				     RING_SIZE)) {
			(void)__atomic_fetch_add(&ring->discarded, 1,
						 __ATOMIC_RELAXED);
			return (struct uk_trace_writer){ __NULL, 0 };
		}
	} while (!reserve(ring, head, pos + point->size));
	if (!once)
		UK_WRITE_ONCE(ring->limit, ALIGN_UP(pos + 1, RING_SIZE));
	return begin_at(point, ring, pos, now, uk_thread_current());
}

/* The time is read between both looks at head: in order of position it never
 * goes backwards.
 */
struct uk_trace_writer uk_trace_begin(const struct uk_tracepoint *point)
{
	const struct uk_percpu *cpu = uk_percpu();
	struct uk_trace_ring *ring =
		&uk_trace_rings[CONFIG_UKPLAT_LCPU_MAXCOUNT > 1 ? cpu->id : 0];
	__u64 pos, end;
	__nsec now;

	/* Else gcc computes its address anew for each field. */
	__asm__("" : "+r"(ring));
	pos = UK_READ_ONCE(ring->head);
	end = pos + point->size;
	if (likely(plat_clock_read(&now) && end <= UK_READ_ONCE(ring->limit) &&
		   reserve(ring, pos, end)))
		return begin_at(point, ring, pos, now, cpu->thread);
	return begin_at_limit(point, ring);
}

void uk_trace_text(char to[UK_TRACE_TEXT_MAX], const void *pointer)
{
	const char *from;
	__sz len = 0;

	memcpy(&from, pointer, sizeof(from));
	from = from ? from : "(null)";
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

/* The tracepoint with a number; NULL if there is none. */
static const struct uk_tracepoint *point_of(__u16 id)
{
	const struct uk_tracepoint *start = uk_table_start(tracepoint);
	__sz offset = (__u16)(id - (__uptr)start / 8) * 8UL;

	return offset % sizeof(*start) || offset / sizeof(*start) >=
						  uk_table_count(tracepoint)
		       ? __NULL
		       : start + offset / sizeof(*start);
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
		if (__atomic_load_n(&at->tag, __ATOMIC_ACQUIRE) != tag_of(*pos))
			continue;
		point = point_of(UK_READ_ONCE(at->id));
		if (!point ||
		    point->size >
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

__u64 uk_trace_bytes(unsigned int cpu, __u64 *discarded)
{
	*discarded = UK_READ_ONCE(uk_trace_rings[cpu].discarded);
	return UK_READ_ONCE(uk_trace_rings[cpu].head);
}

__u64 uk_trace_written(unsigned int cpu)
{
	return UK_READ_ONCE(uk_trace_rings[cpu].written);
}

UK_CTASSERT(__builtin_offsetof(struct uk_trace_ring, bytes) ==
	    UK_TRACE_RING_HEAD);

const void *uk_trace_ring(unsigned int cpu, __sz *size)
{
	*size = UK_TRACE_RING_HEAD + RING_SIZE;
	return &uk_trace_rings[cpu];
}

void uk_trace_clear(void)
{
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++) {
		struct uk_trace_ring *ring = &uk_trace_rings[i];

		UK_WRITE_ONCE(ring->first, UK_READ_ONCE(ring->head));
		UK_WRITE_ONCE(ring->forgotten, UK_READ_ONCE(ring->written));
	}
}

static int crash_begins(void *data __unused)
{
	UK_WRITE_ONCE(crashing, 1);
	for (unsigned int i = 0; i < CONFIG_UKPLAT_LCPU_MAXCOUNT; i++)
		UK_WRITE_ONCE(uk_trace_rings[i].limit, 0);
	return UK_EVENT_HANDLED_CONT;
}

static int crash_mended(void *data __unused)
{
	UK_WRITE_ONCE(crashing, 0);
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH_BEGIN, crash_begins, UK_PRIO_EARLIEST);
UK_EVENT_HANDLER_PRIO(UK_EVENT_CRASH_MENDED, crash_mended, UK_PRIO_LATEST);
