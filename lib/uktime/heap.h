/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The pending timers as a pairing heap: the next one to run is the root.
 * Callers hold interrupts off. Inserting is O(1), removing O(log n) amortized.
 */
#ifndef __UKTIME_HEAP_H__
#define __UKTIME_HEAP_H__

#include <uk/time.h>

/** Both return the new root; `timer` is in the heap for removing only. */
struct uk_timer *timer_heap_insert(struct uk_timer *root,
				   struct uk_timer *timer);
struct uk_timer *timer_heap_remove(struct uk_timer *root,
				   struct uk_timer *timer);

#endif /* __UKTIME_HEAP_H__ */
