/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Descriptor tables, and from a vector to the event that fits it.
 *
 * Four vectors can be raised by a bad stack pointer (#SS, #GP, #PF, and #DF
 * after them) and two at any time (NMI, #MC): these enter on interrupt
 * stacks. So do #DB and #BP, as a debugger must not write below the program's
 * stack pointer. TCG raises a second #DB on the first instruction of the
 * handler when single step and a debug register hit together, which would
 * overwrite the frame of the first: what sets the trap flag turns the
 * debug registers off.
 */
#include <string.h>
#include <arch/trap.h>
#include <uk/arch/paging.h>
#include <uk/arch/trap.h>
#include <uk/crash.h>
#include <uk/percpu.h>
#include <uk/plat/image.h>
#include <uk/stack.h>
#include <uk/trap.h>
#include "trap_internal.h"

#define SEL_CODE 0x08
#define SEL_TSS 0x18
#define GATE_INTERRUPT 0x8e

/* Debug traps come in at the top of the trap stack and NMIs at that of their
 * own; all are handled below that. One of uknmi's users may crash there: a
 * crash screen takes 5 KiB.
 */
#ifdef CONFIG_LIBUKNMI
#define NMI_STACK_SIZE (4 * __PAGE_SIZE)
#else
#define NMI_STACK_SIZE (2 * __PAGE_SIZE)
#endif

/* At each level of NMIs, faults and debug traps. */
#define NMI_LEVEL_SIZE (2UL * UKARCH_TRAP_ENTRY_SIZE)

/* Below a frame that is moved, handlers need this much to start with. */
#define RESTACK_HEADROOM 2048

UK_STACK_DEFINE_PERCPU(uk_ist_fault, "fault entry", UKARCH_IST_SIZE);
UK_STACK_DEFINE_PERCPU(uk_ist_double, "double-fault entry", __PAGE_SIZE);
UK_STACK_DEFINE_PERCPU(uk_nmi_stack, "NMI", NMI_STACK_SIZE);
UK_STACK_DEFINE_PERCPU(uk_trap_stack, "trap", UKARCH_TRAP_STACK_SIZE);

/* Task-state segment in 64-bit mode (Intel SDM volume 3, 7.7). */
struct tss {
	__u32 reserved0;
	__u64 rsp[3];
	__u64 reserved1;
	__u64 ist[7];
	__u64 reserved2;
	__u16 reserved3;
	__u16 iomap_base;
} __packed;

/* Null, 64-bit code, data, and the TSS in two entries (SDM volume 3, 3.4.5).
 */
static struct {
	struct tss tss;
	__u64 gdt[5];
} cpus[CONFIG_UKPLAT_LCPU_MAXCOUNT];

static struct {
	__u16 offset_low, selector;
	__u8 ist, type;
	__u16 offset_mid;
	__u32 offset_high, reserved;
} idt[256];

struct table_reg {
	__u16 limit;
	__u64 base;
} __packed;

/* The entries of interrupts, of 8 bytes. */
extern const char ukarch_irq_stubs[];

#define EXCEPTIONS 32

static __u8 ist_of(unsigned int vector)
{
	switch (vector) {
	case TRAP_SS:
	case TRAP_GP:
	case TRAP_PF:
		return 1;
	case TRAP_DF:
	case TRAP_MC:
		return 2;
	case TRAP_NMI:
		return 3;
	case TRAP_DB:
	case TRAP_BP:
		return 4;
	default:
		return 0;
	}
}

/* The stack pointer of an empty stack. */
#define TOP_OF(stack, cpu) ((__u64)(stack)[cpu] + sizeof((stack)[cpu]))

/* Where faults come in, and debug traps: below that in the handlers of an NMI.
 */
static void __nobreak set_entries(unsigned int cpu, __u64 faults)
{
	struct tss *tss = &cpus[cpu].tss;

	tss->ist[0] = faults;
	tss->ist[3] = faults == TOP_OF(uk_ist_fault, cpu)
			      ? TOP_OF(uk_trap_stack, cpu)
			      : faults - UKARCH_TRAP_ENTRY_SIZE;
}

void __nobreak ukarch_trap_left(void)
{
	const struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);
	unsigned int cpu = uk_percpu_id();

	while (ctx && ctx->trapnr != TRAP_NMI)
		ctx = ctx->outer;
	if (!ctx)
		set_entries(cpu, TOP_OF(uk_ist_fault, cpu));
}

