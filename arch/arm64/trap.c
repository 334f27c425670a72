/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From a vector and ESR_EL1 to the event that fits. Where the registers were
 * saved, and how the stack was found, is in trap_entry.S.
 *
 * What the CPU does not trap on has no event here: a division by zero yields
 * zero on this architecture.
 */
#include <arch/insn.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/paging.h>
#include <uk/arch/trap.h>
#include <uk/crash.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/print.h>
#include <uk/stack.h>
#include <uk/trap.h>
#include "trap_internal.h"

UK_STACK_DEFINE_PERCPU(uk_trap_stack, "trap", TRAP_STACK_SIZE);

_Static_assert(__builtin_offsetof(struct uk_percpu, trap) == PERCPU_TRAP,
	       "assembly offset of trap");

void ukarch_trap_init(void)
{
	struct uk_percpu *cpu = uk_percpu();
	__u64 base = (__u64)uk_trap_stack[cpu->id] + __PAGE_SIZE;

	cpu->arch.area[AREA_TRAP_BASE / 8] = base;
	cpu->arch.area[AREA_TRAP_SP / 8] = base + TRAP_STACK_SIZE;
	arm64_trap_area_set(cpu->arch.area);
}

#define DEBUG UK_EVENT_PTR(UKARCH_TRAP_DEBUG)
#define PAGE_FAULT UK_EVENT_PTR(UKARCH_TRAP_PAGE_FAULT)
#define BUS_ERROR UK_EVENT_PTR(UKARCH_TRAP_BUS_ERROR)
#define INVALID_OP UK_EVENT_PTR(UKARCH_TRAP_INVALID_OP)
#define MATH UK_EVENT_PTR(UKARCH_TRAP_MATH)
#define SECURITY UK_EVENT_PTR(UKARCH_TRAP_SECURITY)
#define IRQ UK_EVENT_PTR(UKARCH_TRAP_IRQ)
#define OTHER UK_EVENT_PTR(UKARCH_TRAP_OTHER)

/* The events of the table below, so that a class takes two bytes. */
enum { E_OTHER, E_DEBUG, E_BUS_ERROR, E_INVALID_OP, E_MATH, E_SECURITY };

static const struct uk_event *const class_events[] = {
	[E_OTHER] = OTHER,	   [E_DEBUG] = DEBUG,
	[E_BUS_ERROR] = BUS_ERROR, [E_INVALID_OP] = INVALID_OP,
	[E_MATH] = MATH,	   [E_SECURITY] = SECURITY,
};

/* By exception class; what is not named raises _OTHER. Aborts are looked
 * into further.
 */
static const struct {
	__u8 event;
	__u8 why;
} classes[ESR_EC_COUNT] = {
	[EC_UNKNOWN] = { E_INVALID_OP, UKARCH_WHY_UNDEFINED },
	[EC_FP_ACCESS] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_PAC_TRAP] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_LS64] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_BTI] = { E_SECURITY, UKARCH_WHY_LANDING },
	[EC_ILLEGAL] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_SYSREG] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_SVE] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_PAC_FAIL] = { E_SECURITY, UKARCH_WHY_SIGNATURE },
	[EC_SME] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_PC_ALIGN] = { E_BUS_ERROR, UKARCH_WHY_UNALIGNED },
	[EC_SP_ALIGN] = { E_BUS_ERROR, UKARCH_WHY_UNALIGNED },
	[EC_MOPS] = { E_INVALID_OP, UKARCH_WHY_OTHER },
	[EC_FP32] = { E_MATH, UKARCH_WHY_FP },
	[EC_FP64] = { E_MATH, UKARCH_WHY_FP },
	[EC_SERROR] = { E_BUS_ERROR, UKARCH_WHY_EXTERNAL },
	[EC_HW_BREAK_LOWER] = { E_DEBUG, UKARCH_WHY_HW_BREAK },
	[EC_HW_BREAK] = { E_DEBUG, UKARCH_WHY_HW_BREAK },
	[EC_STEP_LOWER] = { E_DEBUG, UKARCH_WHY_STEP },
	[EC_STEP] = { E_DEBUG, UKARCH_WHY_STEP },
	[EC_WATCH_LOWER] = { E_DEBUG, UKARCH_WHY_WATCH },
	[EC_WATCH] = { E_DEBUG, UKARCH_WHY_WATCH },
	[EC_BRK] = { E_DEBUG, UKARCH_WHY_BREAKPOINT },
};

