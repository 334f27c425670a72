/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The clocks, and one-shot timers:
 *
 *	static void beat(struct uk_timer *timer, void *arg)
 *	{
 *		...
 *		uk_timer_forward(timer, 1000000);
 *	}
 *
 *	static struct uk_timer timer = UK_TIMER_INIT(beat, NULL);
 *
 *	uk_timer_start(&timer, uk_time_monotonic() + 1000000);
 *
 * Times are nanoseconds since boot. Handlers run in irq context: see
 * <uk/intctlr.h>. They run in the order of their deadlines, those of one
 * deadline in the order in which they were started, never early.
 *
 * A timer runs on the CPU that started it; each CPU has timers of its own, and
 * the order holds among these. Any CPU may cancel a timer, or move it to
 * itself by starting it.
 *
 * When time jumps (the host did not let the guest run) each overdue timer
 * runs once, in order. One that is started in a handler, for a time that is
 * past already, does not run before UK_TIMER_PASS_NS later: however far a
 * program lags, it gets to run between. uk_time_stop() avoids the jump where
 * the guest itself was held.
 *
 * Without LIBUKTIME the clocks and sleeping remain; sleeping is then a loop.
 */
#ifndef __UK_TIME_H__
#define __UK_TIME_H__

#include <uk/arch/lcpu.h>
#include <uk/plat/time.h>

#define UK_TIME_NEVER ((__nsec)-1)

/* Least time from one run through the overdue timers to the next. */
#define UK_TIMER_PASS_NS 50000

/**
 * A time and a number of nanoseconds after it; UK_TIME_NEVER, 584 years, if
 * that is more than the type holds. Every sum and conversion of times of a
 * caller goes through this function and the next one. Contexts: any.
 */
static inline __nsec uk_time_add(__nsec time, __nsec ns)
{
	__nsec sum;

	return __builtin_add_overflow(time, ns, &sum) ? UK_TIME_NEVER : sum;
}

/** Seconds and nanoseconds as nanoseconds, or UK_TIME_NEVER. Contexts: any. */
static inline __nsec uk_time_from(__u64 seconds, __u64 ns)
{
	__nsec whole;

	if (__builtin_mul_overflow(seconds, UK_NSEC_PER_SEC, &whole))
		return UK_TIME_NEVER;
	return uk_time_add(whole, ns);
}

/** Nanoseconds since boot, see ukplat_monotonic_clock(). Contexts: any. */
static inline __nsec uk_time_monotonic(void)
{
	return ukplat_monotonic_clock();
}

/** Nanoseconds since 1970, see ukplat_wall_clock(). Contexts: thread. */
static inline __nsec uk_time_wall(void)
{
	return ukplat_wall_clock();
}

/**
 * Sleeps until a time of the monotonic clock; interrupts are taken meanwhile.
 * For images without a scheduler: the CPU halts, no other thread runs.
 * Contexts: thread with interrupts on.
 */
#ifdef CONFIG_LIBUKTIME
void uk_time_sleep_until(__nsec deadline);
#else
static inline void uk_time_sleep_until(__nsec deadline)
{
	while (uk_time_monotonic() < deadline)
		ukarch_cpu_relax();
}
#endif

/** Sleeps for some nanoseconds at least. Contexts: as above. */
static inline void uk_time_sleep(__nsec ns)
{
	uk_time_sleep_until(uk_time_add(uk_time_monotonic(), ns));
}

#ifdef CONFIG_LIBUKTIME
struct uk_timer;

typedef void (*uk_timer_func_t)(struct uk_timer *timer, void *arg);

/* The caller's; all fields are private. */
struct uk_timer {
	uk_timer_func_t func;
	void *arg;
	__nsec deadline; /* as asked for */
	__nsec due;	 /* when it runs: not before the deadline */
	__u64 number;	 /* of the start: orders those of one time */
	/* a pairing heap: first child; next and previous sibling, where the
	 * first one's previous is the parent; all NULL unless started
	 */
	struct uk_timer *child, *next, *prev;
	int pending;
	unsigned int cpu; /* where it was started last */
	/* its handler makes no thread ready: set while it is not pending */
	_Bool wakes_none;
};

#define UK_TIMER_INIT(fn, argument)             \
	{                                       \
		.func = (fn), .arg = (argument) \
	}

/** Sets up a timer that is not pending. Contexts: any. */
void uk_timer_init(struct uk_timer *timer, uk_timer_func_t func, void *arg);

/**
 * Starts a timer on this CPU, or moves one that is pending, there or on
 * another. It belongs to uktime until it runs or is cancelled. If its handler
 * runs on another CPU at this moment it is started nevertheless, and may run
 * here meanwhile.
 *
 * @param deadline a time of the monotonic clock; one that is past makes it
 *   run as soon as interrupts are on, UK_TIME_NEVER never
 * Contexts: any but a trap inside of a call of uktime; interrupts are masked
 * for the time of a few comparisons.
 */
void uk_timer_start(struct uk_timer *timer, __nsec deadline);

/**
 * Starts a timer again for the next multiple of a period after its last
 * deadline that is not past yet, so that beats keep their rhythm.
 *
 * @param period nanoseconds, not 0
 * @return how many beats were left out because they are past. Contexts: as
 *   uk_timer_start(); usually the timer's handler.
 */
__u64 uk_timer_forward(struct uk_timer *timer, __nsec period);

/**
 * Stops a timer on whatever CPU. Once it returned the handler is not called
 * any more, unless it is started again, which a handler that runs on another
 * CPU may do.
 *
 * @return 1 if it was pending: its handler is not called for that start; 0 if
 *   not: it was not started, or its handler has been called, and may still
 *   run on another CPU. Contexts: as uk_timer_start().
 */
int uk_timer_cancel(struct uk_timer *timer);

/**
 * The same, and waits while the handler runs on another CPU, also for one that
 * starts the timer again: the timer's memory and what the handler uses can be
 * freed then. In the handler itself it does not wait.
 *
 * @return as uk_timer_cancel(). Contexts: thread; irq-off and irq only without
 *   a lock that the handler takes.
 */
int uk_timer_cancel_wait(struct uk_timer *timer);

/** 1 while a timer waits for its time. Contexts: any. */
static inline int uk_timer_pending(const struct uk_timer *timer)
{
	return UK_READ_ONCE(timer->pending);
}

/** When this CPU's next timer runs, UK_TIME_NEVER if none does. Contexts: any
 * but a trap inside of a call of uktime.
 */
__nsec uk_timer_next(void);

/** 1 if a timer is pending, or its handler runs, on any CPU, and it may make a
 * thread ready. Contexts: irq-off, and none inside of a call of uktime.
 */
int uk_timer_may_wake(void);

/* Counters since boot, of all CPUs. */
struct uk_timer_stats {
	__u64 started;
	__u64 fired;
	__u64 interrupts;
};

/** Contexts: any. */
void uk_timer_stats_get(struct uk_timer_stats *stats);
#endif /* CONFIG_LIBUKTIME */

/**
 * A debugger calls these where it stops and resumes the guest: the monotonic
 * clock stands still between, deadlines move along, and no timer finds that
 * its time passed. The wall clock goes on. Contexts: trap.
 */
static inline void uk_time_stop(void)
{
	ukplat_clock_stop();
}

static inline void uk_time_resume(void)
{
	ukplat_clock_resume();
}

#endif /* __UK_TIME_H__ */
