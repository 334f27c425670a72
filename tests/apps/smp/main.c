/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Several CPUs. Each argument is the name of a scene; `again` as the last one
 * repeats them until one fails or a debugger ends the guest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/crash.h>
#include <uk/lcpu.h>
#include <uk/spinlock.h>
#include <uk/time.h>
#include "scenes.h"

static volatile unsigned int ran[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static void mark(struct __regs *regs, void *user)
{
	(void)regs;
	ran[ukplat_lcpu_id()] += (unsigned int)(unsigned long)user;
}

/* Every CPU runs what it is given. */
static int scene_run(void)
{
	struct ukplat_lcpu_func fn = { mark, (void *)3 };

	for (int i = 0; i < 100; i++)
		if (ukplat_lcpu_run(NULL, NULL, &fn, 0))
			return 1;
	if (ukplat_lcpu_wait(NULL, NULL, 0))
		return 2;
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		printf("cpu %u: %u\n", i, ran[i]);
	return 0;
}

static struct uk_spinlock lock = UK_SPINLOCK_INITIALIZER();
static unsigned long counter;

static void add(struct __regs *regs, void *user)
{
	(void)regs;
	for (unsigned long i = 0; i < (unsigned long)user; i++) {
		uk_spin_lock(&lock);
		counter++;
		uk_spin_unlock(&lock);
	}
}

/* No addition is lost. */
static int scene_lock(void)
{
	struct ukplat_lcpu_func fn = { add, (void *)20000 };

	if (ukplat_lcpu_run(NULL, NULL, &fn, 0) ||
	    ukplat_lcpu_wait(NULL, NULL, 0))
		return 1;
	printf("counter %lu\n", counter);
	return 0;
}

static volatile int stuck;

static void spin(struct __regs *regs, void *user)
{
	(void)regs;
	(void)user;
	__atomic_add_fetch(&stuck, 1, __ATOMIC_RELAXED);
	for (;;)
		ukarch_cpu_relax();
}

static void have_others_spin(void)
{
	struct ukplat_lcpu_func fn = { spin, NULL };

	ukplat_lcpu_run(NULL, NULL, &fn, 0);
	while (stuck < (int)ukplat_lcpu_count() - 1)
		ukarch_cpu_relax();
}

/* All others loop with interrupts off, and this one crashes. */
static int __attribute__((noinline)) scene_crash(void)
{
	have_others_spin();
	UK_CRASH("ended by CPU 0");
	return 0;
}

/* The same, when a test has seen that they do. */
static int scene_crash_late(void)
{
	__nsec end;

	have_others_spin();
	printf("they spin\n");
	end = uk_time_monotonic() + UK_NSEC_PER_SEC / 2;
	while (uk_time_monotonic() < end)
		ukarch_cpu_relax();
	UK_CRASH("ended by CPU 0");
	return 0;
}

static volatile unsigned int arrived;

/* All come, then all crash at once: none is stopped before it did. */
static void crash_together(struct __regs *regs, void *user)
{
	(void)regs;
	(void)user;
	uk_lcpu_stop_defer();
	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	while (arrived < ukplat_lcpu_count())
		ukarch_cpu_relax();
	UK_CRASH("all at once");
}

static int scene_crash_together(void)
{
	struct ukplat_lcpu_func fn = { crash_together, NULL };

	ukplat_lcpu_run(NULL, NULL, &fn, 0);
	ukarch_irq_disable();
	crash_together(NULL, NULL);
	return 0;
}

/* For a debugger: every CPU goes round a loop of its own. */
volatile unsigned long smp_rounds[CONFIG_UKPLAT_LCPU_MAXCOUNT];
volatile int smp_goal; /* rounds after which they end; 0: never */

void smp_round(unsigned int cpu);
void __attribute__((noinline)) smp_round(unsigned int cpu)
{
	smp_rounds[cpu]++;
}

static void rounds(struct __regs *regs, void *user)
{
	unsigned int cpu = ukplat_lcpu_id();

	(void)regs;
	(void)user;
	while (!smp_goal || smp_rounds[cpu] < (unsigned long)smp_goal)
		smp_round(cpu);
}

static int scene_rounds(void)
{
	struct ukplat_lcpu_func fn = { rounds, NULL };
	unsigned long sum = 0;

	printf("they go round\n");
	ukplat_lcpu_run(NULL, NULL, &fn, 0);
	ukarch_irq_disable();
	rounds(NULL, NULL);
	ukarch_irq_enable();
	if (ukplat_lcpu_wait(NULL, NULL, 0))
		return 1;
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		sum += smp_rounds[i];
	printf("rounds %lu\n", sum);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
} scenes[] = {
	{ "run", scene_run },
	{ "lock", scene_lock },
	{ "crash", scene_crash },
	{ "timers", scene_timers },
	{ "heap", scene_heap },
	{ "log", scene_log },
	{ "tlb", scene_tlb },
	{ "order", scene_order },
	{ "start", scene_start },
	{ "stand", scene_stand },
	{ "rounds", scene_rounds },
	{ "crash_together", scene_crash_together },
	{ "crash_late", scene_crash_late },
};

static int run_scene(const char *name)
{
	for (unsigned int s = 0; s < ARRAY_SIZE(scenes); s++)
		if (!strcmp(name, scenes[s].name))
			return scenes[s].run();
	printf("there is no scene %s\n", name);
	return 63;
}

volatile int enough; /* for a debugger */

int main(int argc, char **argv)
{
	int again = argc > 1 && !strcmp(argv[argc - 1], "again");
	int rc = 0;

	do {
		for (int i = 1; i < argc - again && !rc; i++)
			rc = run_scene(argv[i]);
	} while (again && !rc && !enough);
	return rc;
}
