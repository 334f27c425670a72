/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/percpu.h>: the base of GS. There is one level
 * of privilege only, so that nothing swaps it.
 */
#ifndef __UK_ARCH_PERCPU_H__
#error "include <uk/arch/percpu.h>"
#endif

#define UKARCH_PERCPU_SIZE 8
#define MSR_GS_BASE 0xc0000101

#ifndef __ASSEMBLY__
struct uk_percpu;

struct ukarch_percpu {
	struct uk_percpu *self; /* at GS:0 */
};

static inline void ukarch_percpu_set(struct uk_percpu *cpu)
{
	__u64 base = (__u64)cpu;

	*(struct uk_percpu **)cpu = cpu;
	__asm__ __volatile__("wrmsr"
			     :
			     : "c"(MSR_GS_BASE), "a"((__u32)base),
			       "d"((__u32)(base >> 32))
			     : "memory");
}

#ifdef CONFIG_HAVE_SMP
/* The comma takes volatile from the type of the copy. The operand is never
 * read: it keeps the compiler from moving the access across others of the same
 * memory.
 */
#define ukarch_percpu_read(field)                                             \
	({                                                                    \
		__typeof__((void)0, ((struct uk_percpu *)0)->field) __pc_val; \
		__asm__ __volatile__(                                         \
			"mov %%gs:%c1, %0"                                    \
			: "=r"(__pc_val)                                      \
			: "i"(__offsetof(struct uk_percpu, field)),           \
			  "m"(uk_percpus));                                   \
		__pc_val;                                                     \
	})

#define ukarch_percpu() ukarch_percpu_read(arch.self)

#define ukarch_percpu_resume(regs) ((void)(regs))
#endif
#endif /* !__ASSEMBLY__ */
