/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/lcpu.h>.
 */
#ifndef __UK_ARCH_LCPU_H__
#error "include <uk/arch/lcpu.h>"
#endif

#define X86_EFLAGS_IF (1UL << 9)

static inline unsigned long ukarch_irq_save(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void ukarch_irq_enable(void)
{
	__asm__ __volatile__("sti" : : : "memory");
}

static inline void ukarch_irq_disable(void)
{
	__asm__ __volatile__("cli" : : : "memory");
}

static inline void ukarch_irq_restore(unsigned long flags)
{
	if (flags & X86_EFLAGS_IF)
		ukarch_irq_enable();
}

static inline int ukarch_irq_enabled(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfq; popq %0" : "=r"(flags));
	return !!(flags & X86_EFLAGS_IF);
}

static inline void ukarch_cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

static inline void ukarch_halt(void)
{
	__asm__ __volatile__("hlt" : : : "memory");
}

/* STI takes effect behind HLT (SDM volume 2, STI). An interrupt that comes
 * between them all the same ends the halt (trap.c).
 */
static inline void ukarch_halt_irq(void)
{
	__asm__ __volatile__("sti; hlt; cli" : : : "memory");
}

/* HLT needs interrupts on, or an NMI: inside of one there is none. */
#define UKARCH_HALTS_MASKED 0

static inline void ukarch_halt_masked(void)
{
	ukarch_cpu_relax();
}

static inline __u64 ukarch_ticks(void)
{
	__u32 lo, hi;

	__asm__ __volatile__("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return ((__u64)hi << 32) | lo;
}

/* Instruction fetch is coherent; a branch suffices (SDM volume 3, 8.1.3). */
static inline void ukarch_icache_sync(__vaddr_t addr __unused,
				      __sz len __unused)
{
	__asm__ __volatile__("" : : : "memory");
}
