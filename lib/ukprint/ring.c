/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ring: reserve, format in place, commit. There is no lock; a context
 * that interrupts another at any instruction here reserves after it.
 *
 * Invariants: `head` only falls when the last record gives its unused rest
 * back, and then never below the end of what was written. A tag is written
 * after the reservation and before the text, its DONE state after everything
 * else. Bytes from head - RING_SIZE on are not overwritten.
 *
 * Known limit: a context that was interrupted while it formatted, and by as
 * many messages as fill the ring, finds its record overwritten and gives up.
 */
#include <uk/plat/time.h>
#include "ring.h"

UK_CTASSERT((RING_SIZE & (RING_SIZE - 1)) == 0);
UK_CTASSERT(RING_REC_MAX * 2 < RING_SIZE && RING_REC_MAX < 0x10000);

/* Positions start at RING_SIZE, so that zeroed memory holds no valid tag. */
__u64 uk_print_head = RING_SIZE;
char uk_print_ring[RING_SIZE] __aligned(RING_ALIGN);

static struct ring_rec *rec_at(__u64 pos)
{
	return (struct ring_rec *)&uk_print_ring[pos & (RING_SIZE - 1)];
}

static void set_tag(__u64 pos, enum ring_state state)
{
	__atomic_store_n(&rec_at(pos)->tag, pos | state, __ATOMIC_RELEASE);
}

__u64 ring_head(void)
{
	return __atomic_load_n(&uk_print_head, __ATOMIC_ACQUIRE);
}

struct ring_rec *ring_begin(__u64 *pos, int level)
{
	__u64 head = ring_head(), start, left;
	struct ring_rec *rec;
	__nsec now;

	/* The time is read between both looks at head: in order of position
	 * it never goes backwards.
	 */
	do {
		left = RING_SIZE - (head & (RING_SIZE - 1));
		start = left < RING_REC_MAX ? head + left : head;
		now = ukplat_monotonic_clock();
	} while (!__atomic_compare_exchange_n(
		&uk_print_head, &head, start + RING_REC_MAX, 0,
		__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	/* A reader that sees a byte of ours sees the reservation as well. */
	__atomic_thread_fence(__ATOMIC_RELEASE);

	if (start != head)
		set_tag(head, RING_PAD);
	rec = rec_at(start);
	rec->tag = 0;
	rec->time = now;
	rec->level = (__u8)level;
	set_tag(start, RING_BUSY);
	*pos = start;
	return rec;
}

void ring_end(struct ring_rec *rec, __u64 pos, __sz len)
{
	__u64 end = pos + RING_REC_MAX;
	__sz size = RING_REC_SIZE(len);

	if (!__atomic_compare_exchange_n(&uk_print_head, &end, pos + size, 0,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		size = RING_REC_MAX;
	if (!ring_intact(pos))
		return;
	rec->size = (__u16)size;
	rec->len = (__u16)len;
	set_tag(pos, RING_DONE);
}

enum ring_state ring_look(__u64 pos, const struct ring_rec **rec, __u64 *next)
{
	const struct ring_rec *r = rec_at(pos);
	__u64 tag = __atomic_load_n(&r->tag, __ATOMIC_ACQUIRE);
	enum ring_state state = (enum ring_state)(tag & (RING_ALIGN - 1));

	if (pos >= ring_head() || tag - state != pos)
		return RING_NONE;
	*rec = r;
	if (state == RING_DONE)
		*next = pos + r->size;
	else if (state == RING_PAD)
		*next = ALIGN_UP(pos, RING_SIZE);
	return ring_intact(pos) ? state : RING_NONE;
}

int ring_intact(__u64 pos)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return ring_head() <= pos + RING_SIZE;
}

__u64 ring_seek(__u64 pos)
{
	__u64 head = ring_head();
	__u64 oldest = head - RING_SIZE;

	for (pos = MAX(pos, MAX(oldest, RING_SIZE)); pos < head;
	     pos += RING_ALIGN) {
		__u64 tag = rec_at(pos)->tag;

		if (tag - (tag & (RING_ALIGN - 1)) == pos && tag != pos)
			break;
	}
	return pos;
}
