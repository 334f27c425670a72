/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/percpu.h>: TPIDR_EL1. A read of a field is two
 * instructions with nothing between them, and nothing jumps to the second: a
 * thread that is interrupted there and goes on on another CPU does the first
 * once more.
 *
 * The part at the start is what SP_EL1 points to outside of the trap entry.
 */
#ifndef __UK_ARCH_PERCPU_H__
#error "include <uk/arch/percpu.h>"
#endif

#define UKARCH_PERCPU_SIZE 128

#ifndef __ASSEMBLY__
struct uk_percpu;

struct ukarch_percpu {
	__u64 area[UKARCH_PERCPU_SIZE / 8]; /* of trap_entry.S */
};

static inline void ukarch_percpu_set(struct uk_percpu *cpu)
{
	__asm__ __volatile__("msr tpidr_el1, %0" : : "r"(cpu) : "memory");
}

#ifdef CONFIG_HAVE_SMP
static inline struct uk_percpu *ukarch_percpu(void)
{
	struct uk_percpu *cpu;

	__asm__ __volatile__("mrs %0, tpidr_el1" : "=r"(cpu));
	return cpu;
}

/* The clobber keeps the compiler from moving the access across others of the
 * same memory; the array as an operand would cost the instructions that make
 * its address.
 */
#define _UKARCH_PERCPU_LDR(reg, operand, field)                               \
	__asm__ __volatile__("mrs %0, tpidr_el1\n\tldr " operand ", [%0, %1]" \
			     : "=r"(reg)                                      \
			     : "i"(__offsetof(struct uk_percpu, field))       \
			     : "memory")

#define ukarch_percpu_read(field)                                     \
	({                                                            \
		__u64 __pc_reg;                                       \
		if (sizeof(((struct uk_percpu *)0)->field) == 4)      \
			_UKARCH_PERCPU_LDR(__pc_reg, "%w0", field);   \
		else                                                  \
			_UKARCH_PERCPU_LDR(__pc_reg, "%0", field);    \
		(__typeof__(((struct uk_percpu *)0)->field))__pc_reg; \
	})

#define UKARCH_MRS_TPIDR_EL1 0xd538d080 /* and the register's number */

#define ukarch_percpu_resume(regs)                                 \
	do {                                                       \
		if ((*(const __u32 *)((regs)->pc - 4) & ~0x1fU) == \
		    UKARCH_MRS_TPIDR_EL1)                          \
			(regs)->pc -= 4;                           \
	} while (0)
#endif
#endif /* !__ASSEMBLY__ */
