/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each architecture must provide about the CPU that runs. All inline in
 * <arch/lcpu.h>, all callable in any context:
 *
 *   unsigned long ukarch_irq_save(void)	disables interrupts, returns
 *						the state before
 *   void ukarch_irq_restore(unsigned long)
 *   void ukarch_irq_enable(void)
 *   void ukarch_irq_disable(void)
 *   int ukarch_irq_enabled(void)
 *   void ukarch_cpu_relax(void)		in a busy loop
 *   void ukarch_halt(void)			sleeps until an interrupt
 *   void ukarch_halt_irq(void)		called with interrupts off: enables
 *						them, sleeps until one was taken
 *						and disables them. One that came
 *						before the call ends the sleep
 *too
 *   void ukarch_halt_masked(void)		called with interrupts off,
 *which they stay: sleeps until one is pending. UKARCH_HALTS_MASKED is 0 where a
 *CPU cannot: then as ukarch_cpu_relax()
 *   __u64 ukarch_ticks(void)			the free-running counter, never
 *						backwards on one CPU
 *   void ukarch_icache_sync(__vaddr_t, __sz)	after writing instructions
 */
#ifndef __UK_ARCH_LCPU_H__
#define __UK_ARCH_LCPU_H__

#include <uk/essentials.h>
#include <arch/lcpu.h>

#endif /* __UK_ARCH_LCPU_H__ */
