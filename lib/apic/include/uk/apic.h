/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The local APIC (Intel SDM volume 3, chapter 10), for what lives in it, and
 * the lines that are not pins of the I/O APIC.
 */
#ifndef __UK_APIC_H__
#define __UK_APIC_H__

#include <uk/essentials.h>

/* Lines 0 … 23 are the pins of the I/O APIC. */
#define UK_APIC_PINS 24
#define UK_APIC_IRQ_TIMER 24
#ifdef CONFIG_HAVE_SMP
#define UK_APIC_IRQ_IPI 25
#define UK_APIC_IRQ_STOP 26 /* comes as NMI */
#define UK_APIC_LINES 32
#else
#define UK_APIC_LINES 25
#endif

/* Lines have vectors from here on; exceptions end below. */
#define UK_APIC_VECTOR_BASE 32

#define UK_APIC_BASE 0xfee00000UL

/* Registers, by offset. */
#define UK_APIC_ID 0x20
#define UK_APIC_TPR 0x80
#define UK_APIC_EOI 0xb0
#define UK_APIC_LDR 0xd0
#define UK_APIC_SVR 0xf0
#define UK_APIC_ISR 0x100
#define UK_APIC_ICR_LOW 0x300
#define UK_APIC_ICR_HIGH 0x310
#define UK_APIC_LVT_TIMER 0x320
#define UK_APIC_LVT_LINT0 0x350
#define UK_APIC_LVT_LINT1 0x360
#define UK_APIC_TIMER_INITIAL 0x380
#define UK_APIC_TIMER_CURRENT 0x390
#define UK_APIC_TIMER_DIVIDE 0x3e0

#define UK_APIC_LVT_MASKED (1 << 16)

/** A register of the local APIC. Contexts: any. */
static inline __u32 uk_apic_read(unsigned int reg)
{
	return *(const volatile __u32 *)(UK_APIC_BASE + reg);
}

static inline void uk_apic_write(unsigned int reg, __u32 val)
{
	*(volatile __u32 *)(UK_APIC_BASE + reg) = val;
}

#endif /* __UK_APIC_H__ */
