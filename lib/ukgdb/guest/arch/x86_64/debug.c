/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Single step and the debug registers (Intel SDM volume 3, 18.2 and 18.3).
 *
 * An instruction is stepped with the debug registers off: if one of them hit
 * as well, QEMU's TCG would deliver its #DB while that of the step is being
 * entered, see arch/x86_64/trap.c. What a step wrote is found by comparing the
 * watched bytes, what it read (access.c) from its operand.
 */
#include <errno.h>
#include <string.h>
#include <arch/insn.h>
#include <uk/arch/paging.h>
#include <uk/nofault.h>
#include <uk/percpu.h>
#include <uk/plat/image.h>
#include "../../gdb_arch.h"
#include "access.h"

#define TRAP_DB 1
#define TRAP_NMI 2
#define TRAP_BP 3

#define EFLAGS_TF (1UL << 8)
#define EFLAGS_IF (1UL << 9)
#define EFLAGS_RF (1UL << 16)

#define DR6_CLEAR 0xffff0ff0UL
#define DR6_BS (1UL << 14)
#define DR7_FIXED (1UL << 10)
#define DR7_G(i) (2UL << (2 * (i)))
#define DR7_RW(i, rw) ((__u64)(rw) << (16 + 4 * (i)))
#define DR7_LEN(i, len) ((__u64)(len) << (18 + 4 * (i)))

#define REGISTERS 4

/* A register; those of one range follow each other and share its bounds. */
static struct hw {
	__vaddr_t addr; /* what the register watches */
	__u8 len;	/* its bytes: 1, 2, 4, 8; 0: it is free */
	__u8 type;	/* enum gdb_hw_type */
	__vaddr_t range;
	__sz range_len;
} hw[REGISTERS];

/* Of each CPU: what the program runs with, and whether DR7 has it: not while
 * stepping; and the step that is under way, if any.
 */
static struct cpu {
	int enabled, in_effect;
	int active;
	int pushf;
	__vaddr_t pc;		 /* of the instruction */
	__vaddr_t at;		 /* the same, where it is executed */
	__u64 sp;		 /* of the program there */
	__u64 interrupts;	 /* EFLAGS_IF if they are held back */
	__u64 before[REGISTERS]; /* the watched bytes */
	int read[REGISTERS];	 /* 1: the instruction accesses them */
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static struct cpu *this_cpu(void)
{
	return &cpus[uk_percpu_id()];
}

/* The largest aligned piece at the start of a range. */
static __u8 piece(__vaddr_t addr, __sz len)
{
	__u8 n = 8;

	while (addr & (n - 1) || n > len)
		n >>= 1;
	return n;
}

int gdb_arch_hw_insert(enum gdb_hw_type type, __vaddr_t addr, __sz len)
{
	unsigned int need = 0, free = 0;
	__vaddr_t at = addr;

	/* there is no type for reading alone */
	if (type == GDB_HW_READ)
		return -ENOTSUP;
	if (type == GDB_HW_EXEC)
		len = 1;
	if (!len || addr + len < addr)
		return -EINVAL;
	for (unsigned int i = 0; i < REGISTERS; i++) {
		free += !hw[i].len;
		if (hw[i].len && hw[i].type == type && hw[i].range == addr &&
		    hw[i].range_len == len)
			return -EEXIST;
	}
	for (; at < addr + len && need <= REGISTERS; need++)
		at += piece(at, addr + len - at);
	if (need > free)
		return -ENOSPC;
	at = addr;
	for (unsigned int i = 0; at < addr + len; i++) {
		if (hw[i].len)
			continue;
		hw[i].addr = at;
		hw[i].len = piece(at, addr + len - at);
		hw[i].type = type;
		hw[i].range = addr;
		hw[i].range_len = len;
		at += hw[i].len;
	}
	return 0;
}

int gdb_arch_hw_remove(enum gdb_hw_type type, __vaddr_t addr, __sz len)
{
	int rc = -ENOENT;

	if (type == GDB_HW_EXEC)
		len = 1;
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (hw[i].len && hw[i].type == type && hw[i].range == addr &&
		    hw[i].range_len == len) {
			hw[i].len = 0;
			rc = 0;
		}
	return rc;
}

static void dr_write(unsigned int i, __u64 v)
{
	switch (i) {
	case 0:
		__asm__ __volatile__("mov %0, %%dr0" : : "r"(v));
		break;
	case 1:
		__asm__ __volatile__("mov %0, %%dr1" : : "r"(v));
		break;
	case 2:
		__asm__ __volatile__("mov %0, %%dr2" : : "r"(v));
		break;
	default:
		__asm__ __volatile__("mov %0, %%dr3" : : "r"(v));
	}
}

static __u64 dr7_of(unsigned int i)
{
	/* by number of bytes: 1, 2, 8, 4 are 0, 1, 2, 3 */
	static const __u8 len_bits[9] = { [1] = 0, [2] = 1, [8] = 2, [4] = 3 };
	static const __u8 rw_bits[5] = {
		[GDB_HW_EXEC] = 0, [GDB_HW_WRITE] = 1, [GDB_HW_ACCESS] = 3
	};

	return DR7_G(i) | DR7_RW(i, rw_bits[hw[i].type]) |
	       DR7_LEN(i, len_bits[hw[i].len]);
}

static void hw_apply(void)
{
	struct cpu *cpu = this_cpu();
	__u64 dr7 = DR7_FIXED;

	for (unsigned int i = 0; cpu->enabled && !cpu->active && i < REGISTERS;
	     i++) {
		if (!hw[i].len)
			continue;
		dr_write(i, hw[i].addr);
		dr7 |= dr7_of(i);
	}
	if (dr7 == DR7_FIXED && !cpu->in_effect)
		return;
	cpu->in_effect = dr7 != DR7_FIXED;
	__asm__ __volatile__("mov %0, %%dr7" : : "r"(dr7) : "memory");
}

void gdb_arch_hw_enable(int on)
{
	this_cpu()->enabled = on;
	hw_apply();
}

void gdb_arch_resumed(int stepping __unused)
{
	gdb_arch_hw_enable(1);
}

/* The resume flag gets over them. */
int __nobreak gdb_arch_hw_at(__vaddr_t pc __unused)
{
	return 0;
}

void __nobreak gdb_arch_cause(const struct ukarch_trap_ctx *ctx,
			      struct gdb_cause *cause)
{
	__u64 dr6;

