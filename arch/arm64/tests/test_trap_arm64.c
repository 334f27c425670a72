/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The way into a trap and back: every register survives, changed ones take
 * effect, handlers may trap, bad stacks do no harm, and the context describes
 * the trap correctly.
 */
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/percpu.h>
#include <uk/stack.h>
#include <uk/test.h>
#include <uk/trap.h>

/* What the handler saw of the last trap; it takes none unless armed, and of
 * the CPU that the test runs on.
 */
static struct {
	int armed;
	unsigned int cpu;
	unsigned int count;
	int nest;  /* trap again inside of the handler */
	__u64 add; /* to x17 */
	struct ukarch_trap_ctx ctx;
	struct __regs regs;
	const struct uk_stack *stack; /* that the handler ran on */
	char text[128];
} seen;

/* An SVC has been executed when it traps. */
static int returns_behind(const struct ukarch_trap_ctx *ctx)
{
	return ctx->error_code >> 26 == 0x15;
}

static int take(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (!seen.armed || uk_percpu_id() != seen.cpu)
		return UK_EVENT_NOT_HANDLED;
	seen.count++;
	if (seen.nest) {
		seen.nest = 0;
		__asm__ __volatile__("brk #2");
	}
	seen.ctx = *ctx;
	seen.regs = *ctx->regs;
	seen.stack = uk_stack_find((__vaddr_t)__builtin_frame_address(0));
	ukarch_trap_decode(ctx, seen.text, sizeof(seen.text));
	if (ctx->access == UKARCH_ACCESS_EXEC)
		ukarch_regs_set_pc(ctx->regs, ctx->regs->lr);
	else
		ctx->regs->pc += returns_behind(ctx) ? 0 : 4;
	ctx->regs->x[17] += seen.add;
	return UK_EVENT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_DEBUG, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_PAGE_FAULT, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_BUS_ERROR, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_INVALID_OP, take, 0);
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, take, 0);

static void arm(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.cpu = uk_percpu_id();
	seen.armed = 1;
}

/* Loads x0–x28 from in, traps, stores them to out; lr is in meanwhile. */
void trap_with_all(const __u64 in[30], __u64 out[30]);

__asm__(".text\n"
	".type trap_with_all, %function\n"
	"trap_with_all:\n"
	"	stp	x29, x30, [sp, #-112]!\n"
	"	stp	x19, x20, [sp, #16]\n"
	"	stp	x21, x22, [sp, #32]\n"
	"	stp	x23, x24, [sp, #48]\n"
	"	stp	x25, x26, [sp, #64]\n"
	"	stp	x27, x28, [sp, #80]\n"
	"	str	x1, [sp, #96]\n"
	"	mov	x30, x0\n"
	"	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26\n"
	"	ldp	x\\n, x29, [x30, #8 * \\n]\n"
	"	.endr\n"
	"	ldr	x28, [x30, #8 * 28]\n"
	"	.irp	n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29\n"
	"	ldr	x\\n, [x30, #8 * \\n]\n"
	"	.endr\n"
	"	brk	#1\n"
	"	ldr	x30, [sp, #96]\n"
	"	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14\n"
	"	str	x\\n, [x30, #8 * \\n]\n"
	"	.endr\n"
	"	.irp	n, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27\n"
	"	str	x\\n, [x30, #8 * \\n]\n"
	"	.endr\n"
	"	stp	x28, x29, [x30, #8 * 28]\n"
	"	ldp	x27, x28, [sp, #80]\n"
	"	ldp	x25, x26, [sp, #64]\n"
	"	ldp	x23, x24, [sp, #48]\n"
	"	ldp	x21, x22, [sp, #32]\n"
	"	ldp	x19, x20, [sp, #16]\n"
	"	ldp	x29, x30, [sp], #112\n"
	"	ret\n"
	".size trap_with_all, . - trap_with_all\n");

UK_TESTCASE(arm64_trap, registers_survive_and_changes_count)
{
	__u64 in[30], out[30];

	for (unsigned int i = 0; i < ARRAY_SIZE(in); i++)
		in[i] = 0x1234000000000000 + i * 0x10001;
	arm();
	seen.add = 1;
	trap_with_all(in, out);
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(seen.count, 1);
	UK_TEST_EXPECT_BYTES_EQ(seen.regs.x, in, sizeof(in));
	UK_TEST_EXPECT_UNUM_EQ(seen.regs.lr, (__u64)in);
	in[17]++;
	UK_TEST_EXPECT_BYTES_EQ(out, in, sizeof(in));
}

