/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The I/O APIC, as apic.c sees it.
 */
#ifndef __APIC_INTERNAL_H__
#define __APIC_INTERNAL_H__

#include <uk/essentials.h>

/** Masks all pins; -ENODEV if it is not there. */
int ioapic_init(void);

void ioapic_mask(unsigned int pin, int masked);

/** 1 if a pin is masked. */
int ioapic_is_masked(unsigned int pin);

/** The CPU that a pin interrupts, by the number of its local APIC. */
void ioapic_set_cpu(unsigned int pin, __u8 apic);

/** Level or edge, active high. */
void ioapic_set_level(unsigned int pin, int level);

/** As NMI, which the CPU does not mask, or not; masks the pin. */
void ioapic_set_nmi(unsigned int pin, int nmi);

#endif /* __APIC_INTERNAL_H__ */
