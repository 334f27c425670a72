/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Channel 0 of the i8254 (Intel data sheet 231164), pin 2 of the I/O APIC, as
 * NMI. It counts 55 ms at most. The timer of the local APIC has no such mode.
 */
#include <arch/io.h>
#include <uk/essentials.h>
#include <uk/intctlr.h>
#include <uk/percpu.h>
#include "nmi_internal.h"

#define LINE 2

#define PIT_HZ 1193182UL
#define PIT_CH0 0x40
#define PIT_CMD 0x43
#define PIT_CMD_CH0_RATE 0x34	 /* channel 0, low then high byte, mode 2 */
#define PIT_CMD_CH0_ONESHOT 0x30 /* the same, mode 0 */
#define COUNT_MAX 0xffffUL

const int nmi_source_is_local;

static void count(__u8 command, unsigned long n)
{
	outb(PIT_CMD, command);
	outb(PIT_CH0, (__u8)n);
	outb(PIT_CH0, (__u8)(n >> 8));
}

__nsec nmi_source_set(__nsec period)
{
	unsigned long n =
		MIN(period, UK_NSEC_PER_SEC) * PIT_HZ / UK_NSEC_PER_SEC;

	if (!period) {
		uk_intctlr_irq_mask(LINE);
		count(PIT_CMD_CH0_ONESHOT, COUNT_MAX);
		return 0;
	}
	n = MIN(n, COUNT_MAX);
	count(PIT_CMD_CH0_RATE, n);
	uk_intctlr_irq_unmask(LINE);
	return n * UK_NSEC_PER_SEC / PIT_HZ;
}

void nmi_source_init_cpu(void)
{
}

/* One that was on its way when the line was masked is claimed as well. */
static int interrupt(void *arg __unused)
{
	nmi_ticked(uk_percpu_read(trap));
	return UK_INTCTLR_IRQ_HANDLED;
}
UK_INTCTLR_WAKES_NONE(interrupt);

int nmi_source_init(void)
{
	int rc = uk_intctlr_irq_register(LINE, interrupt, __NULL);

	if (!rc)
		rc = uk_intctlr_irq_set_nmi(LINE, 1);
	return rc;
}
