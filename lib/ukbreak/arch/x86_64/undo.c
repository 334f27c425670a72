/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Jumps and traps to pads, and the way back from each place in one; see pad.S.
 * Only one instruction is replaced, so nothing else begins under a jump.
 */
#include <string.h>
#include <arch/trap.h>
#include <uk/ax_native.h>
#include <uk/init.h>
#include "../../pad.h"

const unsigned int break_jump_len = 5;
const unsigned int break_pad_last_reg = 19; /* ss */

#define LOCK 0xf0
#define INT3 0xcc

#define TRAP_NMI 2
#define TRAP_BP 3
#define TRAP_DF 8
#define TRAP_MC 18
#define EXCEPTIONS 32

extern const __u8 break_pad_common[], break_pad_flags_in[], break_pad_saved[],
	break_pad_return[], break_pad_flags_out[], break_pad_left[],
	break_pad_end[], break_trap_entry[], break_trap_taken[],
	break_trap_other[], break_trap_end[];

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

#define NONE CONFIG_LIBUKBREAK_MAX

/* Breakpoints whose trap goes to their pad: by number, where the trap leaves
 * the program, else 0; lists of numbers by a hash of that.
 */
__u64 break_trap_behind[NONE + 1];
__u8 break_trap_next[NONE + 1] = { [NONE] = NONE };
__u8 break_trap_index[256] = { [0 ... 255] = NONE };

void break_arch_trap_to_pad(unsigned int index, __vaddr_t addr)
{
	__vaddr_t behind = addr ? addr + uk_break_len : 0;
	__vaddr_t before = break_trap_behind[index];
	__u8 *link = &break_trap_index[(__u8)(before >> 4 ^ before)];

	if (before == behind)
		return;
	UK_WRITE_ONCE(break_trap_behind[index], behind);
	if (before) {
		while (*link != index)
			link = &break_trap_next[*link];
		UK_WRITE_ONCE(*link, break_trap_next[index]);
	}
	if (behind) { /* NMIs of this CPU may follow the list meanwhile */
		link = &break_trap_index[(__u8)(behind >> 4 ^ behind)];
		UK_WRITE_ONCE(break_trap_next[index], *link);
		UK_WRITE_ONCE(*link, (__u8)index);
	}
}

static int come_in(struct uk_init_ctx *ctx __unused)
{
	x86_trap_entry_set(TRAP_BP, (__uptr)break_trap_entry);
	return 0;
}
uk_early_initcall_prio(come_in, 0, 0);

/* What the CPU pushes for a trap. */
struct trap_frame {
	__u64 rip, cs, eflags, rsp, ss;
};

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

/* Registers that the entry has pushed, at its first instructions and where it
 * has taken them back: pushes and pops have one byte.
 */
static unsigned int __nobreak pushed_at(__vaddr_t pc)
{
	__vaddr_t entry = (__vaddr_t)break_trap_entry;
	__vaddr_t taken = (__vaddr_t)break_trap_taken;
	__vaddr_t other = (__vaddr_t)break_trap_other;

	if (pc == entry || pc == taken + 2 || pc == other + 2)
		return 0;
	return pc == entry + 1 || pc == taken + 1 || pc == other + 1 ? 1 : 2;
}

/* Of the instruction that trapped: int3, or the program's own int $3. */
static unsigned int __nobreak insn_len(const __u8 *behind)
{
	return behind[-1] == INT3 ? 1 : 2;
}

/* The trap has not come. */
static void __nobreak undo_trap(struct __regs *regs)
{
	const __u64 *sp = (const __u64 *)regs->rsp;
	unsigned int pushed = pushed_at(regs->rip);
	const struct trap_frame *f;

	if (pushed == 2)
		regs->rcx = *sp++;
	if (pushed)
		regs->rax = *sp++;
	f = (const struct trap_frame *)sp;
	regs->rip = is_in(f->rip, break_pads,
			  CONFIG_LIBUKBREAK_MAX * BREAK_PAD_SIZE)
			    ? addr_of_pad(f->rip)
			    : f->rip - insn_len((const __u8 *)f->rip);
	regs->cs = f->cs;
	regs->eflags = f->eflags;
	regs->rsp = f->rsp;
	regs->ss = f->ss;
}

static int __nobreak undo_pad(struct __regs *regs)
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

/* The trap may be that of a pad. */
int __nobreak break_arch_pad_undo(struct __regs *regs)
{
	int trapped =
		is_in(regs->rip, break_trap_entry,
		      (__vaddr_t)break_trap_end - (__vaddr_t)break_trap_entry);

	if (trapped)
		undo_trap(regs);
	return undo_pad(regs) || trapped;
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
