/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/regs.h>, as the trap entry stores them. The names
 * are those of the Arm ARM (DDI 0487), B1.2; x30 is lr.
 */
#ifndef __UK_ARCH_REGS_H__
#error "include <uk/arch/regs.h>"
#endif

#define UKARCH_REGS_SIZE 272
#define UKARCH_HAVE_LR 1
#define UKARCH_INSN_UNIT 4

/* Offsets in struct __regs, for assembly. x<n> is at 8 * n. */
#define UKARCH_REGS_X29 232
#define UKARCH_REGS_LR 240
#define UKARCH_REGS_SP 248
#define UKARCH_REGS_PC 256
#define UKARCH_REGS_PSTATE 264

/* The frame record of what a trap interrupted follows its registers. */
#define UKARCH_REGS_RECORD UKARCH_REGS_SIZE

/* In pstate, set by an indirect branch until the next instruction is done. */
#define ARM64_PSTATE_BTYPE_SHIFT 10
#define ARM64_PSTATE_BTYPE (3UL << ARM64_PSTATE_BTYPE_SHIFT)

#ifndef __ASSEMBLY__
#include <uk/arch/types.h>

struct __regs {
	__u64 x[30]; /* x0–x29; x29 is the frame pointer */
	__u64 lr;    /* x30 */
	__u64 sp;
	__u64 pc;
	__u64 pstate; /* layout of SPSR_EL1 */
};

#define _UKARCH_REGS_AT(field, offset)                                       \
	_Static_assert(__builtin_offsetof(struct __regs, field) == (offset), \
		       "assembly offset of " #field)
_UKARCH_REGS_AT(x[29], UKARCH_REGS_X29);
_UKARCH_REGS_AT(lr, UKARCH_REGS_LR);
_UKARCH_REGS_AT(sp, UKARCH_REGS_SP);
_UKARCH_REGS_AT(pc, UKARCH_REGS_PC);
_UKARCH_REGS_AT(pstate, UKARCH_REGS_PSTATE);

struct ukarch_trap_frame {
	struct __regs regs;
	__u64 record[2]; /* x29, pc of what was interrupted */
	__u64 trap_sp;	 /* top of the trap stack before, 0: not used */
	__u64 sp_el0;	 /* SP_EL0 at the trap */
};

static inline __uptr ukarch_regs_pc(const struct __regs *regs)
{
	return regs->pc;
}

static inline __uptr ukarch_regs_sp(const struct __regs *regs)
{
	return regs->sp;
}

static inline __uptr ukarch_regs_fp(const struct __regs *regs)
{
	return regs->x[29];
}

static inline __uptr ukarch_regs_lr(const struct __regs *regs)
{
	return regs->lr;
}

/* XPACLRI: as the CPU does it, and nothing where there are no signatures. */
static inline __uptr ukarch_unsigned(__uptr ra)
{
#ifdef CONFIG_BRANCH_PROTECTION
	register __uptr x30 __asm__("x30") = ra;

	__asm__("hint #7" : "+r"(x30));
	return x30;
#else
	return ra;
#endif
}

static inline const struct __regs *ukarch_regs_of_record(__uptr record)
{
	return (const struct __regs *)(record - UKARCH_REGS_RECORD);
}

static inline void ukarch_regs_set_pc(struct __regs *regs, __uptr pc)
{
	if (pc != regs->pc) /* going on elsewhere is no branch of the code's */
		regs->pstate &= ~ARM64_PSTATE_BTYPE;
	regs->pc = pc;
}

static inline int ukarch_regs_irq_enabled(const struct __regs *regs)
{
	return !(regs->pstate & 0x80);
}

static inline void ukarch_regs_set_irq(struct __regs *regs, int on)
{
	regs->pstate = (regs->pstate & ~0x80UL) | (on ? 0 : 0x80UL);
}
#endif /* !__ASSEMBLY__ */
