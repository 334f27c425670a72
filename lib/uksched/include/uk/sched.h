/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads: making them, ending them, giving the CPU away.
 *
 *	static void *work(void *arg) { ... return NULL; }
 *
 *	struct uk_thread *t = uk_thread_create("worker", work, arg);
 *	uk_thread_join(t, NULL);
 *
 * They take turns, in the order in which they became ready. A thread runs
 * until it waits, sleeps, yields or exits; with LIBUKSCHED_PREEMPT for a time
 * slice at most while others are ready. When none is, the CPU halts. With
 * several CPUs threads run at once; each CPU has a queue, and takes a thread of
 * another one's before it idles.
 *
 * Waiting is in <uk/wait.h>, <uk/mutex.h>, <uk/semaphore.h>; looking at
 * threads in <uk/thread.h>. Without LIBUKSCHED yielding and sleeping remain.
 * Contexts: thread with interrupts on, unless said otherwise.
 */
#ifndef __UK_SCHED_H__
#define __UK_SCHED_H__

#include <errno.h>
#include <uk/event.h>
#include <uk/thread.h>
#include <uk/time.h>

/*
 * A shutdown was requested, by the store's ukboot/request_shutdown.
 * Data: int *, the status. Raised in a thread; a handler may end the image its
 * own way, as newlib does by exit(); else uk_exit() does. With LIBUKSTORE only.
 */
UK_EVENT_DECLARE(UK_EVENT_SHUTDOWN);

#ifdef CONFIG_LIBUKSCHED
typedef void *(*uk_thread_func_t)(void *arg);

/* All may be 0. */
struct uk_thread_attr {
	const char *name; /* as of uk_thread_set_name(); NULL: "thread" */
	__sz stack;	  /* bytes, rounded up to pages; 0: sched.stack */
	int detached;	  /* no thread will join it */
	__u64 affinity;	  /* see uk_thread_set_affinity(); 0: the creator's */
};

/**
 * Makes a thread that is ready to run.
 *
 * @param thread receives it; NULL if not needed
 * @param func its life: what it returns is what a joiner gets
 * @return 0; -ENOMEM; -EINVAL if the stack is less than 8 KiB, or no CPU of
 *   its affinity takes threads; -EAGAIN if all ids were given
 */
int uk_thread_create_attr(struct uk_thread **thread,
			  const struct uk_thread_attr *attr,
			  uk_thread_func_t func, void *arg);

/** The same with a name alone; NULL on failure. */
struct uk_thread *uk_thread_create(const char *name, uk_thread_func_t func,
				   void *arg);

/**
 * Ends the calling thread. The last one of all calls uk_sched_last_exits().
 */
void __noreturn uk_thread_exit(void *result);

/** Ends the image with status 0, unless another library defines it. Contexts:
 * the last thread.
 */
void __noreturn uk_sched_last_exits(void);

/**
 * The thread that runs alone (uk_sched_only()) exits, and none may run any
 * more. Handlers are called by it with the scheduler's lock; data is NULL.
 */
UK_EVENT_DECLARE(UK_EVENT_SCHED_ONLY_EXITS);

/**
 * Waits for a thread's end and frees it.
 *
 * @param result receives what it returned; may be NULL
 * @return 0; -EDEADLK for oneself; -EINVAL for one that is detached or that
 *   another joins
 */
int uk_thread_join(struct uk_thread *thread, void **result);

/** Lets a thread free itself at its end. @return 0; -EINVAL as above. */
int uk_thread_detach(struct uk_thread *thread);

/** Gives a thread another name, which is copied, cut to UK_THREAD_NAME_MAX,
 * with a ? for each control character: names are in logs and on terminals.
 */
void uk_thread_set_name(struct uk_thread *thread, const char *name);

/**
 * Chooses the CPUs that a thread may run on: bit N is CPU N, and those that do
 * not exist do not matter. Threads run on CPUs 0 to 63 at most. It moves before
 * this returns, but for a thread that another CPU runs at this moment: that one
 * moves when it next gives its CPU away, or with LIBUKSCHED_PREEMPT at an
 * interrupt that it is sent.
 *
 * @return 0; -EINVAL if none of the CPUs takes threads. Contexts: thread.
 */
int uk_thread_set_affinity(struct uk_thread *thread, __u64 cpus);

/** The CPUs that take threads, by bit. Contexts: any. */
__u64 uk_sched_cpus(void);

/** The CPUs that a thread may run on, of those that take threads. Contexts:
 * any.
 */
__u64 uk_thread_get_affinity(const struct uk_thread *thread);

/** Lets all threads run first that are ready on this CPU. Contexts: and
 * interrupts off, which they are again on return.
 */
void uk_sched_yield(void);

/** Sleeps until a time of the monotonic clock. */
void uk_thread_sleep_until(__nsec deadline);