static void gdt_load(void)
{
	unsigned int cpu = uk_percpu_id();
	struct tss *tss = &cpus[cpu].tss;
	__u64 base = (__u64)tss, *gdt = cpus[cpu].gdt;
	struct table_reg gdtr = { sizeof(cpus[cpu].gdt) - 1, (__u64)gdt };

	set_entries(cpu, TOP_OF(uk_ist_fault, cpu));
	tss->ist[1] = TOP_OF(uk_ist_double, cpu);
	tss->ist[2] = TOP_OF(uk_nmi_stack, cpu);
	tss->iomap_base = sizeof(*tss);
	gdt[1] = 0x00af9b000000ffff;
	gdt[2] = 0x00cf93000000ffff;
	gdt[3] = (sizeof(*tss) - 1) | (base & 0xffffff) << 16 |
		 (base & 0xff000000) << 32 | 0x89UL << 40;
	gdt[4] = base >> 32;

	__asm__ __volatile__("lgdt %0\n\t"
			     "pushq %1\n\t"
			     "leaq 1f(%%rip), %%rax\n\t"
			     "pushq %%rax\n\t"
			     "lretq\n"
			     "1:\tmovl %2, %%eax\n\t"
			     "movl %%eax, %%ds\n\t"
			     "movl %%eax, %%es\n\t"
			     "movl %%eax, %%ss\n\t"
			     "ltr %w3"
			     :
			     : "m"(gdtr), "i"(SEL_CODE), "i"(0x10), "r"(SEL_TSS)
			     : "rax", "memory");
}

void x86_trap_entry_set(unsigned int vector, __uptr entry)
{
	idt[vector].offset_low = entry & 0xffff;
	idt[vector].offset_mid = entry >> 16 & 0xffff;
	idt[vector].offset_high = entry >> 32;
}

static void idt_fill(void)
{
	for (unsigned int v = 0; v < ARRAY_SIZE(idt); v++) {
		x86_trap_entry_set(
			v, v < EXCEPTIONS ? (__uptr)ukarch_trap_stubs + 16 * v
					  : (__uptr)ukarch_irq_stubs +
						    8 * (v - EXCEPTIONS));
		idt[v].selector = SEL_CODE;
		idt[v].ist = ist_of(v);
		idt[v].type = GATE_INTERRUPT;
	}
}

void ukarch_trap_init(void)
{
	struct table_reg idtr = { sizeof(idt) - 1, (__u64)idt };

	if (!uk_percpu_id())
		idt_fill();
	gdt_load();
	__asm__ __volatile__("lidt %0" : : "m"(idtr));
}

static int writable(__vaddr_t addr)
{
	struct uk_page_walk walk;

	return !uk_page_walk(addr, &walk) && (walk.attr & PAGE_ATTR_PROT_WRITE);
}

static int __nobreak on_trap_stack(__u64 rsp)
{
	unsigned int cpu = uk_percpu_id();

	return rsp - (__vaddr_t)uk_trap_stack[cpu] <= sizeof(uk_trap_stack[0]);
}

/* The frame of a fault goes below the interrupted stack pointer if there is
 * memory, to the trap stack if there is none. If it was the trap stack that
 * overflowed the frame stays where it is.
 */
static __vaddr_t place_of_fault(const struct __regs *regs, __vaddr_t below,
				__vaddr_t top)
{
	if (writable(below - RESTACK_HEADROOM) && writable(regs->rsp - 1))
		return below;
	return on_trap_stack(regs->rsp) ? (__vaddr_t)regs : top;
}

