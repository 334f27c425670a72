/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Jumps to pads, and the way back from each place in one; see pad.S. Only one
 * instruction is replaced, so nothing else begins under a jump.
 */
#include <string.h>
#include <uk/ax_native.h>
#include "../../pad.h"

const unsigned int break_jump_len = 5;
const unsigned int break_pad_last_reg = 19; /* ss */

#define LOCK 0xf0

#define TRAP_NMI 2
#define TRAP_DF 8
#define TRAP_MC 18
#define EXCEPTIONS 32

extern const __u8 break_pad_common[], break_pad_flags_in[], break_pad_saved[],
	break_pad_return[], break_pad_flags_out[], break_pad_left[],
	break_pad_end[];

/* What is after a prefix may be jumped to by code that leaves it out. */
int break_arch_may_jump(const struct uk_break *b, __vaddr_t pad)
{
	__s64 rel = (__s64)(pad - b->addr);

	return b->ool.len >= break_jump_len && b->orig[0] != LOCK &&
	       rel == (__s32)rel;
}

void break_arch_jump(__u8 *code, __vaddr_t from, __vaddr_t pad)
{
	__s32 rel = (__s32)(pad - (from + break_jump_len));

	code[0] = 0xe9;
	memcpy(code + 1, &rel, sizeof(rel));
}

/* The frame that pad.S makes, above it the pad. */
struct pad_frame {
	struct __regs regs;
	__u64 pad; /* where its call returns to */
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

/* Where the frame is while there is one. In front of it may be the flags, or
 * where the condition returns to.
 */
static struct pad_frame *__nobreak frame_of(const struct __regs *regs,
					    int called)
{
	int pushed = called || regs->rip == (__vaddr_t)break_pad_flags_in ||
		     regs->rip == (__vaddr_t)break_pad_flags_out;

	return (struct pad_frame *)(regs->rsp + (pushed ? 8 : 0));
}

/* The general registers, from the first to the last, and the flags. Not by
 * memcpy(): it may be what the pad is of.
 */
static void __nobreak restore(struct __regs *regs, const struct pad_frame *f)
{
	const __u64 *from = &f->regs.r15;

	for (__u64 *to = &regs->r15; to <= &regs->rdi; to++)
		*to = UK_READ_ONCE(*from++);
	regs->eflags = f->regs.eflags;
}

int __nobreak break_arch_pad_undo(struct __regs *regs)
{
	__vaddr_t pc = regs->rip;
	int called = uk_ax_native_contains(pc) &&
		     *(const __u64 *)regs->rsp == (__vaddr_t)break_pad_return;
	struct pad_frame *f;

	if (is_in(pc, break_pads, CONFIG_LIBUKBREAK_MAX * BREAK_PAD_SIZE)) {
		regs->rip = addr_of_pad(pc);
		return 1;
	}
	if (!called &&
	    !is_in(pc, break_pad_common,
		   (__vaddr_t)break_pad_end - (__vaddr_t)break_pad_common))
		return 0;
	if (pc == (__vaddr_t)break_pad_common ||
	    pc == (__vaddr_t)break_pad_left) {
		regs->rip = addr_of_pad(*(const __u64 *)regs->rsp);
		regs->rsp += 8;
		return 1;
	}
	f = frame_of(regs, called);
	if (called || pc >= (__vaddr_t)break_pad_saved)
		restore(regs, f);
	regs->rip = addr_of_pad(f->pad);
	regs->rsp = (__u64)(f + 1);
	return 1;
}

void __nobreak break_arch_as_trapped(struct __regs *regs)
{
	regs->rip += uk_break_len;
}

int __nobreak break_arch_is_interrupt(const struct ukarch_trap_ctx *ctx)
{
	return ctx->trapnr >= EXCEPTIONS || ctx->trapnr == TRAP_NMI ||
	       ctx->trapnr == TRAP_DF || ctx->trapnr == TRAP_MC;
}
