/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The rings, private to uktrace. support/trace reads them from outside, from a
 * core file or through a debugger, by the same layout.
 *
 * There is one ring for each CPU. A position is a count of bytes since boot;
 * position p lies at byte p % RING_SIZE. An event begins at a multiple of 8
 * with a struct uk_trace_event, and is there if its tag is its own position / 8
 * + 1: else it was overwritten, is not complete, or no event begins there. So a
 * reader that finds none tries the next multiple of 8. An event never crosses
 * the end of the ring.
 */
#ifndef __UKTRACE_INTERNAL_H__
#define __UKTRACE_INTERNAL_H__

#include <uk/trace.h>

#define RING_SIZE (CONFIG_LIBUKTRACE_RING_KB * 1024UL)

struct uk_trace_ring {
	__u64 head;	 /* the next event's position */
	__u64 first;	 /* events before it are forgotten */
	__u64 limit;	 /* where the writer has to look before it goes on */
	__u64 discarded; /* for which there was no place */
	__u64 written;	 /* events since boot */
	__u64 forgotten; /* of those, before `first` */
	char bytes[RING_SIZE];
} __aligned(64);

extern struct uk_trace_ring uk_trace_rings[CONFIG_UKPLAT_LCPU_MAXCOUNT];

UK_TABLE_DECLARE(trace_site, struct uk_trace_site);

#endif /* __UKTRACE_INTERNAL_H__ */