/* A debug trap of the program leaves its stack alone: the trap stack is unused
 * then. One of a handler is on its stack, like any other trap.
 */
static __vaddr_t __nobreak place_of_debug(const struct __regs *regs,
					  __vaddr_t below, __vaddr_t top)
{
	return uk_percpu_read(trap) || on_trap_stack(regs->rsp) ? below : top;
}

/* Where the trap came in that has this stack pointer, or 0. */
static __u64 __nobreak entry_of(__u64 rsp, unsigned int cpu)
{
	__u64 faults = TOP_OF(uk_ist_fault, cpu);
	__u64 debugs = TOP_OF(uk_trap_stack, cpu);

	if (debugs - rsp < UKARCH_TRAP_ENTRY_SIZE)
		return debugs;
	if (faults - rsp >= UKARCH_IST_SIZE)
		return 0;
	return faults - ALIGN_DOWN(faults - rsp, (__u64)UKARCH_TRAP_ENTRY_SIZE);
}

/* The stack below which memory is free. Where the trap of a handler is still
 * coming in, it is that of the handler, whose pointer the CPU has pushed; the
 * frame may be on its way to there.
 */
static __u64 __nobreak free_below(__u64 rsp, unsigned int cpu)
{
	__u64 entry;

	for (unsigned int n = 0; n < 2; n++) { /* one on the other's way */
		entry = entry_of(rsp, cpu);
		if (!entry)
			break;
		rsp = ALIGN_DOWN(((__u64 *)entry)[-2], 16UL) -
		      sizeof(struct __regs);
	}
	return ALIGN_DOWN(rsp, 16UL);
}

/* An NMI may interrupt the way of another trap, whose frame is half popped: it
 * has a stack of its own.
 */
static __vaddr_t __nobreak place_of_nmi(const struct __regs *regs,
					unsigned int cpu)
{
	__vaddr_t stack = (__vaddr_t)uk_nmi_stack[cpu];
	__u64 rsp = free_below(regs->rsp, cpu);

	if (rsp - stack <= sizeof(uk_nmi_stack[0]))
		return rsp - sizeof(*regs);
	return stack + sizeof(uk_nmi_stack[0]) - UKARCH_TRAP_ENTRY_SIZE -
	       sizeof(*regs);
}

/* Moves a frame out of its entry stack. */
struct __regs *__nobreak ukarch_trap_restack(struct __regs *regs)
{
	unsigned int cpu = uk_percpu_id();
	__vaddr_t top = TOP_OF(uk_trap_stack, cpu) - UKARCH_TRAP_ENTRY_SIZE -
			sizeof(*regs);
	__vaddr_t below = ALIGN_DOWN(regs->rsp, 16UL) - sizeof(*regs);
	__u64 n = sizeof(*regs) / 8;
	void *from = regs, *to;

	switch (regs->vector) {
	case TRAP_DB:
	case TRAP_BP:
		to = (void *)place_of_debug(regs, below, top);
		break;
	case TRAP_NMI:
		to = (void *)place_of_nmi(regs, cpu);
		break;
	default:
		to = (void *)place_of_fault(regs, below, top);
	}
	regs = to;
	/* memcpy() might hold a breakpoint */
	__asm__ __volatile__("rep movsq"
			     : "+D"(to), "+S"(from), "+c"(n)
			     :
			     : "memory");
	return regs;
}

