/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads for code that examines them: a crash screen, a debugger,
 * metrics. How they are made, and wait, is in <uk/sched.h>.
 *
 *	struct uk_thread *t = NULL;
 *
 *	while ((t = uk_thread_next(t)))
 *		show(t->id, t->name, uk_thread_state_name(t));
 *
 * main is thread 1, "main". Without LIBUKSCHED there is no thread: what is
 * below remains, and finds none.
 */
#ifndef __UK_THREAD_H__
#define __UK_THREAD_H__

#include <uk/arch/lcpu.h>
#include <uk/arch/regs.h>
#include <uk/percpu.h>
#include <uk/stack.h>

/* What a thread does; the running one is uk_thread_current(). */
enum uk_thread_state {
	UK_THREAD_READY = 0, /* runs, or waits for the CPU */
	UK_THREAD_SLEEPING,  /* until a time */
	UK_THREAD_WAITING,   /* for another thread or an interrupt */
	UK_THREAD_EXITED,    /* until it is joined, or its memory freed */
};

/* Why a sleeping or waiting thread is off the CPU, and what its object is. */
enum uk_wait_kind {
	UK_WAIT_TIME = 0,  /* a time alone; no object */
	UK_WAIT_QUEUE,	   /* a wake-up: the struct uk_waitq */
	UK_WAIT_MUTEX,	   /* the struct uk_mutex */
	UK_WAIT_SEMAPHORE, /* the struct uk_semaphore */
	UK_WAIT_CONDITION, /* the pthread_cond_t */
	UK_WAIT_JOIN,	   /* a thread's end: the struct uk_thread */
	UK_WAIT_INPUT,	   /* input: the name of its console, const char * */
};

/* Valid while the state is sleeping or waiting; old otherwise. */
struct uk_wait {
	enum uk_wait_kind kind;
	const void *object;
	__nsec until; /* UK_TIME_NEVER: for ever */
};

#define UK_WAIT_TEXT_MAX                                    \
	224 /* bytes of uk_thread_wait_text(), with the end \
	     */

#define UK_THREAD_NAME_MAX 32 /* bytes, with the end */

/* What everybody may read; only the scheduler writes. */
struct uk_thread {
	unsigned int id;  /* from 1, never reused */
	unsigned int cpu; /* that it is on, or was on last */
	const char *name; /* never NULL; letters, digits and so on */
	volatile enum uk_thread_state state;
	struct uk_wait wait;
	struct uk_stack stack; /* guard, base, top; the name is the thread's */
	__nsec cpu_time;       /* ns on the CPU, up to when it last left it */
	__u64 switches;	       /* how often it was given the CPU */
	__uptr tls;	       /* thread pointer; 0: it has none */
	char *areas; /* of <uk/thread_area.h>, one after the other; NULL: none
		      */
	/* The list of all threads by id; the walk's. */
	struct uk_thread *next;
};

#ifdef CONFIG_LIBUKSCHED
/** The thread on this CPU; NULL before there are threads. Contexts: any; in
 * trap context it is the one that was interrupted.
 */
static inline struct uk_thread *uk_thread_current(void)
{
	return uk_percpu_read(thread);
}

/**
 * The thread on a CPU; NULL if it has none, or its structure was overwritten.
 * Contexts: any; it is read through uknofault.
 */
struct uk_thread *uk_thread_on(unsigned int cpu);

/**
 * Walks all threads, by id, those that exited and are not joined included.
 *
 * @param prev the one before, NULL for the first
 * @return the next, or NULL after the last. A damaged list ends where it is
 *   damaged: what is not readable, not a thread or has no higher id than prev
 *   is not returned.
 * Contexts: any, at any instant: each change of the list is one store, and no
 *   lock is taken. In thread context uk_threads_lock() is held for the whole
 *   walk, or prev may have gone meanwhile.
 */
struct uk_thread *uk_thread_next(const struct uk_thread *prev);

/**
 * 1 if the list goes on behind the last thread of a walk (NULL if it had none),
 * but to what is no thread: it is damaged there, and threads may be missing.
 * Contexts: as uk_thread_next().
 */
int uk_threads_are_cut(const struct uk_thread *last);