	*cause = (struct gdb_cause){ 0 };
	if (ctx->trapnr != TRAP_DB)
		return;
	__asm__ __volatile__("mov %%dr6, %0" : "=r"(dr6));
	__asm__ __volatile__("mov %0, %%dr6" : : "r"(DR6_CLEAR));
	cause->stepped = !!(dr6 & DR6_BS);
	for (unsigned int i = 0; i < REGISTERS && !cause->hw; i++) {
		if (!(dr6 & (1UL << i)) || !hw[i].len)
			continue;
		cause->hw = 1;
		cause->hw_type = (enum gdb_hw_type)hw[i].type;
		cause->hw_addr = hw[i].addr;
	}
}

/* --- single step ----------------------------------------------------------*/

static int is_data(const struct hw *w)
{
	return w->len && w->type != GDB_HW_EXEC;
}

static __u64 watched_bytes(const struct hw *w)
{
	__u64 v = 0;

	(void)uk_nofault_memcpy((char *)&v, (const char *)w->addr, w->len, 0);
	return v;
}

/* What the instruction is about to do, where that cannot be seen after it. */
static void look_ahead(const struct __regs *regs, const struct x86_insn *in,
		       const __u8 *insn)
{
	struct x86_access acc[X86_ACCESSES];
	struct cpu *step = this_cpu();
	unsigned int n = x86_accesses(in, insn, regs, acc);

	for (unsigned int i = 0; i < REGISTERS; i++) {
		const struct hw *w = &hw[i];

		step->read[i] = 0;
		if (!is_data(w))
			continue;
		step->before[i] = watched_bytes(w);
		for (unsigned int k = 0; w->type == GDB_HW_ACCESS && k < n; k++)
			step->read[i] |= acc[k].addr < w->addr + w->len &&
					 w->addr < acc[k].addr + acc[k].len;
	}
}

/* cli, sti, popf, iret, int, and hlt, which waits for one */
static int is_about_interrupts(const struct x86_insn *in)
{
	return in->map == X86_MAP_1 &&
	       (in->opcode == 0xfa || in->opcode == 0xfb ||
		in->opcode == 0x9d || in->opcode == 0xf4 ||
		(in->opcode >= 0xcc && in->opcode <= 0xcf));
}

void gdb_arch_step_on(struct __regs *regs, const __u8 *insn, __sz avail,
		      int alone)
{
	struct cpu *step = this_cpu();
	struct x86_insn in = { 0 };
	int known = x86_insn_decode(insn, avail, &in);

	step->pushf = known && in.map == X86_MAP_1 && in.opcode == 0x9c;
	/* its second half, if it is two in its slot, adds to the first */
	if (!step->active) {
		look_ahead(regs, known ? &in : __NULL, insn);
		step->pc = regs->rip;
		step->interrupts = alone && known && !is_about_interrupts(&in)
					   ? regs->eflags & EFLAGS_IF
					   : 0;
	}
	step->active = 1;
	step->at = regs->rip;
	step->sp = regs->rsp;
	hw_apply();
	regs->eflags = (regs->eflags & ~step->interrupts) | EFLAGS_TF;
}

/* Where NMIs wait for each other, KVM on AMD's CPUs sets and clears the flag
 * for itself (svm_enable_nmi_window()), and a step's goes with it: the one that
 * waited sets it again. Another thread may be at the same instruction.
 */
static int step_again(void *data)
{
	const struct ukarch_trap_ctx *ctx = data;
	const struct cpu *step = this_cpu();

	if (ctx->trapnr == TRAP_NMI && step->active &&
	    ctx->regs->rip == step->at && ctx->regs->rsp == step->sp)
		ctx->regs->eflags |= EFLAGS_TF;
	return UK_EVENT_NOT_HANDLED;
}
/* before controllers, whose handlers may stop this CPU here */
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, step_again, 4);

