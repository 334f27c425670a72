/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Several CPUs. Each has a queue, and an idle thread, which is what runs on it
 * from its start on; CPU 0, where main runs, has one with a stack of its own.
 *
 * A thread that becomes ready joins the queue of its last CPU if that is
 * vacant, else of a CPU that is, which an interrupt wakes; if none is, that of
 * its last CPU, a new one the shortest. A CPU whose queue is empty takes a
 * thread of the longest of the others before it idles. So no CPU idles while a
 * thread waits that may run there.
 *
 * Other CPUs take threads from when main's turn has come: what the boot does
 * before is done as if there was one.
 */
#include <uk/alloc.h>
#include <uk/arch/tls.h>
#include <uk/init.h>
#include <uk/intctlr.h>
#include <uk/lcpu.h>
#include <uk/snprintf.h>
#include <uk/tls.h>
#include "sched_internal.h"

#define STACK_SIZE 16384UL

/* How often an idle CPU looks at its queue before it halts: some microseconds,
 * less than an interrupt takes.
 */
#define LOOKS 64U

UK_STACK_DEFINE(idle_stack, "idle 0", STACK_SIZE);

struct thread sched_idle_threads[CPUS];

static __u64 waiting; /* CPUs that will take threads */
static int open;      /* they do */

static __u64 bit(unsigned int cpu)
{
	return cpu < 64 ? 1UL << cpu : 0;
}

static void wake(unsigned int cpu)
{
	uk_intctlr_ipi(cpu, (unsigned int)uk_intctlr_ipi_irq());
}

void sched_vacant(unsigned int cpu, int vacant)
{
	if (vacant)
		uksched.vacant |= bit(cpu) & uksched.online;
	else
		uksched.vacant &= ~bit(cpu);
}

/* --- which CPU ------------------------------------------------------------*/

static unsigned int shortest_queue(__u64 cpus)
{
	unsigned int best = CPUS;

	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		if ((cpus & bit(cpu)) &&
		    (best == CPUS ||
		     uksched.cpus[cpu].queued < uksched.cpus[best].queued))
			best = cpu;
	return best;
}

unsigned int sched_place(const struct thread *t)
{
	unsigned int cpu = t->pub.cpu;
	__u64 may = t->affinity & uksched.online;
	__u64 vacant = may & uksched.vacant;

	if (unlikely(uk_percpu_read(alone)))
		return ukplat_lcpu_id();
	if (vacant)
		return vacant & bit(cpu) ? cpu
					 : (unsigned int)__builtin_ctzl(vacant);
	return (may & bit(cpu)) && t->pub.switches ? cpu : shortest_queue(may);
}

void sched_joined(unsigned int cpu, int was_empty)
{
	struct sched_cpu *c = &uksched.cpus[cpu];

	c->queued++;
	uksched.queued++;
	sched_vacant(cpu, 0);
	if (cpu == ukplat_lcpu_id()) {
		if (!c->idle)
			sched_slice_start();
	} else if (c->idle) {
		/* it looks at its queue once more after it said so */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (!UK_READ_ONCE(c->looks))
			wake(cpu);
	} else if (was_empty) {
#ifdef CONFIG_LIBUKSCHED_PREEMPT
		sched_slice_look(cpu);
		wake(cpu);
#endif
	}
}

/* The first in a queue that may run here, and the one before it. */
static struct thread *first_for(unsigned int me, const struct sched_cpu *c,
				struct thread **before)
{
	struct thread *t = c->ready_first;

	*before = __NULL;
	while (t && (!(t->affinity & bit(me)) || !sched_may_run(t))) {
		*before = t;
		t = t->ready_next;
	}
	return t;
}

struct thread *sched_none_ready(struct sched_cpu *c __unused,
				struct thread *from __unused)
{
	unsigned int me = ukplat_lcpu_id(), best = CPUS;
	struct thread *before;

	for (unsigned int cpu = 0; uksched.queued && cpu < CPUS; cpu++)
		if (uksched.cpus[cpu].queued && (uksched.online & bit(me)) &&
		    first_for(me, &uksched.cpus[cpu], &before) &&
		    (best == CPUS ||
		     uksched.cpus[cpu].queued > uksched.cpus[best].queued))
			best = cpu;
	if (best != CPUS && !uk_percpu_read(alone)) {
		(void)first_for(me, &uksched.cpus[best], &before);
		return sched_take(&uksched.cpus[best], before);
	}
	return &sched_idle_threads[me];
}

void sched_only_changed(void)
{
	const struct thread *only = uksched.only;

	for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
		if (!(uksched.online & bit(cpu)))
			continue;
		if (only && uk_percpus[cpu].thread != &only->pub)
			sched_slice_end(cpu);
		if (cpu != ukplat_lcpu_id())
			wake(cpu);
	}
}