/**
 * Keeps the list as it is, and threads that are off their CPUs where they are,
 * until uk_threads_unlock(), with interrupts off. Shortly: no CPU switches
 * threads meanwhile. Contexts: thread, irq.
 *
 * @return what uk_threads_unlock() wants
 */
unsigned long uk_threads_lock(void);
void uk_threads_unlock(unsigned long flags);

/**
 * The same without waiting. With one CPU it is had always; a thread that was
 * interrupted in the scheduler may then be half-way changed.
 *
 * @param[out] flags what uk_threads_unlock() wants
 * @return 0 if another one has it. Contexts: any.
 */
int uk_threads_trylock(unsigned long *flags);

/** The thread with an id, or NULL. Contexts: as uk_thread_next(). */
struct uk_thread *uk_thread_by_id(unsigned int id);

/**
 * "running", "ready", "sleeping", "waiting", "exited", or "idle" for a CPU's
 * idle thread; never NULL. The thread on a CPU is running, unless it waits
 * there with no other ready. Contexts: any.
 */
const char *uk_thread_state_name(const struct uk_thread *thread);

/**
 * What a thread waits for, in words: "for mutex lock (0x12ab40), held by thread
 * 1 main", "for input of com1", "until 12.345678 s" (since boot); "" if it does
 * not wait. An object has its name if the image has its symbol.
 *
 * @param buf receives the text, terminated, cut to fit
 * @return its length. Contexts: any; the object is read through uknofault.
 */
int uk_thread_wait_text(const struct uk_thread *thread, char *buf, __sz len);

/**
 * What a wait is or was for, in words, without who holds it now: "for mutex
 * lock (0x12ab40)", "for a time".
 *
 * @param buf, @return and contexts as of uk_thread_wait_text()
 */
int uk_wait_text(const struct uk_wait *wait, char *buf, __sz len);

/** The thread that holds the mutex that a thread waits for, or NULL. Contexts:
 * as uk_thread_wait_text().
 */
const struct uk_thread *uk_thread_wait_holder(const struct uk_thread *thread);

#define UK_DEADLOCK_TEXT_MAX \
	512 /* bytes of uk_thread_deadlock(), with the end */

/**
 * Puts the deadlock that a thread is part of in words: "main waits for mutex m2
 * held by worker; worker waits for mutex m1 held by main". It is a cycle of
 * threads, each of which waits for ever for a mutex of the next one or for its
 * end; or a thread alone, if the mutex's holder has exited. A deadlock of many
 * has several lines.
 *
 * Contexts: any; in threads under uk_threads_lock().
 *
 * @param[out] buf receives the text, cut to len bytes with the end
 * @return the id with which the text begins, the lowest of the cycle; 0 if
 *   there is no deadlock, or no LIBUKSCHED_DEADLOCK
 */
#ifdef CONFIG_LIBUKSCHED_DEADLOCK
unsigned int uk_thread_deadlock(const struct uk_thread *thread, char *buf,
				__sz len);
#else
static inline unsigned int
uk_thread_deadlock(const struct uk_thread *thread __unused, char *buf __unused,
		   __sz len __unused)
{
	return 0;
}
#endif

/**
 * The registers with which a thread will go on. They may be changed.
 *
 * A thread that was preempted goes on with the frame of the interrupt, all
 * registers of it. One that gave the CPU away itself stands after a call in
 * the scheduler: pc, sp, frame pointer and what the ABI lets a function keep
 * are those of that place, so that a call trace starts there; the others
 * are not used.
 *
 * @return NULL for a thread on a CPU that is not stopped
 * (uk_lcpu_stop_others()), for one that exited and left it for good, and for
 * one whose data is damaged. Contexts: trap, with other CPUs stopped, or with
 * uk_threads_lock() held: it may run by then.
 */
struct __regs *uk_thread_regs(struct uk_thread *thread);

/**
 * Floating point and vector registers with which a thread will go on, as
 * <uk/arch/fpstate.h> lays them out; they may be changed.
 *
 * @return NULL for a thread on a CPU that is not stopped, whose state is in
 *   the CPU, and for one that gave the CPU away itself: its state is not used.
 * Contexts: as uk_thread_regs().
 */
