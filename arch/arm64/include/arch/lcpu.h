/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/lcpu.h>.
 */
#ifndef __UK_ARCH_LCPU_H__
#error "include <uk/arch/lcpu.h>"
#endif

/* A system register by the name of the manual. */
#define UKARCH_SYSREG_READ(reg)                                         \
	({                                                              \
		__u64 __sysreg_val;                                     \
		__asm__ volatile("mrs %0, " #reg : "=r"(__sysreg_val)); \
		__sysreg_val;                                           \
	})
#define UKARCH_SYSREG_WRITE(reg, val) \
	__asm__ volatile("msr " #reg ", %0" : : "r"((__u64)(val)) : "memory")

#ifdef CONFIG_BRANCH_PROTECTION
/**
 * The calling CPU signs and checks return addresses from now on, if it can.
 * For the assembly that enters C: on each CPU, with memory mapped and .bss
 * cleared, the first one before the others start. Changes what a call may
 * change, and uses no stack. Contexts: init.
 */
void ukarch_protect(void);
#endif

/* The bits of an address that its signature takes, 0 where the CPU makes none
 * (DDI 0487, D5.1.5): without tags all above the address, but for bit 55.
 */
static inline __u64 arm64_signature_bits(void)
{
	__u64 bits = 64 - (UKARCH_SYSREG_READ(tcr_el1) & 0x3f);

	return UKARCH_SYSREG_READ(sctlr_el1) & 3UL << 30 /* EnIA, EnIB */
		       ? ~(1UL << 55) & ~0UL << bits
		       : 0;
}

#define UKARCH_DAIF_I 0x80 /* PSTATE.I as read from DAIF: IRQ masked */

/*
 * Interrupts are IRQs. An FIQ is what an NMI is elsewhere: masked until
 * interrupts are enabled for the first time, and in traps, only.
 */
static inline unsigned long ukarch_irq_save(void)
{
	unsigned long flags = UKARCH_SYSREG_READ(daif);

	__asm__ volatile("msr daifset, #2" : : : "memory");
	return flags;
}

static inline void ukarch_irq_restore(unsigned long flags)
{
	UKARCH_SYSREG_WRITE(daif, flags);
}

static inline void ukarch_irq_enable(void)
{
	__asm__ volatile("msr daifclr, #3" : : : "memory");
}

static inline void ukarch_irq_disable(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline int ukarch_irq_enabled(void)
{
	return !(UKARCH_SYSREG_READ(daif) & UKARCH_DAIF_I);
}

static inline void ukarch_cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

static inline void ukarch_halt(void)
{
	__asm__ volatile("dsb sy; wfi" : : : "memory");
}

/* WFI wakes for a masked interrupt as well (DDI 0487, D1.7.2). */
static inline void ukarch_halt_irq(void)
{
	__asm__ volatile("dsb sy; wfi; msr daifclr, #3; isb; msr daifset, #2"
			 :
			 :
			 : "memory");
}

#define UKARCH_HALTS_MASKED 1

static inline void ukarch_halt_masked(void)
{
	ukarch_halt();
}

/* The isb keeps the read from being done early. */
static inline __u64 ukarch_ticks(void)
{
	__u64 ticks;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

/* DDI 0487, B2.4.4: clean to the point of unification, invalidate, isb. */
static inline void ukarch_icache_sync(__vaddr_t addr, __sz len)
{
	__u64 ctr = UKARCH_SYSREG_READ(ctr_el0);
	__sz dline = 4UL << ((ctr >> 16) & 15);
	__sz iline = 4UL << (ctr & 15);
	__vaddr_t p;

	for (p = ALIGN_DOWN(addr, dline); p < addr + len; p += dline)
		__asm__ volatile("dc cvau, %0" : : "r"(p) : "memory");
	__asm__ volatile("dsb ish" : : : "memory");
	for (p = ALIGN_DOWN(addr, iline); p < addr + len; p += iline)
		__asm__ volatile("ic ivau, %0" : : "r"(p) : "memory");
	__asm__ volatile("dsb ish; isb" : : : "memory");
}
