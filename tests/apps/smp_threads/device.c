/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Devices. Threads write to a virtio port; who stops their CPUs at any instant
 * can write to it, too, as a debugger does. And a line interrupts the CPU that
 * it is given.
 */
#include <uk/arch/lcpu.h>
#include <uk/console.h>
#include <uk/intctlr.h>
#include <uk/lcpu.h>
#include <stdio.h>
#include "scenes.h"

#define ROUNDS 40
#define WRITERS 3

static struct uk_console *con;
static int stop;
static unsigned int rounds;
static unsigned long mistakes, writes[WRITERS];

static void *writer(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
		if (uk_console_out(con, "x", 1) >= 0)
			__atomic_add_fetch((unsigned long *)arg, 1,
					   __ATOMIC_RELAXED);
	return NULL;
}

/* On a busy host one may not stop in time. */
static int all_stopped(void)
{
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (i != ukplat_lcpu_id() &&
		    uk_lcpu_state(i) != UK_LCPU_STOPPED)
			return 0;
	return 1;
}

static void write_alone(void)
{
	unsigned long flags = ukarch_irq_save();
	enum uk_lcpu_stop stopped;
	int all;

	do
		stopped = uk_lcpu_stop_others(NULL);
	while (stopped == UK_LCPU_LATE);
	all = all_stopped();
	rounds += (unsigned int)all;
	mistakes += uk_console_out(con, "y", 1) != 1 && all;
	uk_lcpu_resume_others();
	ukarch_irq_restore(flags);
}

int scene_device(void)
{
	struct uk_thread *t[WRITERS];

	con = uk_console_by_name("vport1");
	if (!con)
		return 1000;
	for (unsigned int i = 0; i < WRITERS; i++)
		t[i] = uk_thread_create("writer", writer, &writes[i]);
	for (unsigned int i = 0; i < WRITERS; i++)
		while (!__atomic_load_n(&writes[i], __ATOMIC_RELAXED))
			uk_sched_yield();
	for (unsigned int i = 0; i < ROUNDS; i++)
		write_alone();
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < WRITERS; i++)
		uk_thread_join(t[i], NULL);
	return (int)mistakes + (rounds < ROUNDS / 2);
}

static unsigned int taken[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static int takes(void *arg)
{
	__atomic_add_fetch(&taken[uk_percpu_id()], 1, __ATOMIC_RELEASE);
	return UK_INTCTLR_IRQ_NOT_HANDLED;
}

/* The test writes an empty line to stdin for each that it reads. */
static int interrupts(unsigned int line, unsigned int cpu)
{
	__nsec end = uk_time_monotonic() + BOUND;
	char text[8];

	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		taken[i] = 0;
	if (uk_intctlr_irq_set_cpu(line, cpu))
		return 100;
	printf("interrupt cpu %u\n", cpu);
	if (!fgets(text, sizeof(text), stdin))
		return 10;
	while (!__atomic_load_n(&taken[cpu], __ATOMIC_ACQUIRE) &&
	       uk_time_monotonic() < end)
		uk_sched_yield();
	for (unsigned int i = 0; i < ukplat_lcpu_count(); i++)
		if (!taken[i] != (i != cpu))
			return 1;
	return 0;
}

int scene_interrupts(void)
{
	int line = uk_console_irq(uk_console_get(UK_CONSOLE_STDIO));
	int ipi = uk_intctlr_ipi_irq(), wrong = 0;

	if (line < 0 ||
	    uk_intctlr_irq_register((unsigned int)line, takes, NULL))
		return 1000;
	for (unsigned int cpu = 0; cpu < ukplat_lcpu_count(); cpu++)
		wrong += interrupts((unsigned int)line, cpu);
	wrong += interrupts((unsigned int)line, 0);
	wrong += uk_intctlr_irq_set_cpu((unsigned int)line,
					ukplat_lcpu_count()) != -EINVAL;
	wrong += uk_intctlr_irq_set_cpu((unsigned int)ipi, 0) != -EINVAL;
	wrong += uk_intctlr_irq_set_cpu(uk_intctlr_irq_count(), 0) != -EINVAL;
	return wrong;
}