/* --- idle threads ---------------------------------------------------------*/

/* Until a thread is in the queue, or an interrupt came. */
static void look_and_halt(struct sched_cpu *c)
{
	UK_WRITE_ONCE(c->looks, 1);
	for (unsigned int i = 0; i < LOOKS && !sched_has_next(c); i++)
		ukarch_cpu_relax();
	__atomic_store_n(&c->looks, 0, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	/* what comes from here on ends the halt by an interrupt */
	if (!sched_has_next(c))
		ukarch_halt_irq();
}

/* Irq-off, for ever; sched_lock is not held. The lock is left alone by a CPU
 * that was woken for something else.
 */
static void __noreturn idle(void)
{
	struct sched_cpu *c = this_cpu();

	for (;;) {
		if (UK_READ_ONCE(uksched.queued)) {
			uk_spin_lock(&sched_lock);
			sched_switch();
			uk_spin_unlock(&sched_lock);
		}
		if (unlikely(sched_all_idle())) {
			uk_spin_lock(&sched_lock);
			if (sched_all_idle())
				sched_hang_check();
			uk_spin_unlock(&sched_lock);
		}
		look_and_halt(c);
	}
}

static void idle_start(void *arg __unused)
{
	uk_spin_unlock(&sched_lock);
	idle();
}

/* The calling CPU's; `stack` is a place on its stack. */
static int idle_init(__vaddr_t stack)
{
	unsigned int cpu = ukplat_lcpu_id();
	struct thread *t = &sched_idle_threads[cpu];
	const struct uk_stack *found = uk_stack_find(stack);
	int rc;

	if (found)
		t->pub.stack = *found;
	uk_snprintf(t->name, sizeof(t->name), "idle %u", cpu);
	t->pub.name = t->pub.stack.name = t->name;
	t->magic = THREAD_MAGIC;
	t->pub.cpu = cpu;
	t->affinity = bit(cpu);
	t->detached = 1;
	t->since = uksched.cpus[cpu].started = uk_time_monotonic();
	uk_spin_lock(&sched_lock);
	rc = sched_list_add(t);
	uk_spin_unlock(&sched_lock);
	return rc;
}

static void start_here(void)
{
	uk_spin_lock(&sched_lock);
	waiting |= bit(ukplat_lcpu_id());
	if (open)
		uksched.online |= waiting;
	sched_vacant(ukplat_lcpu_id(), 1);
	uk_spin_unlock(&sched_lock);
	idle();
}

static int first_init(struct uk_init_ctx *ctx __unused)
{
	const char *top = idle_stack + sizeof(idle_stack);

	uk_lcpu_idle = start_here;
	uk_lcpu_stop_behind = &sched_lock;
	ukarch_ctx_init(&sched_idle_threads[0].ctx, (__uptr)top,
			(__uptr)idle_start, 0);
	return idle_init((__vaddr_t)top - 1);
}

/* Behind main. */
uk_early_initcall_prio(first_init, 0, 2);

/* What runs on a CPU that has started is its idle thread. */
static int other_init(void *data __unused)
{
	char here = 0;

	(void)idle_init((__vaddr_t)&here);
	ukarch_tls_pointer_set(0);
	uksched.cpus[ukplat_lcpu_id()].idle = 1;
	uk_percpu()->thread = &sched_idle_threads[ukplat_lcpu_id()].pub;
	return UK_EVENT_HANDLED_CONT;
}

UK_EVENT_HANDLER_PRIO(UK_EVENT_LCPU_INIT, other_init, 5);

/* Handlers on an idle CPU find thread-local variables as on any thread, from
 * when the idle thread comes in next.
 */
static int give_variables(struct thread *t)
{
	__sz size = uk_tls_size();
	void *area;

	if (!size || !t->pub.id)
		return 0;
	area = uk_memalign(uk_alloc_get_default(), uk_tls_align(), size);
	if (!area)
		return -ENOMEM;
	t->pub.tls = uk_tls_init(area);
	return 0;
}

static int open_all(struct uk_init_ctx *ctx __unused)
{
	unsigned long flags;
	int rc = 0;

	for (unsigned int cpu = 0; cpu < CPUS && !rc; cpu++)
		rc = give_variables(&sched_idle_threads[cpu]);
	uk_spin_lock_irqsave(&sched_lock, flags);
	open = 1;
	uksched.online |= waiting;
	uksched.vacant |= waiting; /* they idle */
	sched_only_changed();
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}

/* Before main and the tests. */
uk_main_initcall_prio(open_all, 0, 0);

__nsec uk_sched_idle_time(void)
{
	__nsec sum = 0;

	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		if (sched_idle_threads[cpu].pub.id)
			sum += uk_thread_cpu_time(&sched_idle_threads[cpu].pub);
	return sum;
}
