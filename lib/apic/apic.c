/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The local APIC (Intel SDM volume 3, chapter 10) as an interrupt controller,
 * with the I/O APIC behind it. The two i8259 are masked and cut off. A line's
 * vector is its number plus 32; nothing is nested, so that the classes of
 * priority do not matter.
 */
#include <uk/apic.h>
#include <uk/intctlr.h>
#include <uk/percpu.h>
#include <uk/plat/common.h>
#include <uk/trap.h>
#include <arch/cpuid.h>
#include <arch/io.h>
#include "apic_internal.h"

#define PIC1_DATA 0x21
#define PIC2_DATA 0xa1

#define SVR_ENABLE 0x100
#define VECTOR_NMI 2
#define VECTOR_SPURIOUS 0xff
#define ICR_SELF_EDGE 0x44000 /* to itself, asserted, fixed */
#define ICR_FIXED 0x4000      /* to one CPU, asserted */
#define ICR_NMI 0x4400

#define CPUID_EDX_APIC (1U << 9)

static int is_there(void)
{
	return !!(x86_cpuid(1, 0).edx & CPUID_EDX_APIC);
}

static __u8 ids[CONFIG_UKPLAT_LCPU_MAXCOUNT]; /* of the local APICs, by CPU */

/* The local APIC of the calling CPU. */
static void local_init(void)
{
	ids[uk_percpu_id()] = (__u8)(uk_apic_read(UK_APIC_ID) >> 24);
	uk_apic_write(UK_APIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
	uk_apic_write(UK_APIC_TPR, 0);
	uk_apic_write(UK_APIC_LVT_LINT0, UK_APIC_LVT_MASKED);
	uk_apic_write(UK_APIC_LVT_LINT1, UK_APIC_LVT_MASKED);
	uk_apic_write(UK_APIC_LVT_TIMER,
		      UK_APIC_LVT_MASKED |
			      (UK_APIC_VECTOR_BASE + UK_APIC_IRQ_TIMER));
}

static int apic_probe(void)
{
	int rc;

	if (!is_there())
		return -ENODEV;
	outb(PIC1_DATA, 0xff);
	outb(PIC2_DATA, 0xff);
	rc = ioapic_init();
	if (rc)
		return rc;
	local_init();
	return UK_APIC_LINES;
}

/* A vector that is no line's came from an INT instruction or a device that
 * other code programmed: if it is in service it must be ended.
 */
static int apic_ack(const struct ukarch_trap_ctx *ctx)
{
	unsigned int v = (unsigned int)ctx->trapnr;

	if (likely(v - UK_APIC_VECTOR_BASE < UK_APIC_LINES))
		return (int)(v - UK_APIC_VECTOR_BASE);
	if (uk_apic_read(UK_APIC_ISR + v / 32 * 16) & (1U << v % 32))
		uk_apic_write(UK_APIC_EOI, 0);
	return UK_INTCTLR_SPURIOUS;
}

static void apic_eoi(unsigned int irq __unused)
{
	uk_apic_write(UK_APIC_EOI, 0);
}

static void set_masked(unsigned int irq, int masked)
{
	if (irq < UK_APIC_PINS)
		ioapic_mask(irq, masked);
	else if (irq == UK_APIC_IRQ_TIMER)
		uk_apic_write(UK_APIC_LVT_TIMER,
			      (masked ? UK_APIC_LVT_MASKED : 0) |
				      (UK_APIC_VECTOR_BASE + irq));
}

/* Pins that come as NMI, by bit. */
static __u32 nmi_pins;

/* Of each pin: the CPU that it interrupts, and the one before, where an NMI may
 * still be under way.
 */
static struct {
	unsigned int now, before;
} pin_cpu[UK_APIC_PINS];

static void apic_mask(unsigned int irq)
{
	set_masked(irq, 1);
}

static void apic_unmask(unsigned int irq)
{
	set_masked(irq, 0);
}

static int apic_set_cpu(unsigned int irq, unsigned int cpu)
{
	if (irq >= UK_APIC_PINS)
		return -EINVAL;
	if (pin_cpu[irq].now != cpu) {
		UK_WRITE_ONCE(pin_cpu[irq].before, pin_cpu[irq].now);
		UK_WRITE_ONCE(pin_cpu[irq].now, cpu);
	}
	ioapic_set_cpu(irq, ids[cpu]);
	return 0;
}

static int apic_configure(const struct uk_intctlr_irq *irq)
{
	int level = irq->trigger == UK_INTCTLR_IRQ_TRIGGER_LEVEL;

	if (irq->id >= UK_APIC_PINS)
		return level ? -EINVAL : 0;
	ioapic_set_level(irq->id, level);
	return 0;
}

static int apic_set_nmi(unsigned int irq, int on)
{
	if (irq >= UK_APIC_PINS)
		return -ENOTSUP;
	UK_WRITE_ONCE(nmi_pins,
		      on ? nmi_pins | 1U << irq : nmi_pins & ~(1U << irq));
	ioapic_set_nmi(irq, on);
	return 0;
}

static int is_mine(unsigned int pin)
{
	unsigned int me = uk_percpu_id();

	return !ioapic_is_masked(pin) &&
	       (UK_READ_ONCE(pin_cpu[pin].now) == me ||
		UK_READ_ONCE(pin_cpu[pin].before) == me);
}

/* Runs the handlers of the pins that may have sent an NMI to this CPU, or of
 * all; returns what they returned.
 */
static int ask(int all)
{
	int taken = 0;

	for (__u32 left = UK_READ_ONCE(nmi_pins); left; left &= left - 1) {
		unsigned int pin = (unsigned int)__builtin_ctz(left);

		if (all || is_mine(pin))
			taken |= uk_intctlr_nmi(pin);
	}
	return taken;
}

/* An NMI does not say where it came from, and of several one may remain: each
 * pin is asked that sends them here. One that was on its way when its pin was
 * masked or moved is left when no other claims it. An NMI has other causes as
 * well: then no handler here claims it. A debugger that has stopped this CPU
 * polls its line.
 */
static int nmi(void *data)
{
	const struct ukarch_trap_ctx *ctx = data;
	int taken = 0;

	if (ctx->trapnr != VECTOR_NMI)
		return UK_EVENT_NOT_HANDLED;
#ifdef CONFIG_HAVE_SMP
	taken = uk_intctlr_nmi(UK_APIC_IRQ_STOP);
#endif
	if (taken != UK_INTCTLR_IRQ_HANDLED)
		taken |= ask(0);
	if (!taken)
		taken = ask(1);
	return taken ? UK_EVENT_HANDLED : UK_EVENT_NOT_HANDLED;
}

UK_EVENT_HANDLER_PRIO(UKARCH_TRAP_OTHER, nmi, UK_TRAP_PRIO_DEVICE);

static void apic_trigger(unsigned int irq)
{
	uk_apic_write(UK_APIC_ICR_LOW,
		      ICR_SELF_EDGE | (UK_APIC_VECTOR_BASE + irq));
}

#ifdef CONFIG_HAVE_SMP
/* An NMI may come between the two writes of what it interrupts, and send one
 * itself.
 */
static void apic_ipi(unsigned int cpu, unsigned int irq)
{
	__u32 high = uk_apic_read(UK_APIC_ICR_HIGH);

	uk_apic_write(UK_APIC_ICR_HIGH, (__u32)ids[cpu] << 24);
	uk_apic_write(UK_APIC_ICR_LOW,
		      irq == UK_APIC_IRQ_STOP
			      ? ICR_NMI
			      : ICR_FIXED | (UK_APIC_VECTOR_BASE + irq));
	uk_apic_write(UK_APIC_ICR_HIGH, high);
}

static int apic_stop_irq(void)
{
	return UK_APIC_IRQ_STOP;
}
#endif

static const struct uk_intctlr_driver_ops apic_ops = {
	.probe = apic_probe,
	.ack = apic_ack,
	.eoi = apic_eoi,
	.mask_irq = apic_mask,
	.unmask_irq = apic_unmask,
	.set_cpu = apic_set_cpu,
	.configure_irq = apic_configure,
	.trigger_irq = apic_trigger,
	.set_nmi = apic_set_nmi,
#ifdef CONFIG_HAVE_SMP
	.init_cpu = local_init,
	.ipi = apic_ipi,
	.ipi_irq = UK_APIC_IRQ_IPI,
	.stop_irq = apic_stop_irq,
#endif
};

UK_INTCTLR_REGISTER(apic, &apic_ops, 5);
