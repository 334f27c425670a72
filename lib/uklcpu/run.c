/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Functions on other CPUs: a ring for each, which its interrupt empties.
 */
#include <errno.h>
#include <uk/intctlr.h>
#include <uk/spinlock.h>
#include "lcpu_internal.h"

#define RING 16U

static struct ring {
	struct uk_spinlock lock;
	unsigned int head, tail; /* the next to run; the next that is free */
	unsigned int done;	 /* how many have returned */
	struct ukplat_lcpu_func funcs[RING];
} rings[CPUS];

static int put(struct ring *r, const struct ukplat_lcpu_func *fn)
{
	unsigned long flags;
	int room;

	uk_spin_lock_irqsave(&r->lock, flags);
	room = r->tail - r->head < RING;
	if (room) {
		r->funcs[r->tail % RING] = *fn;
		UK_WRITE_ONCE(r->tail, r->tail + 1);
	}
	uk_spin_unlock_irqrestore(&r->lock, flags);
	return room;
}

static int take(struct ring *r, struct ukplat_lcpu_func *fn)
{
	unsigned long flags;
	int any;

	if (UK_READ_ONCE(r->head) == UK_READ_ONCE(r->tail))
		return 0;
	uk_spin_lock_irqsave(&r->lock, flags);
	any = r->head != r->tail;
	if (any)
		*fn = r->funcs[r->head++ % RING];
	uk_spin_unlock_irqrestore(&r->lock, flags);
	return any;
}

static int on_ipi(void *arg __unused)
{
	struct ring *r = &rings[ukplat_lcpu_id()];
	struct ukplat_lcpu_func fn;

	(void)lcpu_stop_asked(); /* where there is no other line */
	while (take(r, &fn)) {
		fn.fn(uk_percpu_read(trap)->regs, fn.user);
		__atomic_store_n(&r->done, r->done + 1, __ATOMIC_RELEASE);
	}
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(on_ipi);

static void interrupt(unsigned int cpu)
{
	uk_intctlr_ipi(cpu, (unsigned int)uk_intctlr_ipi_irq());
}

int ukplat_lcpu_run(const __lcpuid ids[], unsigned int *num,
		    const struct ukplat_lcpu_func *fn, unsigned long flags)
{
	int rc = lcpu_check(ids, num);
	unsigned int i, cpu;

	if (rc)
		return rc;
	lcpu_foreach(cpu, ids, num, i)
	{
		if (!lcpu_is_online(cpu))
			continue;
		while (!put(&rings[cpu], fn)) {
			if (flags & UKPLAT_LCPU_RFLG_DONOTBLOCK) {
				if (num)
					*num = i;
				return -EAGAIN;
			}
			ukarch_cpu_relax();
		}
		interrupt(cpu);
	}
	return 0;
}

int ukplat_lcpu_wait(const __lcpuid ids[], unsigned int *num, __nsec timeout)
{
	__nsec end = ukplat_monotonic_clock() + timeout;
	int rc = lcpu_check(ids, num);
	unsigned int i, cpu;

	if (rc)
		return rc;
	lcpu_foreach(cpu, ids, num, i)
	{
		struct ring *r = &rings[cpu];

		while (__atomic_load_n(&r->done, __ATOMIC_ACQUIRE) !=
		       UK_READ_ONCE(r->tail)) {
			if (timeout && ukplat_monotonic_clock() >= end)
				return -ETIMEDOUT;
			ukarch_cpu_relax();
		}
	}
	return 0;
}

int uk_lcpu_has_work(void)
{
	for (struct ring *r = rings; r < rings + CPUS; r++)
		if (__atomic_load_n(&r->done, __ATOMIC_ACQUIRE) !=
		    UK_READ_ONCE(r->tail))
			return 1;
	return 0;
}

int ukplat_lcpu_wakeup(const __lcpuid ids[], unsigned int *num)
{
	int rc = lcpu_check(ids, num);
	unsigned int i, cpu;

	if (rc)
		return rc;
	lcpu_foreach(cpu, ids, num, i) if (lcpu_is_online(cpu)) interrupt(cpu);
	return 0;
}

/* On the CPU that boots the lines get their handlers; on others they are
 * unmasked, as each has its own.
 */
void lcpu_listen(void)
{
	int irq = uk_intctlr_ipi_irq(), stop = uk_intctlr_stop_irq();

	if (irq < 0)
		return;
	if (!ukplat_lcpu_id()) {
		(void)uk_intctlr_irq_register((unsigned int)irq, on_ipi,
					      __NULL);
		if (stop >= 0)
			(void)uk_intctlr_irq_register((unsigned int)stop,
						      lcpu_on_nmi, __NULL);
		return;
	}
	uk_intctlr_irq_unmask((unsigned int)irq);
	if (stop >= 0)
		uk_intctlr_irq_unmask((unsigned int)stop);
}
