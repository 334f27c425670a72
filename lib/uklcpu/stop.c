/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * One CPU stops all others. Each stop has a number; a stopped CPU stands in
 * its trap until the number is over. What asked it to stop may come late, when
 * the stop is over already: then it goes on.
 */
#include <uk/arch/fpstate.h>
#include <uk/intctlr.h>
#include "lcpu_internal.h"

#define STOP_NS UK_NSEC_PER_SEC
#define POLLS_MAX 1000000000UL /* where the clock stands */

#define NONE 0U

static unsigned int owner;  /* CPU + 1 that has stopped the others */
static unsigned int number; /* of the stop; 0: before the first */

static struct {
	unsigned int asked;  /* to stop, with this number */
	unsigned int stands; /* in the stop with this number */
	struct ukarch_trap_ctx *trap;
} cpus[CPUS];

/* Vector registers are not in the frame of a trap: a copy, which a debugger may
 * change.
 */
#ifdef CONFIG_UKARCH_FPSTATE
static char
	fpstates[CPUS][UKARCH_FPSTATE_SIZE_MAX] __aligned(UKARCH_FPSTATE_ALIGN);

static void fp_save(unsigned int cpu)
{
	ukarch_fpstate_save(fpstates[cpu]);
}

static void fp_restore(unsigned int cpu)
{
	ukarch_fpstate_restore(fpstates[cpu]);
}

void *uk_lcpu_fpstate(unsigned int cpu)
{
	return uk_lcpu_trap(cpu) ? fpstates[cpu] : __NULL;
}
#else
static void fp_save(unsigned int cpu __unused)
{
}

static void fp_restore(unsigned int cpu __unused)
{
}

void *uk_lcpu_fpstate(unsigned int cpu __unused)
{
	return __NULL;
}
#endif

/* Until that stop is over. */
static void stand(struct ukarch_trap_ctx *ctx, unsigned int stop)
{
	unsigned int cpu = ukplat_lcpu_id();

	cpus[cpu].trap = ctx;
	fp_save(cpu);
	__atomic_store_n(&cpus[cpu].stands, stop, __ATOMIC_RELEASE);
	while (__atomic_load_n(&owner, __ATOMIC_ACQUIRE) != NONE &&
	       __atomic_load_n(&number, __ATOMIC_ACQUIRE) == stop)
		ukarch_cpu_relax();
	__atomic_store_n(&cpus[cpu].stands, 0, __ATOMIC_RELEASE);
	fp_restore(cpu);
}

int lcpu_on_stop(void *arg __unused)
{
	unsigned int cpu = ukplat_lcpu_id();
	unsigned int asked =
		__atomic_exchange_n(&cpus[cpu].asked, 0, __ATOMIC_ACQ_REL);

	if (!asked)
		return UK_INTCTLR_IRQ_NOT_HANDLED;
	/* It may stand already, in the trap that this one interrupted. */
	if (cpus[cpu].stands != asked)
		stand(uk_percpu_read(trap), asked);
	return UK_INTCTLR_IRQ_HANDLED;
}

static void ask_and_wait(unsigned int stop)
{
	unsigned int me = ukplat_lcpu_id();
	__nsec end = ukplat_monotonic_clock() + STOP_NS;
	int irq = uk_intctlr_stop_irq();
	unsigned long polls = 0;

	if (irq < 0)
		irq = uk_intctlr_ipi_irq();
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++) {
		if (i == me || !lcpu_is_online(i))
			continue;
		__atomic_store_n(&cpus[i].asked, stop, __ATOMIC_RELEASE);
		uk_intctlr_ipi(i, (unsigned int)irq);
	}
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		while (i != me && lcpu_is_online(i) &&
		       __atomic_load_n(&cpus[i].stands, __ATOMIC_ACQUIRE) !=
			       stop &&
		       polls++ < POLLS_MAX && ukplat_monotonic_clock() < end)
			ukarch_cpu_relax();
}

enum uk_lcpu_stop uk_lcpu_stop_others(struct ukarch_trap_ctx *ctx)
{
	unsigned int me = ukplat_lcpu_id(), other = NONE;

	if (UK_READ_ONCE(owner) == me + 1)
		return UK_LCPU_NESTED;
	if (!__atomic_compare_exchange_n(&owner, &other, me + 1, 0,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		stand(ctx ? ctx : uk_percpu_read(trap),
		      __atomic_load_n(&number, __ATOMIC_ACQUIRE));
		return UK_LCPU_LATE;
	}
	__atomic_store_n(&number, number + 1 ? number + 1 : 1,
			 __ATOMIC_RELEASE);
	ask_and_wait(number);
	uk_percpu()->alone = 1;
	return UK_LCPU_ALONE;
}

void uk_lcpu_resume_others(void)
{
	if (UK_READ_ONCE(owner) != ukplat_lcpu_id() + 1)
		return;
	uk_percpu()->alone = 0;
	__atomic_store_n(&owner, NONE, __ATOMIC_RELEASE);
}

enum uk_lcpu_state uk_lcpu_state(unsigned int cpu)
{
	if (cpu >= ukplat_lcpu_count() || !lcpu_is_online(cpu))
		return UK_LCPU_OFF;
	return owner != NONE && cpus[cpu].stands == number ? UK_LCPU_STOPPED
							   : UK_LCPU_RUNS;
}

struct ukarch_trap_ctx *uk_lcpu_trap(unsigned int cpu)
{
	return uk_lcpu_state(cpu) == UK_LCPU_STOPPED ? cpus[cpu].trap : __NULL;
}
