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
 * The condition is looked at with interrupts off; if another CPU wakes the
 *queue between looking and waiting the thread does not wait (uk_waitq_wakes()),
 *and looks again. Threads are woken in the order in which they came. Names are
 * Unikraft's.
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
#ifdef CONFIG_HAVE_SMP
	unsigned long wakes;
#endif
};

#ifdef CONFIG_HAVE_SMP
#define UK_WAITQ_INIT    \
	{                \
		0, 0, 0, \
	}
#else
#define UK_WAITQ_INIT \
	{             \
		0, 0, \
	}
#endif

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
 * A number that is another one after each wake-up, also one that found no
 * thread. A thread reads it, looks at its condition, and waits only while it is
 * the same: so it misses no wake-up by another CPU between looking and waiting.
 * Constant with one CPU, where interrupts off is enough. Contexts: any.
 *
 * @param wq may be NULL
 */
static inline unsigned long uk_waitq_wakes(const struct uk_waitq *wq __unused)
{
#ifdef CONFIG_HAVE_SMP
	return wq ? __atomic_load_n(&wq->wakes, __ATOMIC_ACQUIRE) : 0;
#else
	return 0;
#endif
}

/**
 * Waits to be woken, unless that happened since; most want
 * uk_waitq_wait_event().
 *
 * @param wq NULL: only the time ends it
 * @param wakes what uk_waitq_wakes() was; if it is not any more, the result
 *   is 0 at once
 * @param deadline a time of the monotonic clock, UK_TIME_NEVER for none
 * @param kind, object what it waits for, as a crash screen, a debugger and a
 *   shell show it; see enum uk_wait_kind
 * @return 0, -ETIMEDOUT
 * Contexts: thread, with interrupts off, which they are again on return;
 * other threads and interrupts run meanwhile.
 */
int uk_waitq_wait_since(struct uk_waitq *wq, unsigned long wakes,
			__nsec deadline, enum uk_wait_kind kind,
			const void *object);

/** Waits for the next wake-up, for callers that miss none. As above. */
static inline int uk_waitq_wait_for(struct uk_waitq *wq, __nsec deadline,
				    enum uk_wait_kind kind, const void *object)
{
	return uk_waitq_wait_since(wq, uk_waitq_wakes(wq), deadline, kind,
				   object);
}

static inline int uk_waitq_wait(struct uk_waitq *wq, __nsec deadline)
{
	return uk_waitq_wait_for(wq, deadline, UK_WAIT_QUEUE, wq);
}

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

/** The same, with what uk_waitq_wait_since() wants. */
#define uk_waitq_wait_event_for(wq, condition, deadline, kind, object)    \
	({                                                                \
		unsigned long __wq_flags = ukarch_irq_save();             \
		unsigned long __wq_wakes = uk_waitq_wakes(wq);            \
		int __wq_rc = 0;                                          \
                                                                          \
		while (!(condition) && !__wq_rc) {                        \
			__wq_rc = uk_waitq_wait_since((wq), __wq_wakes,   \
						      (deadline), (kind), \
						      (object));          \
			__wq_wakes = uk_waitq_wakes(wq);                  \
		}                                                         \
		if (__wq_rc && (condition))                               \
			__wq_rc = 0;                                      \
		ukarch_irq_restore(__wq_flags);                           \
		__wq_rc;                                                  \
	})

#endif /* __UK_WAIT_H__ */
