/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of the scheduler share. Everything here is changed under
 * sched_lock. A thread that gives its CPU away holds it across the switch, and
 * the one that comes in releases it: no CPU takes a thread that another has not
 * left yet, nor frees its stack.
 *
 * With one CPU the lock is nothing, and a thread that finds no other halts on
 * its own stack. With several each CPU has a queue and an idle thread (smp.c).
 */
#ifndef __UKSCHED_INTERNAL_H__
#define __UKSCHED_INTERNAL_H__

#include <uk/arch/ctx.h>
#include <uk/mutex.h>
#include <uk/plat/lcpu.h>
#include <uk/sched.h>
#include <uk/spinlock.h>
#include <uk/wait.h>

#define CPUS CONFIG_UKPLAT_LCPU_MAXCOUNT
#define THREAD_MAGIC 0x74687264U /* "thrd" */

struct thread {
	struct uk_thread pub; /* first */
	__u32 magic;
	char name[UK_THREAD_NAME_MAX];
	struct ukarch_ctx ctx; /* while off the CPU */

	/* Traps that it was in when it lost the CPU: none, or an interrupt. */
	struct ukarch_trap_ctx *trap;
	unsigned int trap_depth;

	struct thread *ready_next; /* in a run queue */
	__nsec since;		   /* on the CPU, and not idle, since then */

	struct uk_waitq *waits_in; /* NULL: in none */
	struct thread *wait_next;
	struct uk_timer timer; /* deadline of sleeping and waiting */
	int timed_out;
#ifdef CONFIG_LIBUKSCHED_LOCK_PLACES
	const void *locks_at; /* where it waits for a mutex */
#endif

	uk_thread_func_t func;
	void *arg, *result;
	struct uk_waitq joiners;
	int detached, joined;

	void *fpstate; /* LIBUKSCHED_PREEMPT: a buffer, else NULL */
	int fp_saved;  /* it holds the thread's state */
	struct thread *prev;
#ifdef CONFIG_LIBUKSCHED_STAND_IN
	struct thread *stand_in;  /* runs in its place; NULL: none */
	struct thread *principal; /* of a stand-in */
#endif
	void *block; /* the memory of all this, NULL for main and idle */
#ifdef CONFIG_HAVE_SMP
	__u64 affinity;
#endif
};

struct sched_cpu {
	struct thread *ready_first, *ready_last;
	int idle; /* its thread halts, waiting for any; or is its idle thread */
	__nsec idle_time;
#ifdef CONFIG_HAVE_SMP
	unsigned int queued; /* threads in the queue */
	int looks;	     /* it looks at its queue, and needs no interrupt */
	__u64 switches;
	__nsec started; /* when it got its idle thread */
#endif
};

struct sched {
	struct sched_cpu cpus[CPUS];
	const struct thread *only; /* only this one runs; NULL: all may */
#ifdef CONFIG_LIBUKSCHED_STAND_IN
	unsigned int away; /* threads that do not run: others stand in */
#endif
	struct thread *first, *last; /* all threads */
	unsigned int last_id;
	unsigned int alive;	/* threads that have not exited */
	unsigned int abandoned; /* detached and exited, not freed yet */
#ifdef CONFIG_HAVE_SMP
	/* CPUs by bit: those that take threads; those of them that have none,
	 * neither running nor in their queue
	 */
	__u64 online, vacant;
	unsigned int queued; /* threads in all queues */
#endif
#ifdef CONFIG_LIBUKSTORE
	__u64 gone_switches, gone_time; /* of threads that left the list */
#endif
};

extern struct sched uksched;
extern struct uk_spinlock sched_lock;

static inline struct thread *current(void)
{
	return (struct thread *)uk_percpu_read(thread);
}

static inline struct thread *thread_of(struct uk_thread *pub)
{
	return (struct thread *)pub;
}

/* The calling CPU's part. Contexts: irq-off. */
static inline struct sched_cpu *this_cpu(void)
{
	return &uksched.cpus[ukplat_lcpu_id()];
}

/** A crash, which gives sched_lock back. */
void __noreturn sched_idle_cannot_wait(void);

/* With sched_lock held. A debugger may have called a function on an idle CPU,
 * on the stack of a thread that waits, or ought to run when all wait.
 */
static inline void sched_check_not_idle(void)
{
	if (unlikely(this_cpu()->idle))
		sched_idle_cannot_wait();
}

/** 1 if a thread has a CPU. Contexts: any. */
static inline int on_cpu(const struct uk_thread *t)
{
#ifdef CONFIG_HAVE_SMP
	return t->cpu < CPUS && UK_READ_ONCE(uk_percpus[t->cpu].thread) == t;
#else
	return t == uk_thread_current();
#endif
}

/* stand_in.c */
#ifdef CONFIG_LIBUKSCHED_STAND_IN
/** Makes a thread, which is ready, the next of this CPU. Under sched_lock. */
void sched_ready_next(struct thread *t);

extern struct thread sched_stand_ins[CONFIG_LIBUKSCHED_STAND_INS];

/** 1 for one of them, used or not. What a thread says that another CPU has
 * freed meanwhile is none.
 */
static inline int sched_is_stand_in(const struct thread *t)
{
	return (__uptr)t - (__uptr)sched_stand_ins < sizeof(sched_stand_ins);
}

/** What runs in the place of a thread: mostly that thread. A stand-in may have
 * one, too.
 */
