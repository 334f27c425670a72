/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * In place of <uk/percpu.h> and <uk/arch/lcpu.h>: a thread is a CPU, and
 * interrupts are a number of its own.
 */
#ifndef __UK_PERCPU_H__
#define __UK_PERCPU_H__
#define __UK_ARCH_LCPU_H__

#include <sched.h>
#include <uk/essentials.h>

struct cpu {
	unsigned int id, alone, irqs_off;
};

extern _Thread_local struct cpu this_cpu;

#define uk_percpu_read(field) (this_cpu.field)
#define uk_percpu_id() uk_percpu_read(id)

static inline void ukarch_cpu_relax(void)
{
	sched_yield();
}

static inline unsigned long ukarch_irq_save(void)
{
	return this_cpu.irqs_off++;
}

static inline void ukarch_irq_restore(unsigned long flags)
{
	this_cpu.irqs_off = (unsigned int)flags;
}

#endif