/* The event for vectors below 32; what is not named raises _OTHER. */
static const struct {
	const struct uk_event *event;
	enum ukarch_trap_why why;
} vectors[EXCEPTIONS] = {
	[TRAP_DE] = { UK_EVENT_PTR(UKARCH_TRAP_MATH), UKARCH_WHY_DIVIDE },
	[TRAP_DB] = { UK_EVENT_PTR(UKARCH_TRAP_DEBUG), UKARCH_WHY_STEP },
	[TRAP_BP] = { UK_EVENT_PTR(UKARCH_TRAP_DEBUG), UKARCH_WHY_BREAKPOINT },
	[TRAP_UD] = { UK_EVENT_PTR(UKARCH_TRAP_INVALID_OP),
		      UKARCH_WHY_UNDEFINED },
	[TRAP_NM] = { UK_EVENT_PTR(UKARCH_TRAP_MATH), UKARCH_WHY_FP },
	[TRAP_DF] = { UK_EVENT_PTR(UKARCH_TRAP_OTHER),
		      UKARCH_WHY_DOUBLE_FAULT },
	[TRAP_TS] = { UK_EVENT_PTR(UKARCH_TRAP_BUS_ERROR), UKARCH_WHY_OTHER },
	[TRAP_NP] = { UK_EVENT_PTR(UKARCH_TRAP_BUS_ERROR), UKARCH_WHY_OTHER },
	[TRAP_SS] = { UK_EVENT_PTR(UKARCH_TRAP_BUS_ERROR), UKARCH_WHY_OTHER },
	[TRAP_GP] = { UK_EVENT_PTR(UKARCH_TRAP_X86_GP), UKARCH_WHY_OTHER },
	[TRAP_PF] = { UK_EVENT_PTR(UKARCH_TRAP_PAGE_FAULT), UKARCH_WHY_OTHER },
	[TRAP_MF] = { UK_EVENT_PTR(UKARCH_TRAP_MATH), UKARCH_WHY_FP },
	[TRAP_AC] = { UK_EVENT_PTR(UKARCH_TRAP_BUS_ERROR),
		      UKARCH_WHY_UNALIGNED },
	[TRAP_XM] = { UK_EVENT_PTR(UKARCH_TRAP_MATH), UKARCH_WHY_FP },
	[TRAP_CP] = { UK_EVENT_PTR(UKARCH_TRAP_SECURITY), UKARCH_WHY_OTHER },
};

/* What DR6 says about a #DB; the register is left to the debugger. */
static enum ukarch_trap_why __nobreak debug_why(void)
{
	__u64 dr6, dr7;

	__asm__ __volatile__("mov %%dr6, %0" : "=r"(dr6));
	__asm__ __volatile__("mov %%dr7, %0" : "=r"(dr7));
	for (unsigned int i = 0; i < 4; i++)
		if (dr6 & (1UL << i))
			return (dr7 >> (16 + 4 * i) & 3) ? UKARCH_WHY_WATCH
							 : UKARCH_WHY_HW_BREAK;
	return UKARCH_WHY_STEP;
}

static void __nobreak page_fault_fill(struct ukarch_trap_ctx *ctx)
{
	unsigned long err = ctx->error_code;

	__asm__ __volatile__("mov %%cr2, %0" : "=r"(ctx->fault_address));
	ctx->addr_valid = 1;
	ctx->access = (err & PF_INSTR)	 ? UKARCH_ACCESS_EXEC
		      : (err & PF_WRITE) ? UKARCH_ACCESS_WRITE
					 : UKARCH_ACCESS_READ;
	ctx->why = (err & PF_RESERVED)	 ? UKARCH_WHY_RESERVED
		   : !(err & PF_PRESENT) ? UKARCH_WHY_NOT_MAPPED
		   : (err & PF_INSTR)	 ? UKARCH_WHY_NOT_EXEC
		   : (err & PF_WRITE)	 ? UKARCH_WHY_READ_ONLY
					 : UKARCH_WHY_PRIVILEGE;
}

/* What a trap needs that an NMI has interrupted as it came in. */
struct coming_in {
	struct tss *tss;
	__u64 cr2, faults;
};

