/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/regs.h>. The layout is what trap_entry.S pushes
 * below the five words that the CPU pushes in 64-bit mode (Intel SDM volume
 * 3, 6.14.2).
 */
#ifndef __UK_ARCH_REGS_H__
#error "include <uk/arch/regs.h>"
#endif

#define UKARCH_REGS_SIZE 176

/* The trap stack, uk_trap_stack after its guard page, and the part at its top
 * where debug traps come in, before their frame is moved. Faults come in on a
 * stack of their own, and below that what traps in the handlers of an NMI that
 * has interrupted such an entry: a part for faults and one for debug traps.
 */
#define UKARCH_TRAP_STACK_SIZE 16384
#define UKARCH_TRAP_ENTRY_SIZE 1024
#define UKARCH_NMI_LEVELS 3U
#define UKARCH_IST_SIZE (2 * (1 + UKARCH_NMI_LEVELS) * UKARCH_TRAP_ENTRY_SIZE)
#define UKARCH_HAVE_LR 0
#define UKARCH_INSN_UNIT 1

/* Offsets that the assembly uses. */
#define REGS_RBP 32
#define REGS_RBX 40
#define REGS_RIP 136
#define REGS_RSP 160

#ifndef __ASSEMBLY__
#include <uk/arch/types.h>

struct __regs {
	__u64 r15, r14, r13, r12, rbp, rbx;
	__u64 r11, r10, r9, r8;
	__u64 rax, rcx, rdx, rsi, rdi;
	__u64 vector;	/* what the entry was made for */
	__u64 orig_rax; /* error code, 0 where the CPU gives none */
	__u64 rip, cs, eflags, rsp, ss;
};

struct ukarch_trap_frame {
	__u64 record[2]; /* rbp, rip of what was interrupted */
	struct __regs regs;
};

/* Each CPU's trap stack, and that on which its faults enter, each after a guard
 * page.
 */
extern char uk_trap_stack[][4096 + UKARCH_TRAP_STACK_SIZE];
extern char uk_ist_fault[][4096 + UKARCH_IST_SIZE];

static inline __uptr ukarch_regs_pc(const struct __regs *regs)
{
	return regs->rip;
}

static inline __uptr ukarch_regs_sp(const struct __regs *regs)
{
	return regs->rsp;
}

static inline __uptr ukarch_regs_fp(const struct __regs *regs)
{
	return regs->rbp;
}

static inline __uptr ukarch_regs_lr(const struct __regs *regs
				    __attribute__((unused)))
{
	return 0;
}

static inline __uptr ukarch_unsigned(__uptr ra)
{
	return ra;
}

static inline const struct __regs *ukarch_regs_of_record(__uptr record)
{
	return (const struct __regs *)(record + 16);
}

static inline void ukarch_regs_set_pc(struct __regs *regs, __uptr pc)
{
	regs->rip = pc;
}

static inline int ukarch_regs_irq_enabled(const struct __regs *regs)
{
	return !!(regs->eflags & (1UL << 9));
}

static inline void ukarch_regs_set_irq(struct __regs *regs, int on)
{
	regs->eflags = (regs->eflags & ~(1UL << 9)) | ((__u64) !!on << 9);
}
#endif /* !__ASSEMBLY__ */
