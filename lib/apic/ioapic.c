/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The I/O APIC (Intel 82093AA data sheet), at the place where every PC has
 * its first. Its low words are kept here too, since reading them back is an
 * exit to the hypervisor.
 *
 * ISA interrupts are the pins of the same number, edge-triggered, but for the
 * i8254 (pin 2). QEMU's pins do not look at polarity.
 */
#include <errno.h>
#include <uk/apic.h>
#include "apic_internal.h"

#define IOAPIC_SELECT (*(volatile __u32 *)0xfec00000)
#define IOAPIC_WINDOW (*(volatile __u32 *)0xfec00010)

#define REG_VERSION 1
#define REG_LOW(pin) (0x10 + 2 * (pin))
#define REG_HIGH(pin) (0x11 + 2 * (pin))

#define LOW_NMI (4 << 8) /* delivery mode; level-triggering is ignored */
#define LOW_LEVEL (1 << 15)
#define LOW_MASKED (1 << 16)

#define ISA_PINS 16

static __u32 low[UK_APIC_PINS];

static void reg_write(unsigned int reg, __u32 val)
{
	IOAPIC_SELECT = reg;
	IOAPIC_WINDOW = val;
}

static void low_write(unsigned int pin, __u32 val)
{
	UK_WRITE_ONCE(low[pin], val);
	reg_write(REG_LOW(pin), val);
}

int ioapic_init(void)
{
	__u32 version;

	IOAPIC_SELECT = REG_VERSION;
	version = IOAPIC_WINDOW;
	if (version == 0xffffffff || (version >> 16 & 0xff) < UK_APIC_PINS - 1)
		return -ENODEV;
	for (unsigned int pin = 0; pin < UK_APIC_PINS; pin++)
		low_write(pin, (UK_APIC_VECTOR_BASE + pin) | LOW_MASKED |
				       (pin < ISA_PINS ? 0 : LOW_LEVEL));
	return 0;
}

void ioapic_mask(unsigned int pin, int masked)
{
	low_write(pin, masked ? low[pin] | LOW_MASKED : low[pin] & ~LOW_MASKED);
}

int ioapic_is_masked(unsigned int pin)
{
	return !!(UK_READ_ONCE(low[pin]) & LOW_MASKED);
}

void ioapic_set_cpu(unsigned int pin, __u8 apic)
{
	reg_write(REG_HIGH(pin), (__u32)apic << 24);
}

void ioapic_set_level(unsigned int pin, int level)
{
	low_write(pin, level ? low[pin] | LOW_LEVEL : low[pin] & ~LOW_LEVEL);
}

void ioapic_set_nmi(unsigned int pin, int nmi)
{
	__u32 plain = (low[pin] & ~LOW_NMI) | LOW_MASKED;

	low_write(pin, nmi ? plain | LOW_NMI : plain);
}
