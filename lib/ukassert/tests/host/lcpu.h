/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * In place of <uk/arch/lcpu.h>: interrupts are a number of the test's.
 */
#ifndef __UK_ARCH_LCPU_H__
#define __UK_ARCH_LCPU_H__

extern unsigned int irqs_off;

static inline unsigned long ukarch_irq_save(void)
{
	return irqs_off++;
}

static inline void ukarch_irq_restore(unsigned long flags)
{
	irqs_off = (unsigned int)flags;
}

static inline int ukarch_irq_enabled(void)
{
	return !irqs_off;
}

static inline void ukarch_cpu_relax(void)
{
}

#endif /* __UK_ARCH_LCPU_H__ */
