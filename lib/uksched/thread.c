/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Creation and end of threads. The data of one is one block of the heap:
 *
 *	guard page | stack | struct thread, vector state, areas, variables
 *
 * A thread cannot free the stack that it stands on. Its joiner does; one that
 * is detached is freed when the next one is made, or joined.
 */
#include <string.h>
#include <uk/alloc.h>
#include <uk/arch/fpstate.h>
#include <uk/arch/lcpu.h>
#include <uk/assert.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/plat/paging.h>
#include <uk/print.h>
#include <uk/thread_area.h>
#include <uk/tls.h>
#include <uk/trace.h>
#include "sched_internal.h"

#define STACK_MIN 8192UL
#define STACK_MAX (1UL << 40)

static __sz stack_default = CONFIG_LIBUKSCHED_STACK_KB * 1024UL;
UK_PARAM(sched, stack, &stack_default, size, "bytes of a thread's stack");

static int stack_check(struct uk_init_ctx *ctx __unused)
{
	if (stack_default >= STACK_MIN && stack_default <= STACK_MAX)
		return 0;
	uk_pr_err("sched.stack=%lu: give %lu bytes at least, and %lu at most\n",
		  stack_default, STACK_MIN, STACK_MAX);
	return -ECANCELED;
}

/* Behind the parameters. */
uk_early_initcall_prio(stack_check, 0, 2);

/* Where the parts of a block are, in bytes from its start. */
struct layout {
	__sz thread, fpstate, areas, tls, size;
};

static __sz areas_size(void)
{
	__sz size = 0;

	uk_table_foreach (thread_area, a)
		size += ALIGN_UP(a->size, 16UL);
	return size;
}

static __sz fpstate_size(void)
{
#ifdef CONFIG_LIBUKSCHED_PREEMPT
	return ukarch_fpstate_size();
#else
	return 0;
#endif
}

static void lay_out(struct layout *l, __sz stack)
{
	l->thread = __PAGE_SIZE + stack;
	l->fpstate = ALIGN_UP(l->thread + sizeof(struct thread),
			      (__sz)UKARCH_FPSTATE_ALIGN);
	l->areas = ALIGN_UP(l->fpstate + fpstate_size(), 16UL);
	l->tls = ALIGN_UP(l->areas + areas_size(), uk_tls_align());
	l->size = l->tls + uk_tls_size();
}

static int guard(const void *block, unsigned long attr)
{
	return ukplat_page_set_attr(ukplat_pt_get_active(), (__vaddr_t)block, 1,
				    attr, 0);
}

/* Calls init of all areas, or fini of those before `end`. */
static int areas_init(struct thread *t)
{
	char *area = t->pub.areas;
	int rc = 0;

	uk_table_foreach (thread_area, a) {
		if (!rc)
			rc = a->init(area);
		area += ALIGN_UP(a->size, 16UL);
	}
	return rc;
}

static void areas_fini(struct thread *t)
{
	char *area = t->pub.areas;

	uk_table_foreach (thread_area, a) {
		a->fini(area);
		area += ALIGN_UP(a->size, 16UL);
	}
}

/* What a terminal obeys, or ends a line of the log. */
static int is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

void uk_thread_set_name(struct uk_thread *thread, const char *name)
{
	struct thread *t = thread_of(thread);
	__sz i = 0;

	for (; i < sizeof(t->name) - 1 && name[i]; i++)
		t->name[i] = is_control(name[i]) ? '?' : name[i];
	t->name[i] = '\0';
	thread->name = thread->stack.name = t->name;
}

/* The first thing that a thread does. */
static void thread_start(struct thread *t)
{
	uk_spin_unlock(&sched_lock);
	ukarch_irq_enable();
	uk_thread_exit(t->func(t->arg));
}

static struct thread *block_init(char *block, const struct layout *l)
{
	struct thread *t = (struct thread *)(block + l->thread);

	memset(t, 0, l->tls - l->thread);
#ifdef CONFIG_LIBUKSCHED_STACK_USE
	memset(block + __PAGE_SIZE, 0, l->thread - __PAGE_SIZE);
#endif
	t->magic = THREAD_MAGIC;
	t->block = block;
	t->pub.stack.guard = block;
	t->pub.stack.base = block + __PAGE_SIZE;
	t->pub.stack.top = block + l->thread;
	if (fpstate_size())
		t->fpstate = block + l->fpstate;
	t->pub.areas = block + l->areas;
	t->pub.tls = uk_tls_init(block + l->tls);
	ukarch_ctx_init(&t->ctx, (__uptr)t->pub.stack.top, (__uptr)thread_start,
			(__uptr)t);
	return t;
}

#ifdef CONFIG_HAVE_SMP
static int affinity_init(struct thread *t, __u64 cpus)
{
	t->pub.cpu = ukplat_lcpu_id();
	t->affinity = cpus ? sched_affinity(cpus) : current()->affinity;
	return t->affinity ? 0 : -EINVAL;
}
#else
static int affinity_init(struct thread *t __unused, __u64 cpus)
{
	return !cpus || (cpus & 1) ? 0 : -EINVAL;
}
#endif

