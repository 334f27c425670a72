/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * In place of <uk/arch/lcpu.h>: a program on the host has no interrupts to
 * disable. `irqs_off` counts, so that a test sees whether all were given back.
 */
#ifndef __UK_ARCH_LCPU_H__
#define __UK_ARCH_LCPU_H__

extern int irqs_off;

static inline unsigned long ukarch_irq_save(void)
{
	return (unsigned long)irqs_off++;
}

static inline void ukarch_irq_restore(unsigned long flags)
{
	irqs_off = (int)flags;
}

static inline void ukarch_cpu_relax(void)
{
}

#endif /* __UK_ARCH_LCPU_H__ */
