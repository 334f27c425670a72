/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The kinds of trap that x86_64 has besides the common ones.
 */
#include <string.h>
#include "../../raise.h"

#define NON_CANONICAL 0x8000deadbeef0000

/* Why, access and that the address is known: only with the decoder. */
#ifdef CONFIG_X86_GP_OPERAND
#define DECODED(why, access) why, access, 1
#define ALIGNED(to) to
#else
#define DECODED(why, access) UKARCH_WHY_OTHER, UKARCH_ACCESS_NONE, 0
#define ALIGNED(to) 0
#endif

void raise_divide(__u64 unused);
void raise_divide_overflow(__u64 unused);
void raise_interrupt(__u64 unused);
void raise_step(__u64 unused);
void raise_x87(__u64 unused);
void raise_x87_reset(__u64 unused);
extern const char raise_divide_insn[], raise_divide_overflow_insn[];
void raise_movaps(__u64 addr);
void raise_addps(__u64 addr);
void raise_vmovaps(__u64 addr);
void raise_cmpxchg16b(__u64 addr);
void raise_wrmsr(__u64 addr);
extern const char raise_movaps_insn[], raise_addps_insn[];
extern const char raise_vmovaps_insn[], raise_cmpxchg16b_insn[];
extern const char raise_wrmsr_insn[];
extern const char raise_interrupt_insn[], raise_step_insn[], raise_x87_insn[];

static char bytes[128] __attribute__((aligned(64)));

/* Leaves the unit as it was. */
static void x87(__u64 unused)
{
	raise_x87(unused);
	raise_x87_reset(unused);
}

const struct raise_kind raise_arch_kinds[] = {
	{ raise_divide, 0, raise_divide_insn, "UKARCH_TRAP_MATH",
	  UKARCH_WHY_DIVIDE, UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_divide_overflow, 0, raise_divide_overflow_insn,
	  "UKARCH_TRAP_MATH", UKARCH_WHY_DIVIDE, UKARCH_ACCESS_NONE, 0, 0 },
	{ x87, 0, raise_x87_insn, "UKARCH_TRAP_MATH", UKARCH_WHY_FP,
	  UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_step, 0, raise_step_insn, "UKARCH_TRAP_DEBUG", UKARCH_WHY_STEP,
	  UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_interrupt, 0, raise_interrupt_insn, "UKARCH_TRAP_IRQ",
	  UKARCH_WHY_INTERRUPT, UKARCH_ACCESS_NONE, 0, 0 },
	{ raise_read, NON_CANONICAL, raise_read_insn, "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_NON_CANONICAL, UKARCH_ACCESS_READ), 0 },
	{ raise_write, NON_CANONICAL, raise_write_insn, "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_NON_CANONICAL, UKARCH_ACCESS_WRITE), 0 },
	{ raise_movaps, (__u64)bytes + 8, raise_movaps_insn,
	  "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_UNALIGNED, UKARCH_ACCESS_WRITE), ALIGNED(16) },
	{ raise_addps, (__u64)bytes + 1, raise_addps_insn, "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_UNALIGNED, UKARCH_ACCESS_READ), ALIGNED(16) },
	{ raise_cmpxchg16b, (__u64)bytes + 8, raise_cmpxchg16b_insn,
	  "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_UNALIGNED, UKARCH_ACCESS_WRITE), ALIGNED(16) },
#ifdef CONFIG_UKARCH_FPSTATE /* AVX is on */
	{ raise_vmovaps, (__u64)bytes + 16, raise_vmovaps_insn,
	  "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_UNALIGNED, UKARCH_ACCESS_WRITE), ALIGNED(32) },
	{ raise_vmovaps, NON_CANONICAL, raise_vmovaps_insn,
	  "UKARCH_TRAP_X86_GP",
	  DECODED(UKARCH_WHY_NON_CANONICAL, UKARCH_ACCESS_WRITE), 0 },
#endif
	{ raise_wrmsr, NON_CANONICAL, raise_wrmsr_insn, "UKARCH_TRAP_X86_GP",
	  UKARCH_WHY_OTHER, UKARCH_ACCESS_NONE, 0, 0 },
};
const unsigned int raise_arch_count = ARRAY_SIZE(raise_arch_kinds);

void raise_arch_resume(struct __regs *regs)
{
	regs->eflags &= ~0x100UL; /* TF */
}

__u64 raise_all_mask(const char *name)
{
	static const char *const none[] = { "RIP", "RSP", "CS", "SS" };

	for (unsigned int i = 0; i < ARRAY_SIZE(none); i++)
		if (!strcmp(name, none[i]))
			return 0;
	/* CF PF AF ZF SF DF OF: SDM volume 1, 3.4.3 */
	return strcmp(name, "EFLAGS") ? ~0UL : 0xcd5;
}
