/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * ukplat_lcpu_start(), _wakeup(), _halt(): with parameter smp.own CPU 1 runs
 * code of the application's from its start on, on a stack of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <uk/arch/lcpu.h>
#include <uk/init.h>
#include <uk/param.h>
#include <uk/plat/lcpu.h>
#include <uk/stack.h>
#include <uk/time.h>
#include "scenes.h"

#define MS 1000000UL

static _Bool own;
UK_PARAM(smp, own, &own, bool, "CPU 1 runs the application's code");

UK_STACK_DEFINE(smp_own_stack, "own", 16384UL);
static volatile unsigned int woken;
static volatile int on_own_stack, halts;
static int started;

static void count_wakes(void)
{
	char here;

	on_own_stack = &here >= smp_own_stack &&
		       &here < smp_own_stack + sizeof(smp_own_stack);
	for (;; woken++)
		ukarch_halt_irq();
}

static int start_one(struct uk_init_ctx *ctx)
{
	__lcpuid id = 1, none = CPUS;
	unsigned int num = 1, no = 1;
	void *sp = smp_own_stack + sizeof(smp_own_stack);
	ukplat_lcpu_entry_t entry = count_wakes;

	(void)ctx;
	if (!own)
		return 0;
	started = ukplat_lcpu_start(&none, &no, NULL, NULL, 0) == -EINVAL &&
		  ukplat_lcpu_start(&id, NULL, NULL, NULL, 0) == -EINVAL &&
		  !ukplat_lcpu_start(&id, &num, &sp, &entry, 0) && num == 1;
	return 0;
}

/* Before the boot starts the others. */
uk_plat_initcall_prio(start_one, 0, 5);

static void halt(struct __regs *regs, void *user)
{
	(void)regs;
	(void)user;
	halts = 1;
	ukplat_lcpu_halt();
}

/* The bound is for a host that runs the CPU late. */
static int becomes(const volatile int *flag)
{
	__nsec end = uk_time_monotonic() + 10000 * MS;

	while (!*flag && uk_time_monotonic() < end)
		ukarch_cpu_relax();
	return *flag;
}

int scene_start(void)
{
	struct ukplat_lcpu_func fn = { halt, NULL };
	__lcpuid one = 1, two = 2, none = CPUS;
	unsigned int num = 1, before;
	__nsec end;
	int full = 0;

	if (!started || !becomes(&on_own_stack))
		return 1;
	/* The one that is meant wakes, each time; no other does. */
	for (int i = 0; i < 20; i++) {
		before = woken;
		if (ukplat_lcpu_wakeup(i & 1 ? &one : &two, &num))
			return 2;
		end = uk_time_monotonic() + (i & 1 ? 10000 : 2) * MS;
		while (woken == before && uk_time_monotonic() < end)
			ukarch_cpu_relax();
		if ((woken == before) == (i & 1))
			return 3;
	}
	if (ukplat_lcpu_wakeup(&none, &num) != -EINVAL)
		return 4;
	/* A CPU that halts takes nothing more. */
	if (ukplat_lcpu_run(&two, &num, &fn, 0) || !becomes(&halts) ||
	    ukplat_lcpu_wait(&two, &num, 10 * MS) != -ETIMEDOUT)
		return 5;
	while (full < 100 &&
	       !ukplat_lcpu_run(&two, &num, &fn, UKPLAT_LCPU_RFLG_DONOTBLOCK))
		full++;
	if (full == 100)
		return 6;
	printf("woken %u times, room for %d\n", woken, full);
	return 0;
}