/* CurrentEL and DAIF before and after, as PSTATE says. */
UK_TESTCASE(arm64_trap, state_is_described_and_restored)
{
	__u64 daif = UKARCH_SYSREG_READ(daif);

	arm();
	__asm__ __volatile__("brk #1");
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(UKARCH_SYSREG_READ(daif), daif);
	UK_TEST_EXPECT_UNUM_EQ(seen.regs.pstate & 0x3cf, daif | 4);
	UK_TEST_EXPECT_UNUM_EQ(UKARCH_SYSREG_READ(spsel), 0);
	UK_TEST_EXPECT_NULL(uk_percpu_read(trap));
	UK_TEST_EXPECT_ZERO(uk_percpu_read(trap_depth));
}

UK_TESTCASE(arm64_trap, handlers_may_trap)
{
	arm();
	seen.nest = 1;
	__asm__ __volatile__("brk #1");
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(seen.count, 2);
	UK_TEST_EXPECT_UNUM_EQ(seen.ctx.error_code & 0xffff, 1);
	UK_TEST_EXPECT_NULL(seen.ctx.outer);
}

/* SP_EL1 belongs to the trap entry; using it must do no harm. */
UK_TESTCASE(arm64_trap, trap_from_sp_el1)
{
	__u64 before, after, sp_el0;

	arm();
	__asm__ __volatile__("mov %2, sp\n"
			     "msr spsel, #1\n"
			     "mov %0, sp\n"
			     "brk #1\n"
			     "mov %1, sp\n"
			     "msr spsel, #0"
			     : "=&r"(before), "=&r"(after), "=&r"(sp_el0)
			     :
			     : "memory");
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(seen.ctx.trapnr, 4);
	UK_TEST_EXPECT_UNUM_EQ(before, after);
	UK_TEST_EXPECT_UNUM_EQ(seen.regs.sp, before);
	UK_TEST_EXPECT(seen.stack && !strcmp(seen.stack->name, "trap"));
}

/* By an undefined instruction: a debug trap does not ask for room. */
static void trap_with_sp(__u64 sp)
{
	__asm__ __volatile__("mov x9, sp\n"
			     "mov sp, %0\n"
			     ".inst 0\n"
			     "mov sp, x9"
			     :
			     : "r"(sp)
			     : "x9", "memory");
}

UK_TESTCASE(arm64_trap, bad_stacks_do_no_harm)
{
	const struct uk_stack *mine =
		uk_stack_find((__vaddr_t)__builtin_frame_address(0));
	const __u64 bad[] = { 0,
			      8,
			      0xffffffffffffffff,
			      0xffff800000000000,
			      (__u64)mine->base,
			      (__u64)mine->base + 512,
			      (__u64)mine->base + 5000,
			      (__u64) "read-only" & ~15UL,
			      0x09000000,
			      (__u64)trap_with_sp & ~15UL };

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		arm();
		trap_with_sp(bad[i]);
		seen.armed = 0;
		UK_TEST_EXPECT_UNUM_EQ(seen.count, 1);
		UK_TEST_EXPECT_UNUM_EQ(seen.regs.sp, bad[i]);
		UK_TEST_EXPECT(seen.stack && !strcmp(seen.stack->name, "trap"));
	}
	arm();
	trap_with_sp((__u64)mine->base + 16384);
	seen.armed = 0;
	UK_TEST_EXPECT_PTR_EQ(seen.stack, mine);
}

/* Nothing is written below the stack pointer of what a debugger looks at. */
UK_TESTCASE(arm64_trap, debug_traps_leave_the_stack)
{
	arm();
	__asm__ __volatile__("brk #1");
	seen.armed = 0;
	UK_TEST_EXPECT_UNUM_EQ(seen.count, 1);
	UK_TEST_EXPECT(seen.stack && !strcmp(seen.stack->name, "trap"));
}

/* --- an interrupt: a software-generated one of the GICv2 (Arm IHI 0048) ----*/

#define GICD(reg) (*(volatile __u32 *)(0x08000000 + (reg)))
#define GICC(reg) (*(volatile __u32 *)(0x08010000 + (reg)))
#define GICD_CTLR 0x000
#define GICD_IGROUPR 0x080
#define GICD_PIDR2 0xfe8
#define GICD_SGIR 0xf00
#define GICD_SGIR_SELF (2 << 24)
#define GICC_CTLR 0x000
#define GICC_PMR 0x004
#define GICC_IAR 0x00c
#define GICC_EOIR 0x010