/* Its frame is still where the CPU put it: the next one goes elsewhere. */
static void __nobreak nmi_begin(const struct __regs *regs, struct coming_in *c)
{
	unsigned int cpu = uk_percpu_id();

	c->tss = &cpus[cpu].tss;
	c->faults = c->tss->ist[0];
	__asm__ __volatile__("mov %%cr2, %0" : "=r"(c->cr2));
	if (unlikely(c->faults - regs->rsp < NMI_LEVEL_SIZE ||
		     c->tss->ist[3] - regs->rsp < UKARCH_TRAP_ENTRY_SIZE))
		set_entries(cpu,
			    MAX(c->faults - NMI_LEVEL_SIZE,
				TOP_OF(uk_ist_fault, cpu) -
					UKARCH_NMI_LEVELS * NMI_LEVEL_SIZE));
}

static void __nobreak nmi_end(const struct coming_in *c)
{
	__asm__ __volatile__("mov %0, %%cr2" : : "r"(c->cr2));
	if (unlikely(c->tss->ist[0] != c->faults))
		set_entries(uk_percpu_id(), c->faults);
}

#define INSN_HLT 0xf4

/* An interrupt ends a halt that has not begun, as what it did was looked for
 * before. STI holds interrupts back until HLT (SDM volume 2, STI), but not
 * those that wait behind an NMI in between, nor always in QEMU 7.2's TCG.
 */
static void __nobreak end_halt(struct __regs *regs)
{
	if (likely(uk_image_is_text(regs->rip)) &&
	    unlikely(*(const __u8 *)regs->rip == INSN_HLT))
		regs->rip++;
}

void __nobreak ukarch_trap_handle(struct __regs *regs)
{
	const struct uk_event *event = UK_EVENT_PTR(UKARCH_TRAP_OTHER);
	struct ukarch_trap_ctx ctx = {
		.regs = regs,
		.trapnr = regs->vector,
		.error_code = regs->orig_rax,
	};
	struct coming_in coming_in = { 0 };

	if (regs->vector >= ARRAY_SIZE(vectors)) {
		event = UK_EVENT_PTR(UKARCH_TRAP_IRQ);
		ctx.why = UKARCH_WHY_INTERRUPT;
		end_halt(regs);
	} else if (vectors[regs->vector].event) {
		event = vectors[regs->vector].event;
		ctx.why = vectors[regs->vector].why;
	}
	if (regs->vector == TRAP_NMI)
		nmi_begin(regs, &coming_in);
	else if (regs->vector == TRAP_PF)
		page_fault_fill(&ctx);
	else if (regs->vector == TRAP_DB)
		ctx.why = debug_why();
	else if ((regs->vector == TRAP_GP || regs->vector == TRAP_SS) &&
		 !regs->orig_rax)
		ukarch_trap_operand(&ctx);

	if (!uk_trap_raise(event, &ctx))
		uk_crash_trap(&ctx);
	uk_trap_leave(&ctx);
	if (regs->vector == TRAP_NMI)
		nmi_end(&coming_in);
}

/* Captured registers have no valid stack segment in 64-bit mode but 0. */
void ukarch_trap_frame_init(struct ukarch_trap_frame *frame,
			    const struct __regs *regs)
{
	frame->record[0] = regs->rbp;
	frame->record[1] = regs->rip;
	frame->regs = *regs;
	frame->regs.cs = SEL_CODE;
}

#define EFLAGS_TF (1UL << 8)
#define EFLAGS_DF (1UL << 10)

/* The word below the frame is the return address, as a call leaves it. */
void ukarch_trap_frame_call(struct ukarch_trap_frame *frame,
			    struct __regs *regs, void (*fn)(void *), void *arg)
{
	__u64 *sp = (__u64 *)frame - 1;

	ukarch_trap_frame_init(frame, regs);
	*sp = (__u64)ukarch_trap_return;
	regs->rsp = (__u64)sp;
	regs->rbp = (__u64)frame->record;
	regs->eflags &= ~(EFLAGS_TF | EFLAGS_DF);
	regs->rdi = (__u64)arg;
	regs->rip = (__u64)fn;
}
