/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which CPUs a thread may run on.
 */
#include "sched_internal.h"

#ifdef CONFIG_HAVE_SMP
/* Takes a ready thread out of the queue that it is in. */
static int take_out(struct thread *t)
{
	for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
		struct sched_cpu *c = &uksched.cpus[cpu];
		struct thread *before = __NULL, *at = c->ready_first;

		while (at && at != t) {
			before = at;
			at = at->ready_next;
		}
		if (at) {
			(void)sched_take(c, before);
			return 1;
		}
	}
	return 0;
}

/* Under sched_lock. */
static void move(struct thread *t)
{
	if (t == current() && !sched_may_stay(t)) {
		sched_ready(t);
		sched_switch();
	} else if (on_cpu(&t->pub)) {
		if (!(t->affinity >> t->pub.cpu & 1)) {
			sched_slice_end(t->pub.cpu);
			(void)ukplat_lcpu_wakeup(&t->pub.cpu,
						 &(unsigned int){ 1 });
		}
	} else if (t->pub.state == UK_THREAD_READY && take_out(t)) {
		sched_ready(t);
	}
}

int uk_thread_set_affinity(struct uk_thread *thread, __u64 cpus)
{
	struct thread *t = thread_of(thread);
	unsigned long flags;
	int rc = -EINVAL;

	uk_spin_lock_irqsave(&sched_lock, flags);
	if (sched_affinity(cpus) && !sched_is_idle(t)) {
		t->affinity = cpus;
		move(t);
		rc = 0;
	}
	uk_spin_unlock_irqrestore(&sched_lock, flags);
	return rc;
}

__u64 uk_sched_cpus(void)
{
	return UK_READ_ONCE(uksched.online);
}

__u64 uk_thread_get_affinity(const struct uk_thread *thread)
{
	const struct thread *t = (const struct thread *)thread;

	return UK_READ_ONCE(t->affinity) & uk_sched_cpus();
}
#else
int uk_thread_set_affinity(struct uk_thread *thread __unused, __u64 cpus)
{
	return cpus & 1 ? 0 : -EINVAL;
}

__u64 uk_sched_cpus(void)
{
	return 1;
}

__u64 uk_thread_get_affinity(const struct uk_thread *thread __unused)
{
	return 1;
}
#endif
