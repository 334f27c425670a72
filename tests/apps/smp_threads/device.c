/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Threads write to a virtio port; who stops their CPUs at any instant can write
 * to it, too, as a debugger does.
 */
#include <uk/arch/lcpu.h>
#include <uk/console.h>
#include <uk/lcpu.h>
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