int gdb_arch_step_watch(struct gdb_cause *cause)
{
	const struct cpu *step = this_cpu();

	for (unsigned int i = 0; step->active && i < REGISTERS; i++) {
		const struct hw *w = &hw[i];

		if (!is_data(w) ||
		    (!step->read[i] && step->before[i] == watched_bytes(w)))
			continue;
		cause->hw = 1;
		cause->hw_type = (enum gdb_hw_type)w->type;
		cause->hw_addr = w->addr;
		return 1;
	}
	return 0;
}

void gdb_arch_step_forget(unsigned int cpu, struct __regs *regs)
{
	if (regs->eflags & EFLAGS_TF)
		regs->eflags = (regs->eflags & ~EFLAGS_TF) |
			       cpus[cpu].interrupts;
}

void gdb_arch_step_off(unsigned int cpu, struct __regs *regs)
{
	struct cpu *step = &cpus[cpu];
	__u64 *pushed = (__u64 *)regs->rsp, flags;

	gdb_arch_step_forget(cpu, regs);
	if (step->pushf && regs->rip != step->pc &&
	    uk_nofault_try_read(flags, pushed)) {
		flags = (flags & ~EFLAGS_TF) | step->interrupts;
		(void)uk_nofault_try_write(flags, pushed);
	}
	step->pushf = 0;
	step->active = 0;
	step->interrupts = 0;
	if (step == this_cpu())
		hw_apply();
}

void gdb_arch_step_adopt(unsigned int from)
{
	struct cpu *step = this_cpu(), *begun = &cpus[from];

	step->active = 1;
	step->pushf = begun->pushf;
	step->pc = begun->pc;
	step->at = begun->at;
	step->sp = begun->sp;
	memcpy(step->before, begun->before, sizeof(step->before));
	memcpy(step->read, begun->read, sizeof(step->read));
	begun->active = 0;
	begun->pushf = 0;
}

void gdb_arch_break(void)
{
	__asm__ __volatile__("int3" : : : "memory");
}

/* The trap of int3 comes after it. */
void gdb_arch_skip_own(struct __regs *regs __unused)
{
}

/* On an entry stack, in code of the way, or where a debug trap is handled. The
 * way of a fault leads through code that may hold breakpoints.
 */
enum gdb_path __nobreak gdb_arch_trap_path(const struct ukarch_trap_ctx *ctx)
{
	const struct ukarch_trap_ctx *outer = ctx->outer;
	__u64 rip = ctx->regs->rip, rsp = ctx->regs->rsp;
	unsigned int cpu = uk_percpu_id();
	__u64 trap_top = (__u64)uk_trap_stack[cpu] + sizeof(uk_trap_stack[0]);

	if (trap_top - rsp < UKARCH_TRAP_ENTRY_SIZE)
		return GDB_PATH_DEBUG_ENTRY;
	if (uk_image_is_nobreak(rip))
		return GDB_PATH_TRAP;
	if (outer && (outer->trapnr == TRAP_DB || outer->trapnr == TRAP_BP))
		return GDB_PATH_TRAP;
	return rsp - (__u64)uk_ist_fault[cpu] <= sizeof(uk_ist_fault[0])
		       ? GDB_PATH_TRAP
		       : GDB_PATH_NONE;
}

void __nobreak gdb_arch_trace(struct __regs *regs, int on)
{
	if (on)
		regs->eflags |= EFLAGS_TF;
	else
		regs->eflags &= ~EFLAGS_TF;
}

void gdb_arch_resume(struct __regs *regs)
{
	regs->eflags |= EFLAGS_RF;
}

void gdb_arch_init(void)
{
}

/* Of the coprocessor, which has had its own exception since the 486. */
int gdb_arch_free_line(unsigned int lines __unused)
{
	return 13;
}

int gdb_arch_is_sequence(__vaddr_t pc __unused)
{
	return 0;
}

int gdb_arch_halts(__vaddr_t pc)
{
	__u8 insn;

	return uk_nofault_try_read(insn, (const __u8 *)pc) && insn == 0xf4;
}
