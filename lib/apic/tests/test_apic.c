/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A serial port that interrupts though interrupts are off, as NMI; an interrupt
 * that comes before a halt, or where no memory is.
 */
#include <string.h>
#include <uk/apic.h>
#include <uk/arch/lcpu.h>
#include <uk/intctlr.h>
#include <uk/test.h>
#include <uk/percpu.h>
#include <arch/io.h>

#define COM1_LINE 4
#define FREE_LINE 13 /* the coprocessor's */
#define COM1_IER 0x3f9
#define IER_THRE 2
#define VECTOR_NMI 2
#define INSN_HLT 0xf4
#define NO_MEMORY 8UL

static volatile unsigned int nmis, asked;
static int enabled;
static const __u8 *pc;

static int take(void *arg __unused)
{
	const struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);

	outb(COM1_IER, 0);
	nmis += ctx->trapnr == VECTOR_NMI;
	enabled = !!(ctx->regs->eflags & X86_EFLAGS_IF);
	pc = (const __u8 *)ctx->regs->rip;
	return UK_INTCTLR_IRQ_HANDLED;
}

/* Of a second line in the set, which nothing interrupts. */
static int ask(void *arg __unused)
{
	asked++;
	return UK_INTCTLR_IRQ_NOT_HANDLED;
}

UK_TESTCASE(apic, nmi_comes_with_interrupts_off)
{
	unsigned long flags = ukarch_irq_save();

	nmis = asked = 0;
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(COM1_LINE, 1));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(FREE_LINE, 1));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(FREE_LINE, ask, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(COM1_LINE, take, NULL));
	for (unsigned int i = 1; i <= 10; i++) {
		outb(COM1_IER, IER_THRE);
		for (unsigned int s = 0; s < 1000000 && nmis < i; s++)
			ukarch_cpu_relax();
		UK_TEST_EXPECT_UNUM_EQ(nmis, i);
	}
	UK_TEST_EXPECT_ZERO(enabled);
	/* one that is masked is not asked while another takes it */
	UK_TEST_EXPECT_UNUM_EQ(asked, 10);
	uk_intctlr_irq_mask(FREE_LINE);
	outb(COM1_IER, IER_THRE);
	for (unsigned int s = 0; s < 1000000 && nmis < 11; s++)
		ukarch_cpu_relax();
	UK_TEST_EXPECT_UNUM_EQ(nmis, 11);
	UK_TEST_EXPECT_UNUM_EQ(asked, 10);
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(FREE_LINE, 0));
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(FREE_LINE, ask, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_set_nmi(COM1_LINE, 0));
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(COM1_LINE, take, NULL));
	ukarch_irq_restore(flags);
	UK_TEST_EXPECT_SNUM_EQ(uk_intctlr_irq_set_nmi(UK_APIC_IRQ_TIMER, 1),
			       -ENOTSUP);
}

/* The NOP takes the place of HLT in the shadow of STI. */
UK_TESTCASE(apic, interrupt_before_halt_ends_it)
{
	struct uk_intctlr_irq_stats before, after;
	unsigned long flags = ukarch_irq_save();

	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_register(FREE_LINE, take, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(FREE_LINE, &before));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(FREE_LINE));
	__asm__ __volatile__("sti; nop; hlt; cli" : : : "memory");
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_stats(FREE_LINE, &after));
	UK_TEST_EXPECT_UNUM_EQ(after.count, before.count + 1);
	UK_TEST_EXPECT_UNUM_EQ(pc[-1], INSN_HLT);
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(FREE_LINE, take, NULL));
	ukarch_irq_restore(flags);
}

static const __u8 *back;

static int bring_back(void *arg)
{
	struct ukarch_trap_ctx *ctx = uk_percpu_read(trap);

	(void)take(arg);
	ctx->regs->rip = (__u64)back;
	return UK_INTCTLR_IRQ_HANDLED;
}

/* It comes when the jump is done, and nothing has been read from there. */
UK_TESTCASE(apic, interrupt_where_no_memory_is)
{
	unsigned long flags = ukarch_irq_save();

	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_register(FREE_LINE, bring_back, NULL));
	UK_TEST_EXPECT_ZERO(uk_intctlr_irq_trigger(FREE_LINE));
	__asm__ __volatile__("leaq 1f(%%rip), %%rax\n\t"
			     "movq %%rax, %0\n\t"
			     "sti\n\t"
			     "jmp *%1\n"
			     "1:\tcli"
			     : "=m"(back)
			     : "r"(NO_MEMORY)
			     : "rax", "memory");
	UK_TEST_EXPECT_PTR_EQ(pc, (const __u8 *)NO_MEMORY);
	UK_TEST_EXPECT_ZERO(
		uk_intctlr_irq_unregister_arg(FREE_LINE, bring_back, NULL));
	ukarch_irq_restore(flags);
}

/* A console that receives by interrupt has the line; test_console.py has one
 * come as NMI.
 */
#ifndef CONFIG_LIBUKCONSOLE_RX_IRQ
uk_testsuite_register(apic, NULL);
#endif