static inline struct thread *sched_actor(struct thread *t)
{
	struct thread *s;

	while (t && sched_is_stand_in(s = UK_READ_ONCE(t->stand_in)))
		t = s;
	return t;
}

/** The thread for which this one stands in, or NULL. */
static inline struct thread *sched_principal(const struct thread *t)
{
	return sched_is_stand_in(t) ? UK_READ_ONCE(t->principal) : __NULL;
}

static inline int sched_is_away(const struct thread *t)
{
	return UK_READ_ONCE(t->stand_in) != __NULL;
}

static inline unsigned int sched_away(void)
{
	return UK_READ_ONCE(uksched.away);
}
#else
static inline struct thread *sched_actor(struct thread *t)
{
	return t;
}

static inline struct thread *sched_principal(const struct thread *t __unused)
{
	return __NULL;
}

static inline int sched_is_away(const struct thread *t __unused)
{
	return 0;
}

static inline unsigned int sched_away(void)
{
	return 0;
}
#endif

/** 1 if not every thread that is ready may run. */
static inline int sched_chooses(void)
{
	return unlikely(uksched.only || sched_away());
}

static inline int sched_may_run(const struct thread *t)
{
	return !sched_is_away(t) && (!uksched.only || t == uksched.only);
}

/* All from here on are called with sched_lock held, and return with it. */

/** Makes a thread ready, as the last in the queue of the CPU that suits it. */
void sched_ready(struct thread *t);

/** 1 if a thread in a CPU's queue may run. */
int sched_has_next(struct sched_cpu *c);

/** Gives the CPU to the next that is ready, and waits for one. The current
 * thread is ready, or another one will wake it; then this returns, perhaps on
 * another CPU.
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

/* wait_text.c. Contexts: any, as what they read may be damaged. */

/* Texts are added while they fit. */
struct sched_text {
	char *buf;
	__sz size, len;
};

void sched_add(struct sched_text *to, const char *fmt, ...) __printf_like(2, 3);

/** The symbol of an object, " lock", or its address. @return 1 for a symbol */
int sched_add_name(struct sched_text *to, const void *object);

/** ", locked in main (main.c:12)": where a mutex was, if that is known. */
void sched_add_place(struct sched_text *to, const struct uk_mutex *m);

/** The thread at an address, if there is one; else NULL. */
const struct uk_thread *sched_listed(const void *thread);

#ifdef CONFIG_LIBUKSCHED_DEADLOCK
/** The current thread is about to wait, for ever, for a mutex or for a thread's
 * end. It does not return if that is a deadlock and the mode is to crash.
 */
void sched_deadlock_check(void);

/** All CPUs idle: reports, once, if nothing can wake a thread any more. */
void sched_hang_check(void);
#else
static inline void sched_deadlock_check(void)
{
}

static inline void sched_hang_check(void)
{
}
#endif

/** 1 if no CPU has a thread, neither running nor ready. */
static inline int sched_all_idle(void)
{
#ifdef CONFIG_HAVE_SMP
	return uksched.online && uksched.vacant == uksched.online &&
	       !uksched.queued;
#else
	return !uksched.cpus[0].ready_first;
#endif
}

#ifdef CONFIG_LIBUKSCHED_PREEMPT
extern unsigned int uksched_slice_us;

/** The thread on a CPU has had its time. Contexts: and without the lock. */
void sched_slice_end(unsigned int cpu);

/** Another CPU starts to count its thread's slice, at its next interrupt. */
void sched_slice_look(unsigned int cpu);

/** Others are ready here: the current thread's time slice counts. */
void sched_slice_start(void);
#else
static inline void sched_slice_end(unsigned int cpu __unused)
{
}

static inline void sched_slice_look(unsigned int cpu __unused)
{
}

static inline void sched_slice_start(void)
{
}
#endif

/** uksched.only changed. */
void sched_only_changed(void);

#ifdef CONFIG_HAVE_SMP
/* smp.c */
extern struct thread sched_idle_threads[CPUS];

static inline int sched_is_idle(const struct thread *t)
{
	return t >= sched_idle_threads && t < &sched_idle_threads[CPUS];
}

/** As sched_ready() for the current thread, which stays here if it may, and no
 * other CPU is vacant.
 */
void sched_ready_here(struct thread *t);

/** Takes out of a queue the thread behind `before`, the first if NULL. */
struct thread *sched_take(struct sched_cpu *c, struct thread *before);

/** A CPU has no thread, neither running nor in its queue; or has one. */
void sched_vacant(unsigned int cpu, int vacant);

/** The CPU whose queue a thread joins. */
unsigned int sched_place(const struct thread *t);

/** A thread joined a CPU's queue, which was empty or not. */
void sched_joined(unsigned int cpu, int was_empty);

/** A thread of another queue, or the idle thread. */
struct thread *sched_none_ready(struct sched_cpu *c, struct thread *from);

static inline int sched_may_stay(const struct thread *t)
{
	return t->affinity >> ukplat_lcpu_id() & 1;
}

/** CPUs as an affinity: those that take threads, or 0 if none does. */
static inline __u64 sched_affinity(__u64 cpus)
{
	return (cpus & uksched.online) ? cpus : 0;
}
#else
static inline int sched_is_idle(const struct thread *t __unused)
{
	return 0;
}

static inline int sched_may_stay(const struct thread *t __unused)
{
	return 1;
}

static inline void sched_ready_here(struct thread *t)
{
	sched_ready(t);
}
#endif

#endif /* __UKSCHED_INTERNAL_H__ */