#define OWN_SGI 3

static __u32 interrupt = 1023;
static __u32 others; /* of other CPUs, by bit: they come again after the test */

static int take_interrupt(void *data)
{
	struct ukarch_trap_ctx *ctx = data;

	if (!seen.armed || uk_percpu_id() != seen.cpu)
		return UK_EVENT_NOT_HANDLED;
	interrupt = GICC(GICC_IAR);
	GICC(GICC_EOIR) = interrupt;
	if (interrupt != OWN_SGI) {
		others |= 1U << interrupt % 32;
		return UK_EVENT_HANDLED;
	}
	seen.count++;
	seen.ctx = *ctx;
	return UK_EVENT_HANDLED;
}
UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_IRQ, take_interrupt, 0);

UK_TESTCASE(arm64_trap, interrupts_are_an_event)
{
	unsigned long daif = UKARCH_SYSREG_READ(daif);
	__u32 gicd = GICD(GICD_CTLR), group = GICD(GICD_IGROUPR), gicc;

	if ((GICD(GICD_PIDR2) >> 4 & 15) != 2)
		return; /* a GICv3, which is reached in another way */
	gicc = GICC(GICC_CTLR);
	arm();
	GICD(GICD_CTLR) = 1;
	GICD(GICD_IGROUPR) = 0;
	GICC(GICC_PMR) = 0xff;
	GICC(GICC_CTLR) = 1;
	GICD(GICD_SGIR) = GICD_SGIR_SELF | OWN_SGI;
	ukarch_irq_enable();
	for (int i = 0; i < 1000000 && !*(volatile unsigned int *)&seen.count;
	     i++)
		ukarch_cpu_relax();
	ukarch_irq_disable();
	GICC(GICC_CTLR) = gicc;
	GICD(GICD_IGROUPR) = group;
	GICD(GICD_CTLR) = gicd;
	seen.armed = 0;
	for (__u32 i = 0; i < 16; i++)
		if (others >> i & 1)
			GICD(GICD_SGIR) = GICD_SGIR_SELF | i;
	ukarch_irq_restore(daif);
	UK_TEST_EXPECT_UNUM_EQ(seen.count, 1);
	UK_TEST_EXPECT_UNUM_EQ(seen.ctx.trapnr, 1);
	UK_TEST_EXPECT_ZERO(seen.ctx.error_code);
	UK_TEST_EXPECT_SNUM_EQ(seen.ctx.why, UKARCH_WHY_INTERRUPT);
}

/* --- in the right terms ----------------------------------------------------*/

#define NO_DEVICE 0x09f00000UL /* between the devices of virt */

static const __u64 constant[2];
static __u64 variable[2];
static void (*volatile target)(void);

static void write_null(void)
{
	__asm__ __volatile__("str wzr, [%0]" : : "r"(8UL) : "memory");
}

static void read_null(void)
{
	__asm__ __volatile__("ldr w0, [%0]" : : "r"(8UL) : "x0");
}

static void write_constant(void)
{
	__asm__ __volatile__("str xzr, [%0]" : : "r"(constant) : "memory");
}

static void read_high(void)
{
	__asm__ __volatile__("ldr w0, [%0]" : : "r"(1UL << 63) : "x0");
}

static void call_null(void)
{
	target = NULL;
	target();
}

static void call_data(void)
{
	target = (void (*)(void))(__uptr)variable;
	target();
}

static void call_odd(void)
{
	target = (void (*)(void))((__uptr)call_data + 2);
	target();
}

static void read_unaligned(void)
{
	__asm__ __volatile__("ldxr x0, [%0]"
			     :
			     : "r"((char *)variable + 1)
			     : "x0", "memory");
}

static void read_no_device(void)
{
	__asm__ __volatile__("ldr w0, [%0]" : : "r"(NO_DEVICE) : "x0");
}

static void undefined(void)
{
	__asm__ __volatile__(".inst 0");
}

static void system_call(void)
{
	__asm__ __volatile__("svc #5");
}

static void breakpoint(void)
{
	__asm__ __volatile__("brk #7");
}

