/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Single step and the debug registers (Arm ARM, DDI 0487, D2). Debug
 * exceptions are taken at the level that they come from: that needs MDSCR.KDE,
 * PSTATE.D clear and the OS lock open. A watchpoint stops before the access.
 */
#include <string.h>
#include <errno.h>
#include <arch/insn.h>
#include <uk/arch/lcpu.h>
#include <uk/nofault.h>
#include <uk/percpu.h>
#include "../../gdb_arch.h"

#define MDSCR_SS (1UL << 0)
#define MDSCR_KDE (1UL << 13)
#define MDSCR_MDE (1UL << 15)

#define PSTATE_SS (1UL << 21)
#define PSTATE_D (1UL << 9)
#define PSTATE_I (1UL << 7)

/* D17.3: control registers of breakpoints and watchpoints, for EL1 */
#define CR_ENABLE 1U
#define CR_EL1 (1U << 1)
#define WCR_LSC(v) ((__u32)(v) << 3)
#define CR_BAS(v) ((__u32)(v) << 5)
#define WCR_MASK(v) ((__u32)(v) << 24)

#define EC_HW_BREAK 0x31
#define EC_STEP 0x33
#define EC_WATCH 0x35

#define REGISTERS 16

/* A register; those of one range share its bounds. */
struct hw {
	__u64 value;
	__u32 control; /* 0: it is free */
	__u8 type;     /* enum gdb_hw_type */
	__vaddr_t range;
	__sz range_len;
};

static struct hw breaks[REGISTERS], watches[REGISTERS];
static unsigned int n_breaks, n_watches;

