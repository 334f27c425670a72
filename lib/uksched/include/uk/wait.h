/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Wait queues: threads wait until a condition holds, and the code that makes it
 * hold wakes them.
 *
 *	static struct uk_waitq wq = UK_WAITQ_INIT;
 *
 *	uk_waitq_wait_event(&wq, ready);	// a thread
 *
 *	ready = 1;				// another, or a handler
 *	uk_waitq_wake_up(&wq);
 *
 * The condition is looked at with interrupts off, so that no wake-up comes
 * between looking and waiting. Threads are woken in the order in which they
 * came. Names are Unikraft's.
 */
#ifndef __UK_WAIT_H__
#define __UK_WAIT_H__

#include <errno.h>
#include <uk/arch/lcpu.h>
#include <uk/thread.h>
#include <uk/time.h>

/* All fields are private. */
struct uk_waitq {
	struct uk_thread *first, *last;
};

#define UK_WAITQ_INIT \
	{             \
		0, 0, \
	}

/** Initialises a queue without waiting threads. Contexts: any. */
static inline void uk_waitq_init(struct uk_waitq *wq)
{
	*wq = (struct uk_waitq)UK_WAITQ_INIT;
}

/** 1 if no thread waits. Contexts: any. */
static inline int uk_waitq_empty(const struct uk_waitq *wq)
{
	return !UK_READ_ONCE(wq->first);
}

/**
 * Waits to be woken, whatever the cause; most want uk_waitq_wait_event().
 *
 * @param deadline a time of the monotonic clock, UK_TIME_NEVER for none
 * @return 0, -ETIMEDOUT
 * Contexts: thread, with interrupts off, which they are again on return;
 * other threads and interrupts run meanwhile.
 */
int uk_waitq_wait(struct uk_waitq *wq, __nsec deadline);

/**
 * The same for a caller that knows better what it waits for, which a crash
 * screen, a debugger and a shell then show.
 *
 * @param wq NULL: only the time ends it
 * @param kind, object see enum uk_wait_kind
 */
int uk_waitq_wait_for(struct uk_waitq *wq, __nsec deadline,
		      enum uk_wait_kind kind, const void *object);

/** Wakes one thread, or all. They run after the caller gives the CPU away or
 * is preempted.
 *
 * @return how many were woken. Contexts: any but trap: a scheduler that was
 *   interrupted half-way must not be entered; irq is fine.
 */
unsigned int uk_waitq_wake_up_one(struct uk_waitq *wq);
unsigned int uk_waitq_wake_up(struct uk_waitq *wq);

/**
 * Waits until a condition holds, or a time has come. The condition is looked
 * at with interrupts off. Contexts: thread.
 *
 * @return (the second) 0, or -ETIMEDOUT if it does not hold by then
 */
#define uk_waitq_wait_event(wq, condition) \
	((void)uk_waitq_wait_event_deadline(wq, condition, UK_TIME_NEVER))

#define uk_waitq_wait_event_deadline(wq, condition, deadline) \
	uk_waitq_wait_event_for(wq, condition, deadline, UK_WAIT_QUEUE, wq)

/** The same, with what uk_waitq_wait_for() wants. */
#define uk_waitq_wait_event_for(wq, condition, deadline, kind, object)        \
	({                                                                    \
		unsigned long __wq_flags = ukarch_irq_save();                 \
		int __wq_rc = 0;                                              \
                                                                              \
		while (!(condition) && !__wq_rc)                              \
			__wq_rc = uk_waitq_wait_for((wq), (deadline), (kind), \
						    (object));                \
		if (__wq_rc && (condition))                                   \
			__wq_rc = 0;                                          \
		ukarch_irq_restore(__wq_flags);                               \
		__wq_rc;                                                      \
	})

#endif /* __UK_WAIT_H__ */
