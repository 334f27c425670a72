/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ring of the last messages, private to ukprint. Debuggers that read it
 * from outside use the same layout.
 *
 * A position is a count of bytes since boot that only wraps after centuries;
 * position p lies at byte p % RING_SIZE. A record starts at a multiple of 8
 * with a tag: its own position and, in the low 3 bits, its state. A tag that
 * does not hold its own position is no record. So a reader that lost its
 * position, because records were overwritten or one was reserved but never
 * begun, finds the next record by trying multiples of 8.
 *
 * A record never crosses the end of the ring: the rest is a pad.
 */
#ifndef __UKPRINT_RING_H__
#define __UKPRINT_RING_H__

#include <uk/print.h>

#define RING_SIZE (CONFIG_LIBUKPRINT_RING_KB * 1024UL)
#define RING_ALIGN 8UL
#define TEXT_MAX CONFIG_LIBUKPRINT_LINE_MAX

enum ring_state {
	RING_NONE = 0, /* no record starts there, or not yet */
	RING_BUSY = 1, /* being formatted; only tag, time and level are set */
	RING_DONE = 2, /* complete */
	RING_PAD = 3,  /* nothing up to the end of the ring */
};

struct ring_rec {
	__u64 tag; /* position | enum ring_state */
	__nsec time;
	__u16 size; /* bytes to the next record */
	__u16 len;  /* of text, without terminator */
	__u8 level;
	char text[];
};

#define RING_REC_SIZE(len) \
	ALIGN_UP(__offsetof(struct ring_rec, text) + (len) + 1, RING_ALIGN)
#define RING_REC_MAX RING_REC_SIZE(TEXT_MAX)

/**
 * Reserves a record for a message of at most TEXT_MAX bytes, after all
 * others, and puts the time in. Contexts: any.
 *
 * @param pos receives its position
 */
struct ring_rec *ring_begin(__u64 *pos, int level);

/** Completes it with the length of the text; the unused rest is given back. */
void ring_end(struct ring_rec *rec, __u64 pos, __sz len);

/** The position after the newest record. */
__u64 ring_head(void);

/**
 * Looks at a position.
 *
 * @param next receives the position after the record, if RING_DONE or _PAD
 * @return its state; RING_NONE also where it was overwritten. The record in
 *   *rec is the ring's own: after reading it ask ring_intact().
 */
enum ring_state ring_look(__u64 pos, const struct ring_rec **rec, __u64 *next);

/** 1 while what stood at a position is not overwritten. */
int ring_intact(__u64 pos);

/** The first record at or after a position; ring_head() if there is none. */
__u64 ring_seek(__u64 pos);

/** The position after the last record that was written to a sink. */
__u64 print_drained(void);

/** From now on sinks are asked with urgent. */
void print_urgent(void);

#ifdef CONFIG_LIBUKSTORE
/* Messages by level since boot; print.c. */
extern __u64 print_counts[];

/* Messages that were written to sinks; drain.c. */
extern __u64 print_written;
#endif

#endif /* __UKPRINT_RING_H__ */
