/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of this folder give each other; for assembly, too.
 */
#ifndef __KVM_X86_64_H__
#define __KVM_X86_64_H__

/* The ways in which a PC under QEMU ends: see shutdown.c. */
#define KVM_DEBUG_EXIT 0xf4
#define KVM_ACPI_PM1_CONTROL 0x604
#define KVM_ACPI_SLEEP 0x2000

/* entry.S maps the memory below. */
#define KVM_BOOT_MAPPED 0x40000000

#ifndef __ASSEMBLY__
/* Boot; called by entry.S on the main stack. */
void kvm_setup(void *boot_param);

/* Sets the clock's zero; calls plat_clock_start(). */
void kvm_time_init(void);
#endif

#endif /* __KVM_X86_64_H__ */
