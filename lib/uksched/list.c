/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The list of all threads, and looking at one, from any context. A thread is
 * linked, and taken out, by one store to the link that everybody walks; ids
 * ascend along the list, so that a walk ends even if the list was damaged.
 */
#include <uk/arch/trap.h>
#include <uk/lcpu.h>
#include <uk/nofault.h>
#include "sched_internal.h"

int sched_list_add(struct thread *t)
{
	if (uksched.last_id == (unsigned int)-1)
		return -EAGAIN;
	t->pub.id = ++uksched.last_id;
	t->pub.next = __NULL;
	t->prev = uksched.last;
	if (uksched.last)
		__atomic_store_n(&uksched.last->pub.next, &t->pub,
				 __ATOMIC_RELEASE);
	else
		__atomic_store_n(&uksched.first, t, __ATOMIC_RELEASE);
	uksched.last = t;
	return 0;
}

/* Never the first, which is main. */
void sched_list_remove(struct thread *t)
{
	struct thread *next = thread_of(t->pub.next);

	__atomic_store_n(&t->prev->pub.next, t->pub.next, __ATOMIC_RELEASE);
	if (next)
		next->prev = t->prev;
	else
		uksched.last = t->prev;
#ifdef CONFIG_LIBUKSTORE
	uksched.gone_switches += t->pub.switches;
	uksched.gone_time += t->pub.cpu_time;
#endif
}

/* 0 if its memory is unreadable or overwritten: its name may not be read. */
static int is_intact(const struct uk_thread *thread)
{
	const struct thread *t = (const struct thread *)thread;
	const char *name;
	__u32 magic;

	return !((__uptr)t & (_Alignof(struct thread) - 1)) &&
	       uk_nofault_try_read(magic, &t->magic) && magic == THREAD_MAGIC &&
	       uk_nofault_try_read(name, &t->pub.name) && name == t->name;
}

struct uk_thread *uk_thread_on(unsigned int cpu)
{
	struct uk_thread *t = uk_percpus[cpu].thread;

	return t && is_intact(t) ? t : __NULL;
}

/* Where the list goes on behind a thread; and that thread's id, 0 if none. */
static struct uk_thread *behind(const struct uk_thread *prev, unsigned int *id)
{
	while (prev && sched_principal((const struct thread *)prev))
		prev = &sched_principal((const struct thread *)prev)->pub;
	*id = prev ? prev->id : 0;
	return prev ? UK_READ_ONCE(prev->next)
		    : (struct uk_thread *)UK_READ_ONCE(uksched.first);
}

struct uk_thread *uk_thread_next(const struct uk_thread *prev)
{
	unsigned int before, id;
	struct uk_thread *at = behind(prev, &before);

	if (!at || !is_intact(at) || !uk_nofault_try_read(id, &at->id) ||
	    id <= before)
		return __NULL;
	return &sched_actor(thread_of(at))->pub;
}

int uk_threads_are_cut(const struct uk_thread *last)
{
	unsigned int id;

	return behind(last, &id) && !uk_thread_next(last);
}

struct uk_thread *uk_thread_by_id(unsigned int id)
{
	struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)) && t->id != id)
		;
	return t;
}

/* 1 if a thread uses its CPU; with several CPUs none halts on its own. */
static int runs(const struct uk_thread *t)
{
	return on_cpu(t) && (CPUS > 1 || !uksched.cpus[0].idle);
}

const char *uk_thread_state_name(const struct uk_thread *thread)
{
	static const char *const names[] = {
		[UK_THREAD_READY] = "ready",
		[UK_THREAD_SLEEPING] = "sleeping",
		[UK_THREAD_WAITING] = "waiting",
		[UK_THREAD_EXITED] = "exited",
	};
	unsigned int state = thread->state;

	if (sched_is_idle(thread_of((struct uk_thread *)thread)))
		return "idle";
	if (runs(thread) && state == UK_THREAD_READY)
		return "running";
	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

#ifdef CONFIG_HAVE_SMP
int uk_thread_cpu(const struct uk_thread *thread)
{
	return on_cpu(thread) ? (int)thread->cpu : -1;
}
#endif

struct __regs *uk_thread_regs(struct uk_thread *thread)
{
	struct thread *t = thread_of(thread);
	struct ukarch_trap_ctx *trap;
	struct __regs *regs;

	if (on_cpu(thread)) {
		trap = uk_lcpu_trap(thread->cpu);
		return trap ? trap->regs : __NULL;
	}
	if (thread->state == UK_THREAD_EXITED)
		return __NULL;
	if (!t->trap)
		return &t->ctx.regs;
	return uk_nofault_try_read(regs, &t->trap->regs) ? regs : __NULL;
}

void *uk_thread_fpstate(struct uk_thread *thread)
{
	struct thread *t = thread_of(thread);

	if (on_cpu(thread))
		return uk_lcpu_fpstate(thread->cpu);
	return t->fp_saved ? t->fpstate : __NULL;
}

__nsec uk_thread_cpu_time(const struct uk_thread *thread)
{
	const struct thread *t = (const struct thread *)thread;

	if (!runs(thread))
		return thread->cpu_time;
	return thread->cpu_time + (uk_time_monotonic() - t->since);
}

/* Names the stack of a thread for uk_stack_find(). */
static const struct uk_stack *stack_of(__vaddr_t addr)
{
	struct uk_thread *t = __NULL;

	while ((t = uk_thread_next(t)))
		if (addr >= (__vaddr_t)t->stack.guard &&
		    addr < (__vaddr_t)t->stack.top)
			return &t->stack;
	return __NULL;
}

UK_STACK_FINDER(threads, stack_of);