static void thread_free(struct thread *t)
{
	char *block = t->block;

	areas_fini(t);
	t->magic = 0; /* a mutex may still hold it as its owner */
	guard(block, PAGE_ATTR_PROT_RW);
	uk_free(uk_alloc_get_default(), block);
}

/* Frees the detached threads that exited, but for the one that idles on its
 * own stack.
 */
static void reap(void)
{
	struct uk_thread *next, *pub = &uksched.first->pub;
	unsigned long flags;

	uk_spin_lock_irqsave(&sched_lock, flags);
	for (; pub && uksched.abandoned; pub = next) {
		struct thread *t = thread_of(pub);

		next = pub->next;
		if (pub->state != UK_THREAD_EXITED || !t->detached ||
		    t == current() || !t->block)
			continue;
		sched_list_remove(t);
		uksched.abandoned--;
		uk_spin_unlock_irqrestore(&sched_lock, flags);
		thread_free(t);
		uk_spin_lock_irqsave(&sched_lock, flags);
		next = &uksched.first->pub;
	}
	uk_spin_unlock_irqrestore(&sched_lock, flags);
}

UK_TRACEPOINT_FIELDS(trace_thread_create, "%u %s", __u32, which, const char *,
		     name);
UK_TRACEPOINT_FIELDS(trace_thread_exit, "%u", __u32, which);

int uk_thread_create_attr(struct uk_thread **thread,
			  const struct uk_thread_attr *attr,
			  uk_thread_func_t func, void *arg)
{
	__sz stack = attr->stack ? attr->stack : stack_default;
	unsigned long flags;
	struct layout l;
	struct thread *t;
	char *block;
	int rc;

	if (stack < STACK_MIN || stack > STACK_MAX)
		return -EINVAL;
	reap();
	lay_out(&l, ALIGN_UP(stack, __PAGE_SIZE));
	block = uk_memalign(uk_alloc_get_default(), __PAGE_SIZE, l.size);
	if (!block)
		return -ENOMEM;
	t = block_init(block, &l);
	uk_thread_set_name(&t->pub, attr->name ? attr->name : "thread");
	t->func = func;
	t->arg = arg;
	t->detached = attr->detached;
	rc = areas_init(t);
	if (!rc)
		rc = guard(block, PAGE_ATTR_PROT_NONE);
	if (rc)
		goto fail;

	uk_spin_lock_irqsave(&sched_lock, flags);
	rc = affinity_init(t, attr->affinity);
	if (!rc)
		rc = sched_list_add(t);
	if (!rc) {
		uksched.alive++;
		trace_thread_create(t->pub.id, t->pub.name);
		sched_ready(t);
		if (thread)
			*thread = &t->pub;
	}
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	if (!rc)
		return 0;
fail:
	thread_free(t);
	return rc;
}

struct uk_thread *uk_thread_create(const char *name, uk_thread_func_t func,
				   void *arg)
{
	struct uk_thread_attr attr = { .name = name };
	struct uk_thread *thread;

	return uk_thread_create_attr(&thread, &attr, func, arg) ? __NULL
								: thread;
}

/* A C library has more to do. */
void __weak uk_sched_last_exits(void)
{
	uk_exit(0);
}

UK_EVENT(UK_EVENT_SCHED_ONLY_EXITS);

void uk_thread_exit(void *result)
{
	struct thread *t = current();
	unsigned long flags;

	UK_ASSERT(!sched_principal(t));
	uk_spin_lock_irqsave(&sched_lock, flags);
	if (uksched.alive == 1) {
		uk_spin_unlock_irqrestore(&sched_lock, flags);
		uk_sched_last_exits();
	}
	t->result = result;
	trace_thread_exit(t->pub.id);
	t->pub.state = UK_THREAD_EXITED;
	uksched.alive--;
	uksched.abandoned += t->detached;
	while (sched_wake_one(&t->joiners))
		;
	if (unlikely(uksched.only == t))
		uk_raise_event(UK_EVENT_SCHED_ONLY_EXITS, __NULL);
	/* Its stack is free once the next thread releases the lock. */
	sched_switch();
	UK_CRASH("a thread that exited runs");
}

int uk_thread_join(struct uk_thread *thread, void **result)
{
	struct thread *t = thread_of(thread);
	unsigned long flags;

	if (t == current())
		return -EDEADLK;
	uk_spin_lock_irqsave(&sched_lock, flags);
	if (t->detached || t->joined) {
		uk_spin_unlock_irqrestore(&sched_lock, flags);
		return -EINVAL;
	}
	t->joined = 1;
	while (t->pub.state != UK_THREAD_EXITED)
		sched_block(&t->joiners, UK_TIME_NEVER, UK_WAIT_JOIN, t);
	if (result)
		*result = t->result;
	if (t->block)
		sched_list_remove(t);
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	if (t->block) /* main's memory is not the heap's */
		thread_free(t);
	reap();
	return 0;
}

int uk_thread_detach(struct uk_thread *thread)
{
	struct thread *t = thread_of(thread);
	unsigned long flags;
	int rc;

	uk_spin_lock_irqsave(&sched_lock, flags);
	rc = t->detached || t->joined ? -EINVAL : 0;
	if (!rc) {
		t->detached = 1;
		uksched.abandoned += t->pub.state == UK_THREAD_EXITED;
	}
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}