/** Threads that have not exited. Contexts: any. */
unsigned int uk_sched_thread_count(void);

/** 1 while threads wait for a CPU that another thread has, and may run there.
 * Contexts: any, also at an instant in which the scheduler changes that.
 */
int uk_sched_is_wanted(unsigned int cpu);

/** ns that the CPU was idle; of all CPUs together. Contexts: any. */
__nsec uk_sched_idle_time(void);

/** 1 while this CPU has no thread to run. Contexts: any; in trap context it is
 * what was interrupted.
 */
int uk_sched_idles(void);

/**
 * For a debugger: CPUs are given to one thread alone, even if others are
 * ready, until this is called with NULL. While it waits for something they
 * idle.
 *
 * With LIBUKSCHED_PREEMPT another thread on a CPU loses it at the next
 * interrupt, which other CPUs are sent; without, when it gives it away.
 * Contexts: any.
 */
void uk_sched_only(struct uk_thread *thread);

/**
 * For a debugger: 1 while a CPU is in the scheduler, perhaps one that was
 * stopped there, for which others would wait. Contexts: any.
 */
int uk_sched_is_locked(void);

#ifdef CONFIG_LIBUKSCHED_STAND_IN
struct uk_stand_in {
	struct uk_thread *thread;
	__u64 switches;	       /* of the thread, when it was looked at */
	__uptr sp;	       /* a multiple of 16, below what it has there */
	uk_thread_func_t func; /* begins with interrupts off; never returns */
	void *arg;
	int ends;  /* the caller is a stand-in, which ends: nor does that */
	int alone; /* uk_sched_only() is about it from then on; 0: NULL */
};

/**
 * For a debugger: has code run in the place of a thread that gave its CPU away
 * and waits, or is ready: a stand-in, which has that thread's id, name, stack,
 * variables and place in the list, but is another struct uk_thread, so that it
 * holds none of the thread's mutexes. It is the next on this CPU, which the
 * caller gives away if it does not idle. The thread does not run until the
 * stand-in ends; what it waits for may come meanwhile.
 *
 * @return 0; -EINVAL for a thread that has a CPU, had one meanwhile, was
 *   preempted, or exited; -ENOSPC: see uk_thread_stand_in_check(). Contexts:
 *   thread, also with interrupts off, and an idle CPU.
 */
int uk_thread_stand_in(const struct uk_stand_in *how);

/** Ends the calling stand-in: its thread is as it was. Contexts: thread. */
void __noreturn uk_thread_stand_in_end(void);

/**
 * The same for one that gave its CPU away: it ends when it has one.
 *
 * @param sp a multiple of 16, below what its thread has on its stack
 * Contexts: as uk_thread_regs().
 */
void uk_thread_stand_in_give_up(struct uk_thread *stand_in, __uptr sp);

/**
 * Whether a thread that gave its CPU away may have one.
 *
 * @return 0; -EINVAL for an idle thread, which has to run where nothing else
 *   does; -ENOSPC: there are too many. Contexts: any.
 */
int uk_thread_stand_in_check(const struct uk_thread *thread);

/** The thread for which a thread stands in, or NULL. Contexts: any. */
struct uk_thread *uk_thread_principal(const struct uk_thread *thread);
#else
static inline struct uk_thread *
uk_thread_principal(const struct uk_thread *thread __unused)
{
	return __NULL;
}
#endif

/** The current thread; for a stand-in that for which it stands. Contexts: any.
 */
static inline struct uk_thread *uk_thread_self(void)
{
	struct uk_thread *t = uk_thread_current(), *principal;

	while (t && (principal = uk_thread_principal(t)))
		t = principal;
	return t;
}

#else  /* !CONFIG_LIBUKSCHED */
static inline void uk_sched_yield(void)
{
	ukarch_cpu_relax();
}

static inline void uk_thread_sleep_until(__nsec deadline)
{
	uk_time_sleep_until(deadline);
}

static inline unsigned int uk_sched_thread_count(void)
{
	return 1;
}

static inline int uk_sched_idles(void)
{
	return 0;
}

static inline __nsec uk_sched_idle_time(void)
{
	return 0;
}

static inline int uk_sched_is_wanted(unsigned int cpu __unused)
{
	return 0;
}

static inline __u64 uk_sched_cpus(void)
{
	return 1;
}

static inline void uk_sched_only(struct uk_thread *thread __unused)
{
}

static inline int uk_sched_is_locked(void)
{
	return 0;
}
#endif /* CONFIG_LIBUKSCHED */

/** Sleeps for some nanoseconds at least. */
static inline void uk_thread_sleep(__nsec ns)
{
	uk_thread_sleep_until(uk_time_add(uk_time_monotonic(), ns));
}

#endif /* __UK_SCHED_H__ */