static enum ukarch_trap_why __nobreak refusal(const struct ukarch_trap_ctx *ctx)
{
	if (ctx->access == UKARCH_ACCESS_WRITE)
		return UKARCH_WHY_READ_ONLY;
	if (ctx->access == UKARCH_ACCESS_EXEC)
		return UKARCH_WHY_NOT_EXEC;
	return UKARCH_WHY_PRIVILEGE;
}

#define SCTLR_ENIA (1UL << 31)

/* What a CPU without FPAC makes of an address whose signature is wrong: the
 * top of it is an error code, 1 for key A (DDI 0487, AddPAC and Auth).
 */
static int __nobreak wrong_signature(const struct ukarch_trap_ctx *ctx)
{
	return ctx->access == UKARCH_ACCESS_EXEC &&
	       ctx->fault_address >> 48 == 0x2000 &&
	       (UKARCH_SYSREG_READ(sctlr_el1) & SCTLR_ENIA);
}

/* Faults of the translation: the page tables say no. */
static const struct uk_event *__nobreak
classify_fault(struct ukarch_trap_ctx *ctx)
{
	switch (FSC_KIND(ISS_FSC(ctx->error_code))) {
	case FSC_KIND_TRANSLATION:
		ctx->why = ukarch_vaddr_canonical(ctx->fault_address)
				   ? UKARCH_WHY_NOT_MAPPED
			   : wrong_signature(ctx) ? UKARCH_WHY_SIGNATURE
						  : UKARCH_WHY_NON_CANONICAL;
		break;
	case FSC_KIND_PERMISSION:
		ctx->why = refusal(ctx);
		break;
	default:
		ctx->why = UKARCH_WHY_RESERVED;
	}
	return PAGE_FAULT;
}

/* Instruction and data aborts, by their fault status. */
static const struct uk_event *__nobreak
classify_abort(struct ukarch_trap_ctx *ctx)
{
	unsigned int fsc = ISS_FSC(ctx->error_code);

	if (FSC_KIND(fsc) <= FSC_KIND_PERMISSION)
		return classify_fault(ctx);
	if (fsc == FSC_TAG)
		return SECURITY;
	if (fsc == FSC_ALIGNMENT) {
		ctx->why = UKARCH_WHY_UNALIGNED;
		ctx->align = arm64_insn_align(
			*(const __u32 *)ukarch_regs_pc(ctx->regs));
	} else if (fsc == FSC_EXTERNAL || fsc == FSC_PARITY ||
		   FSC_KIND(fsc) == FSC_KIND_EXTERNAL_WALK ||
		   FSC_KIND(fsc) == FSC_KIND_PARITY_WALK)
		ctx->why = UKARCH_WHY_EXTERNAL;
	return BUS_ERROR;
}

static enum ukarch_trap_access __nobreak data_access(unsigned long esr)
{
	if ((esr & ISS_WNR) && !(esr & ISS_CM))
		return UKARCH_ACCESS_WRITE;
	return UKARCH_ACCESS_READ;
}

/* FAR holds the address of this exception. */
static void __nobreak address(struct ukarch_trap_ctx *ctx)
{
	ctx->addr_valid = 1;
	ctx->fault_address = UKARCH_SYSREG_READ(far_el1);
}

#define PSTATE_F (1 << 6)
#define PSTATE_D (1 << 9)
#define MDSCR_SS (1 << 0)

/* Handlers can be interrupted by what may interrupt a program with interrupts
 * off: its registers are saved by now, and those of the exception read. A
 * debugger's points hit there as well; a step is the program's, not theirs.
 */