/* Of each CPU. */
static struct cpu {
	__u64 masked_before; /* PSTATE.D of the program being stepped */
	__u64 interrupts;    /* PSTATE.I if they are held back */
	struct hw written[2][REGISTERS]; /* what is in the registers */
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

/* msr and mrs of DAIF, DAIFSet and DAIFClr (DDI 0487, C5.2), eret, eretaa and
 * eretab
 */
static int is_about_interrupts(const __u8 *insn, __sz avail)
{
	__u32 w = 0;

	memcpy(&w, insn, MIN(avail, sizeof(w)));
	return (w & 0xffdfffe0) == 0xd51b4220 ||
	       (w & 0xfffff0df) == 0xd50340df || w == 0xd69f03e0 ||
	       (w & 0xfffffbff) == 0xd69f0bff;
}

void gdb_arch_step_on(struct __regs *regs, const __u8 *insn, __sz avail,
		      int alone)
{
	struct cpu *cpu = &cpus[uk_percpu_id()];

	cpu->masked_before = regs->pstate & PSTATE_D;
	if (alone && !is_about_interrupts(insn, avail))
		cpu->interrupts |= ~regs->pstate & PSTATE_I;
	regs->pstate = (regs->pstate & ~PSTATE_D) | PSTATE_SS | cpu->interrupts;
	/* or this would be stepped: until the return */
	__asm__ volatile("msr daifset, #8" : : : "memory");
	UKARCH_SYSREG_WRITE(mdscr_el1,
			    UKARCH_SYSREG_READ(mdscr_el1) | MDSCR_SS);
	__asm__ volatile("isb");
}

static void step_disable(void)
{
	UKARCH_SYSREG_WRITE(mdscr_el1,
			    UKARCH_SYSREG_READ(mdscr_el1) & ~MDSCR_SS);
	__asm__ volatile("isb");
}

void gdb_arch_step_off(unsigned int cpu, struct __regs *regs)
{
	regs->pstate = (regs->pstate & ~(PSTATE_SS | cpus[cpu].interrupts)) |
		       cpus[cpu].masked_before;
	cpus[cpu].interrupts = 0;
	if (cpu == uk_percpu_id())
		step_disable();
}

/* It does nothing until MDSCR_SS is set. */
void gdb_arch_step_forget(unsigned int cpu __unused, struct __regs *regs)
{
	regs->pstate &= ~PSTATE_SS;
}

/* The thread that has the other CPU then traps there. */
void gdb_arch_step_adopt(unsigned int from __unused)
{
}

/* A step that another CPU has given up has left MDSCR_SS. */
void gdb_arch_resumed(int stepping)
{
	if (!stepping)
		step_disable();
	gdb_arch_hw_enable(1);
}

/* A watchpoint stops before the access, whether that is stepped or not. */
int gdb_arch_step_watch(struct gdb_cause *cause __unused)
{
	return 0;
}

/* A large aligned power of two by mask, else a word with its bytes selected.
 * Returns how many bytes from addr on are covered.
 */
static __sz watch_piece(__vaddr_t addr, __sz len, struct hw *w)
{
	__sz big = 1UL << 31, in_word = 8 - (addr & 7);
	unsigned int bits = 31;

	while (big > 8 && (big > len || addr & (big - 1))) {
		big >>= 1;
		bits--;
	}
	w->value = addr & ~7UL;
	if (big > 8) {
		w->control = CR_BAS(0xff) | WCR_MASK(bits);
		return big;
	}
	if (in_word > len)
		in_word = len;
	w->control = CR_BAS(((1U << in_word) - 1) << (addr & 7));
	return in_word;
}

static int insert_break(__vaddr_t addr)
{
	if (addr & 3)
		return -EINVAL;
	for (unsigned int i = 0; i < n_breaks; i++)
		if (!breaks[i].control) {
			breaks[i] = (struct hw){
				.value = addr,
				.control = CR_ENABLE | CR_EL1 | CR_BAS(15),
				.type = GDB_HW_EXEC,
				.range = addr,
				.range_len = 4,
			};
			return 0;
		}
	return -ENOSPC;
}

static int exists(const struct hw *set, unsigned int n, enum gdb_hw_type type,
		  __vaddr_t addr, __sz len)
{
	for (unsigned int i = 0; i < n; i++)
		if (set[i].control && set[i].type == type &&
		    set[i].range == addr && set[i].range_len == len)
			return 1;
	return 0;
}

static unsigned int pieces(__vaddr_t addr, __sz len)
{
	unsigned int n = 0;
	struct hw w;

	while (len && n <= REGISTERS) {
		__sz part = watch_piece(addr, len, &w);

		addr += part;
		len -= part;
		n++;
	}
	return n;
}

int gdb_arch_hw_insert(enum gdb_hw_type type, __vaddr_t addr, __sz len)
{
	static const __u8 lsc[5] = {
		[GDB_HW_WRITE] = 2, [GDB_HW_READ] = 1, [GDB_HW_ACCESS] = 3
	};
	unsigned int free = 0;
	__vaddr_t at = addr;

	if (type == GDB_HW_EXEC)
		return exists(breaks, n_breaks, type, addr, 4)
			       ? -EEXIST
			       : insert_break(addr);
	if (!len || addr + len < addr)
		return -EINVAL;
	if (exists(watches, n_watches, type, addr, len))
		return -EEXIST;
	for (unsigned int i = 0; i < n_watches; i++)
		free += !watches[i].control;
	if (pieces(addr, len) > free)
		return -ENOSPC;
	for (struct hw *w = watches; at < addr + len; w++) {
		if (w->control)
			continue;
		at += watch_piece(at, addr + len - at, w);
		w->control |= CR_ENABLE | CR_EL1 | WCR_LSC(lsc[type]);
		w->type = type;
		w->range = addr;
		w->range_len = len;
	}
	return 0;
}

int gdb_arch_hw_remove(enum gdb_hw_type type, __vaddr_t addr, __sz len)
{
	struct hw *set = type == GDB_HW_EXEC ? breaks : watches;
	int rc = -ENOENT;

	if (type == GDB_HW_EXEC)
		len = 4;
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (set[i].control && set[i].type == type &&
		    set[i].range == addr && set[i].range_len == len) {
			set[i].control = 0;
			rc = 0;
		}
	return rc;
}

#define FOR_EACH_REGISTER(_) \
	_(0)                 \
	_(1)                 \
	_(2)                 \
	_(3) _(4) _(5) _(6) _(7) _(8) _(9) _(10) _(11) _(12) _(13) _(14) _(15)

static void break_write(unsigned int i, const struct hw *b)
{
#define CASE(n)                                                   \
	case n:                                                   \
		UKARCH_SYSREG_WRITE(dbgbcr##n##_el1, 0);          \
		UKARCH_SYSREG_WRITE(dbgbvr##n##_el1, b->value);   \
		UKARCH_SYSREG_WRITE(dbgbcr##n##_el1, b->control); \
		break;
	switch (i) {
		FOR_EACH_REGISTER(CASE)
	}
#undef CASE
}

static void watch_write(unsigned int i, const struct hw *w)
{
#define CASE(n)                                                   \
	case n:                                                   \
		UKARCH_SYSREG_WRITE(dbgwcr##n##_el1, 0);          \
		UKARCH_SYSREG_WRITE(dbgwvr##n##_el1, w->value);   \
		UKARCH_SYSREG_WRITE(dbgwcr##n##_el1, w->control); \
		break;
	switch (i) {
		FOR_EACH_REGISTER(CASE)
	}
#undef CASE
}

/* Written only when they change: each write costs translations. */
void gdb_arch_hw_enable(int on)
{
	struct hw(*written)[REGISTERS] = cpus[uk_percpu_id()].written;
	__u64 mdscr = UKARCH_SYSREG_READ(mdscr_el1) & ~MDSCR_MDE;
	int any = 0;

	for (unsigned int i = 0; on && i < n_breaks; i++) {
		any |= !!breaks[i].control;
		if (breaks[i].control != written[0][i].control ||
		    breaks[i].value != written[0][i].value)
			break_write(i, &breaks[i]);
		written[0][i] = breaks[i];
	}
	for (unsigned int i = 0; on && i < n_watches; i++) {
		any |= !!watches[i].control;
		if (watches[i].control != written[1][i].control ||
		    watches[i].value != written[1][i].value)
			watch_write(i, &watches[i]);
		written[1][i] = watches[i];
	}
	UKARCH_SYSREG_WRITE(mdscr_el1, mdscr | (any ? MDSCR_MDE : 0));
	__asm__ volatile("isb");
}

int __nobreak gdb_arch_hw_at(__vaddr_t pc)
{
	return exists(breaks, n_breaks, GDB_HW_EXEC, pc, 4);
}

/* An access may begin below what is watched, by as much as one instruction
 * reaches: the nearest range is meant.
 */
static void find_watch(__vaddr_t far, struct gdb_cause *cause)
{
	__sz best = 4096;

	for (unsigned int i = 0; i < n_watches; i++) {
		const struct hw *w = &watches[i];
		__sz distance = far < w->range ? w->range - far
				: far < w->range + w->range_len
					? 0
					: far - w->range - w->range_len + 1;

		if (!w->control || distance >= best)
			continue;
		best = distance;
		cause->hw = 1;
		cause->hw_type = (enum gdb_hw_type)w->type;
		cause->hw_addr = distance ? w->range : far;
	}
}

void __nobreak gdb_arch_cause(const struct ukarch_trap_ctx *ctx,
			      struct gdb_cause *cause)
{
	*cause = (struct gdb_cause){ 0 };
	switch (ctx->error_code >> 26 & 0x3f) {
	case EC_STEP:
		cause->stepped = 1;
		break;
	case EC_HW_BREAK:
		cause->hw = gdb_arch_hw_at(ctx->regs->pc);
		cause->hw_type = GDB_HW_EXEC;
		cause->hw_addr = ctx->regs->pc;
		break;
	case EC_WATCH:
		find_watch(ctx->fault_address, cause);
		break;
	}
}

void gdb_arch_break(void)
{
	__asm__ volatile("brk #0" : : : "memory");
}

/* It traps with the pc on it. */
void gdb_arch_skip_own(struct __regs *regs)
{
	__u8 insn[4];

	if (uk_nofault_try_read(insn, (const __u8(*)[4])regs->pc) &&
	    uk_break_is_insn(insn))
		ukarch_regs_set_pc(regs, regs->pc + 4);
}

/* FIQs are masked there. */
enum gdb_path __nobreak
gdb_arch_trap_path(const struct ukarch_trap_ctx *ctx __unused)
{
	return GDB_PATH_NONE;
}

void __nobreak gdb_arch_trace(struct __regs *regs __unused, int on __unused)
{
}

void gdb_arch_resume(struct __regs *regs __unused)
{
}

void gdb_arch_init(void)
{
	__u64 dfr0 = UKARCH_SYSREG_READ(id_aa64dfr0_el1);
	const struct hw none = { 0 };

	n_breaks = (dfr0 >> 12 & 15) + 1;
	n_watches = (dfr0 >> 20 & 15) + 1;
	UKARCH_SYSREG_WRITE(oslar_el1, 0);
	for (unsigned int i = 0; i < n_breaks; i++)
		break_write(i, &none);
	for (unsigned int i = 0; i < n_watches; i++)
		watch_write(i, &none);
	UKARCH_SYSREG_WRITE(mdscr_el1, MDSCR_KDE);
	__asm__ volatile("isb; msr daifclr, #8" : : : "memory");
}

/* The last of the shared ones: virt numbers its devices from the first. */
int gdb_arch_free_line(unsigned int lines)
{
	return (int)lines - 1;
}

int gdb_arch_is_sequence(__vaddr_t pc)
{
	__u32 insn;

	return uk_nofault_try_read(insn, (const __u32 *)pc) &&
	       arm64_insn_is_load_exclusive(insn);
}

/* wfe, wfi (DDI 0487, C6.2) */
int gdb_arch_halts(__vaddr_t pc)
{
	__u32 insn;

	return uk_nofault_try_read(insn, (const __u32 *)pc) &&
	       (insn & ~0x20U) == 0xd503205f;
}