static const struct {
	void (*cause)(void);
	const char *event;
	enum ukarch_trap_access access;
	enum ukarch_trap_why why;
	int addr_valid;
	__u64 addr;
	const char *text;
} terms[] = {
	{ write_null, "UKARCH_TRAP_PAGE_FAULT", UKARCH_ACCESS_WRITE,
	  UKARCH_WHY_NOT_MAPPED, 1, 8, "translation fault level 2, write" },
	{ read_null, "UKARCH_TRAP_PAGE_FAULT", UKARCH_ACCESS_READ,
	  UKARCH_WHY_NOT_MAPPED, 1, 8, "EC 0x25 data abort" },
	{ write_constant, "UKARCH_TRAP_PAGE_FAULT", UKARCH_ACCESS_WRITE,
	  UKARCH_WHY_READ_ONLY, 1, (__u64)constant, "permission fault" },
	{ read_high, "UKARCH_TRAP_PAGE_FAULT", UKARCH_ACCESS_READ,
	  UKARCH_WHY_NON_CANONICAL, 1, 1UL << 63, "level 0, read" },
	{ call_null, "UKARCH_TRAP_PAGE_FAULT", UKARCH_ACCESS_EXEC,
	  UKARCH_WHY_NOT_MAPPED, 1, 0, "EC 0x21 instruction abort" },
	{ call_data, "UKARCH_TRAP_PAGE_FAULT", UKARCH_ACCESS_EXEC,
	  UKARCH_WHY_NOT_EXEC, 1, (__u64)variable, "permission fault" },
	{ call_odd, "UKARCH_TRAP_BUS_ERROR", UKARCH_ACCESS_EXEC,
	  UKARCH_WHY_UNALIGNED, 1, (__u64)call_data + 2, "PC alignment" },
	{ read_unaligned, "UKARCH_TRAP_BUS_ERROR", UKARCH_ACCESS_READ,
	  UKARCH_WHY_UNALIGNED, 1, (__u64)variable + 1, "alignment, read" },
	{ read_no_device, "UKARCH_TRAP_BUS_ERROR", UKARCH_ACCESS_READ,
	  UKARCH_WHY_EXTERNAL, 1, NO_DEVICE, "external abort, read" },
	{ undefined, "UKARCH_TRAP_INVALID_OP", UKARCH_ACCESS_NONE,
	  UKARCH_WHY_UNDEFINED, 0, 0, "undefined instruction" },
	{ system_call, "UKARCH_TRAP_OTHER", UKARCH_ACCESS_NONE,
	  UKARCH_WHY_OTHER, 0, 0, "SVC #5" },
	{ breakpoint, "UKARCH_TRAP_DEBUG", UKARCH_ACCESS_NONE,
	  UKARCH_WHY_BREAKPOINT, 0, 0, "BRK #7" },
};

UK_TESTCASE(arm64_trap, traps_are_described_correctly)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(terms); i++) {
		arm();
		terms[i].cause();
		seen.armed = 0;
		UK_TEST_ASSERT_SNUM_EQ(seen.count, 1);
		UK_TEST_EXPECT_ZERO(
			strcmp(seen.ctx.event_name, terms[i].event));
		UK_TEST_EXPECT_SNUM_EQ(seen.ctx.access, terms[i].access);
		UK_TEST_EXPECT_SNUM_EQ(seen.ctx.why, terms[i].why);
		UK_TEST_EXPECT_SNUM_EQ(seen.ctx.addr_valid,
				       terms[i].addr_valid);
		UK_TEST_EXPECT_UNUM_EQ(seen.ctx.fault_address, terms[i].addr);
		UK_TEST_EXPECT_NOT_NULL(strstr(seen.text, terms[i].text));
	}
}

UK_TESTCASE(arm64_trap, decode_is_cut_to_fit)
{
	struct ukarch_trap_ctx ctx = { .error_code = 0x96000046 };
	char text[8];

	memset(text, 'x', sizeof(text));
	UK_TEST_EXPECT_PTR_EQ(ukarch_trap_decode(&ctx, text, 4), text);
	UK_TEST_EXPECT_ZERO(strcmp(text, "EC "));
	UK_TEST_EXPECT_SNUM_EQ(text[4], 'x');
	for (unsigned long esr = 0; esr < 64; esr++) {
		ctx.error_code = esr << 26 | esr;
		ukarch_trap_decode(&ctx, seen.text, sizeof(seen.text));
		UK_TEST_EXPECT_ZERO(strncmp(seen.text, "EC 0x", 5));
	}
	UK_TEST_EXPECT_NOT_NULL(ukarch_trap_name(99));
}

uk_testsuite_register(arm64_trap, NULL);
