/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of the scheduler share. Everything here is changed with
 * interrupts off on the one CPU; with more, a lock is taken there too.
 */
#ifndef __UKSCHED_INTERNAL_H__
#define __UKSCHED_INTERNAL_H__

#include <uk/arch/ctx.h>
#include <uk/percpu.h>
#include <uk/sched.h>
#include <uk/wait.h>

#define THREAD_MAGIC 0x74687264U /* "thrd" */

struct thread {
	struct uk_thread pub; /* first */
	__u32 magic;
	char name[UK_THREAD_NAME_MAX];
	struct ukarch_ctx ctx; /* while off the CPU */

	/* Traps that it was in when it lost the CPU: none, or an interrupt. */
	struct ukarch_trap_ctx *trap;
	unsigned int trap_depth;

	struct thread *ready_next; /* in the run queue */
	__nsec since;		   /* on the CPU, and not idle, since then */

	struct uk_waitq *waits_in; /* NULL: in none */
	struct thread *wait_next;
	struct uk_timer timer; /* deadline of sleeping and waiting */
	int timed_out;

	uk_thread_func_t func;
	void *arg, *result;
	struct uk_waitq joiners;
	int detached, joined;

	void *fpstate; /* LIBUKSCHED_PREEMPT: a buffer, else NULL */
	int fp_saved;  /* it holds the thread's state */
	char *areas;   /* of uk_thread_area, one after the other */
	struct thread *prev;
	void *block; /* the memory of all this, NULL for main */
};

struct sched {
	struct thread *ready_first, *ready_last;
	const struct thread *only;   /* only this one runs; NULL: all may */
	struct thread *first, *last; /* all threads */
	unsigned int last_id;
	unsigned int alive;	/* threads that have not exited */
	unsigned int abandoned; /* detached and exited, not freed yet */
	int idle;		/* the current thread waits for any */
	__nsec idle_time;
#ifdef CONFIG_LIBUKSTORE
	__u64 gone_switches, gone_time; /* of threads that left the list */
#endif
};

extern struct sched uksched;

static inline struct thread *current(void)
{
	return (struct thread *)uk_percpu_read(thread);
}

static inline struct thread *thread_of(struct uk_thread *pub)
{
	return (struct thread *)pub;
}

/* All are called with interrupts off. */

/** Makes a thread the last of those that are ready. */
void sched_ready(struct thread *t);

/** 1 if a thread is ready and may run. */
int sched_has_next(void);

/** Gives the CPU to the next that is ready, and waits for one. The current
 * thread is ready, or another one will wake it; then this returns.
 */
void sched_switch(void);

/** Takes the current thread off until sched_ready(); 0 or -ETIMEDOUT. It is
 * sleeping if the kind is UK_WAIT_TIME, else waiting.
 */
int sched_block(struct uk_waitq *wq, __nsec deadline, enum uk_wait_kind kind,
		const void *object);

/** Takes the first thread out of a queue and makes it ready; or NULL. */
struct thread *sched_wake_one(struct uk_waitq *wq);

/** A new thread's memory is known; it joins the list of all. 0, -EAGAIN. */
int sched_list_add(struct thread *t);
void sched_list_remove(struct thread *t);

#ifdef CONFIG_LIBUKSCHED_PREEMPT
extern unsigned int uksched_slice_us;

/** The current thread has had its time. */
void sched_slice_end(void);

/** Others are ready: the current thread's time slice counts. */
void sched_slice_start(void);
#else
static inline void sched_slice_end(void)
{
}

static inline void sched_slice_start(void)
{
}
#endif

#endif /* __UKSCHED_INTERNAL_H__ */