void *uk_thread_fpstate(struct uk_thread *thread);

/** The thread pointer (fs_base, tpidr_el0), 0 if it has none. Contexts: any. */
static inline __uptr uk_thread_tls(const struct uk_thread *thread)
{
	return thread->tls;
}

/** ns that a thread spent on the CPU up to now. Contexts: any. */
__nsec uk_thread_cpu_time(const struct uk_thread *thread);

#ifdef CONFIG_LIBUKSCHED_STACK_USE
/**
 * Bytes of its stack that a thread has used at most, as far as it wrote there
 * what is not zero; 0 without LIBUKSCHED_STACK_USE. Contexts: any; in threads
 * under uk_threads_lock().
 */
__sz uk_thread_stack_used(const struct uk_thread *thread);
#else
static inline __sz uk_thread_stack_used(const struct uk_thread *thread __unused)
{
	return 0;
}
#endif

#else  /* !CONFIG_LIBUKSCHED */
static inline __sz uk_thread_stack_used(const struct uk_thread *thread __unused)
{
	return 0;
}

static inline struct uk_thread *uk_thread_current(void)
{
	return __NULL;
}

static inline struct uk_thread *
uk_thread_next(const struct uk_thread *prev __unused)
{
	return __NULL;
}

static inline struct uk_thread *uk_thread_on(unsigned int cpu __unused)
{
	return __NULL;
}

static inline unsigned long uk_threads_lock(void)
{
	return ukarch_irq_save();
}

static inline void uk_threads_unlock(unsigned long flags)
{
	ukarch_irq_restore(flags);
}

static inline int uk_threads_trylock(unsigned long *flags)
{
	*flags = ukarch_irq_save();
	return 1;
}

static inline struct uk_thread *uk_thread_by_id(unsigned int id __unused)
{
	return __NULL;
}

static inline const char *
uk_thread_state_name(const struct uk_thread *thread __unused)
{
	return "";
}

static inline int uk_wait_text(const struct uk_wait *wait __unused, char *buf,
			       __sz len)
{
	if (len)
		*buf = '\0';
	return 0;
}

static inline int uk_thread_wait_text(const struct uk_thread *thread __unused,
				      char *buf, __sz len)
{
	if (len)
		*buf = '\0';
	return 0;
}

static inline const struct uk_thread *
uk_thread_wait_holder(const struct uk_thread *thread __unused)
{
	return __NULL;
}

static inline unsigned int
uk_thread_deadlock(const struct uk_thread *thread __unused, char *buf __unused,
		   __sz len __unused)
{
	return 0;
}

static inline struct __regs *uk_thread_regs(struct uk_thread *thread __unused)
{
	return __NULL;
}

static inline void *uk_thread_fpstate(struct uk_thread *thread __unused)
{
	return __NULL;
}

static inline __uptr uk_thread_tls(const struct uk_thread *thread __unused)
{
	return 0;
}

static inline __nsec uk_thread_cpu_time(const struct uk_thread *thread __unused)
{
	return 0;
}
#endif /* CONFIG_LIBUKSCHED */

#if defined(CONFIG_LIBUKSCHED) && defined(CONFIG_HAVE_SMP)
/**
 * The CPU that a thread is on, or -1 if it is on none. In an image for one CPU
 * always -1: there it says nothing. Contexts: any; another CPU's thread may
 * have left it by then.
 */
int uk_thread_cpu(const struct uk_thread *thread);
#else
static inline int uk_thread_cpu(const struct uk_thread *thread __unused)
{
	return -1;
}
#endif

/* Above the ids of threads. */
#define UK_THREAD_ID_CPUS (1L << 30)

/**
 * The number of what a CPU runs, for debuggers: that of uk_thread_on(). CPUs
 * without one have n + 1, or UK_THREAD_ID_CPUS + n where there are threads.
 * Contexts: any.
 */
static inline long uk_thread_id_on(unsigned int cpu)
{
	const struct uk_thread *t = uk_thread_on(cpu);

	if (t)
		return t->id;
	return uk_percpus[0].thread ? UK_THREAD_ID_CPUS + cpu : cpu + 1L;
}

#endif /* __UK_THREAD_H__ */
