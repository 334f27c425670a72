/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Jumps to pads, and the way back from each place in one; see pad.S.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/ax_native.h>
#include "../../pad.h"

const unsigned int break_jump_len = 4;
const unsigned int break_pad_last_reg = 32; /* pc */

#define NZCV (15UL << 28)

/* The words of a pad, by their address in it, that its frame is there at. */
#define PAD_BEGUN 4
#define PAD_RETURNED 12
#define PAD_LEFT 20

extern const __u8 break_pad_common[], break_pad_saved[], break_pad_kept[],
	break_pad_return[], break_pad_end[];

/* C6.2.40, C6.2.247: bti, paciasp and pacibsp, where an indirect branch may go;
 * it may not go to a jump.
 */
static int is_landing(const __u8 *insn)
{
	__u32 w;

	memcpy(&w, insn, sizeof(w));
	return (w & 0xffffff3f) == 0xd503241f || (w & 0xffffffbf) == 0xd503233f;
}

int break_arch_may_jump(const struct uk_break *b, __vaddr_t pad)
{
	__s64 rel = (__s64)(pad - b->addr);

#ifdef CONFIG_BRANCH_PROTECTION
	if (is_landing(b->orig) && UKARCH_SYSREG_READ(id_aa64pfr1_el1) & 15)
		return 0;
#else
	(void)is_landing;
#endif
	return rel >= -(1L << 27) && rel < 1L << 27;
}

/* A jump may be in the place of each instruction. */
void break_arch_trap_to_pad(unsigned int index __unused,
			    __vaddr_t addr __unused)
{
}

void break_arch_jump(__u8 *code, __vaddr_t from, __vaddr_t pad)
{
	__u32 w = 0x14000000 | ((__u32)((__s64)(pad - from) / 4) & 0x3ffffff);

	memcpy(code, &w, sizeof(w));
}

/* The frame that pad.S makes. */
struct pad_frame {
	struct __regs regs;
	__u64 pad; /* where its call returns to */
	__u64 value;
};

static __vaddr_t __nobreak addr_of_pad(__vaddr_t pad)
{
	return break_pad_data[(pad - (__vaddr_t)break_pads) / BREAK_PAD_SIZE]
		.addr;
}

static int __nobreak is_in(__vaddr_t pc, const __u8 *start, __sz len)
{
	return pc - (__vaddr_t)start < len;
}

/* lr was stored before the call, which changes it. */
static void __nobreak undo_pad(struct __regs *regs, __vaddr_t pc)
{
	struct pad_frame *f = (struct pad_frame *)regs->sp;
	unsigned int at = (pc - (__vaddr_t)break_pads) % BREAK_PAD_SIZE;

	if (at >= PAD_RETURNED && at < PAD_LEFT)
		regs->lr = f->regs.lr;
	if (at >= PAD_BEGUN && at < PAD_LEFT)
		regs->sp = (__u64)(f + 1);
	ukarch_regs_set_pc(regs, addr_of_pad(pc));
}

/* Not by memcpy(): it may be what the pad is of. */
static void __nobreak restore(struct __regs *regs, const struct pad_frame *f)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(regs->x); i++)
		regs->x[i] = UK_READ_ONCE(f->regs.x[i]);
}

int __nobreak break_arch_pad_undo(struct __regs *regs)
{
	struct pad_frame *f = (struct pad_frame *)regs->sp;
	__vaddr_t pc = regs->pc;
	int called = uk_ax_native_contains(pc) &&
		     regs->lr == (__u64)break_pad_return;

	if (is_in(pc, break_pads, CONFIG_LIBUKBREAK_MAX * BREAK_PAD_SIZE)) {
		undo_pad(regs, pc);
		return 1;
	}
	if (!called &&
	    !is_in(pc, break_pad_common,
		   (__vaddr_t)break_pad_end - (__vaddr_t)break_pad_common))
		return 0;
	ukarch_regs_set_pc(regs, addr_of_pad(pc == (__vaddr_t)break_pad_common
						     ? regs->lr
						     : f->pad));
	if (called || pc >= (__vaddr_t)break_pad_saved)
		restore(regs, f);
	if (called || pc >= (__vaddr_t)break_pad_kept)
		regs->pstate = (regs->pstate & ~NZCV) | f->regs.pstate;
	regs->lr = f->regs.lr;
	regs->sp = (__u64)(f + 1);
	return 1;
}

void __nobreak break_arch_as_trapped(struct __regs *regs __unused)
{
}

/* A vector's slot says what it is: the first of four is for faults. */
int __nobreak break_arch_is_interrupt(const struct ukarch_trap_ctx *ctx)
{
	return ctx->trapnr % 4 != 0;
}