static void __nobreak unmask(const struct ukarch_trap_ctx *ctx)
{
	if (!(ctx->regs->pstate & PSTATE_F))
		__asm__ __volatile__("msr daifclr, #1" : : : "memory");
#ifdef CONFIG_LIBUKGDB
	if (!(ctx->regs->pstate & PSTATE_D) &&
	    !(UKARCH_SYSREG_READ(mdscr_el1) & MDSCR_SS))
		__asm__ __volatile__("msr daifclr, #8" : : : "memory");
#endif
}

static const struct uk_event *__nobreak
classify_sync(struct ukarch_trap_ctx *ctx)
{
	unsigned long esr = ctx->error_code;
	unsigned int ec = ESR_EC(esr);

	ctx->why = (enum ukarch_trap_why)classes[ec].why;
	switch (ec) {
	case EC_IABORT_LOWER:
	case EC_IABORT:
	case EC_DABORT_LOWER:
	case EC_DABORT:
		ctx->access = ec <= EC_IABORT ? UKARCH_ACCESS_EXEC
					      : data_access(esr);
		if (!(esr & ISS_FNV))
			address(ctx);
		unmask(ctx);
		return classify_abort(ctx);
	case EC_WATCH_LOWER:
	case EC_WATCH:
		ctx->access = data_access(esr);
		address(ctx);
		break;
	case EC_PC_ALIGN:
		ctx->access = UKARCH_ACCESS_EXEC;
		address(ctx);
		ctx->align = 4;
		break;
	case EC_BTI: /* the branch has been made */
		ctx->access = UKARCH_ACCESS_EXEC;
		ctx->addr_valid = 1;
		ctx->fault_address = ukarch_regs_pc(ctx->regs);
		break;
	default:
		break;
	}
	if (classes[ec].event != E_DEBUG) /* not in those of a debug trap */
		unmask(ctx);
	return class_events[classes[ec].event];
}

static const struct uk_event *__nobreak classify(struct ukarch_trap_ctx *ctx)
{
	switch (SLOT_KIND(ctx->trapnr)) {
	case SLOT_IRQ:
		unmask(ctx);
		ctx->why = UKARCH_WHY_INTERRUPT;
		return IRQ;
	case SLOT_FIQ:
		ctx->why = UKARCH_WHY_INTERRUPT;
		return OTHER;
	case SLOT_SERROR:
		ctx->error_code = UKARCH_SYSREG_READ(esr_el1);
		unmask(ctx);
		ctx->why = UKARCH_WHY_EXTERNAL;
		return BUS_ERROR;
	default:
		ctx->error_code = UKARCH_SYSREG_READ(esr_el1);
		return classify_sync(ctx);
	}
}

void __nobreak ukarch_trap_handle(struct __regs *regs, unsigned long slot)
{
	struct ukarch_trap_ctx ctx = {
		.regs = regs,
		.trapnr = slot,
	};
	const struct uk_event *event = classify(&ctx);

	if (!uk_trap_raise(event, &ctx))
		uk_crash_trap(&ctx);
	uk_trap_leave(&ctx);
}

void __noreturn ukarch_trap_exhausted(unsigned long slot, __vaddr_t pc)
{
	uk_print_seize();
	uk_pr_crit("no stack left for a trap: %s at 0x%lx\n",
		   ukarch_trap_name(slot), pc);
	uk_print_exit(UKPLAT_STATUS_CRASH);
	ukplat_poweroff(UKPLAT_STATUS_CRASH);
}

void ukarch_trap_frame_init(struct ukarch_trap_frame *frame,
			    const struct __regs *regs)
{
	frame->regs = *regs;
	frame->record[0] = regs->x[29];
	frame->record[1] = regs->pc;
	frame->trap_sp = 0;
	frame->sp_el0 = regs->sp;
}

void ukarch_trap_frame_call(struct ukarch_trap_frame *frame,
			    struct __regs *regs, void (*fn)(void *), void *arg)
{
	ukarch_trap_frame_init(frame, regs);
	regs->sp = (__u64)frame;
	regs->x[29] = (__u64)frame->record;
	regs->lr = (__u64)ukarch_trap_return;
	regs->x[0] = (__u64)arg;
	ukarch_regs_set_pc(regs, (__u64)fn);
}
