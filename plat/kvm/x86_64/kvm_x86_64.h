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

/* Where other CPUs begin: a page below 1 MiB that nothing else uses. */
#define KVM_LCPU_START 0x8000

/* Offsets in struct kvm_lcpu_regs. */
#define KVM_LCPU_CR0 0
#define KVM_LCPU_CR3 4
#define KVM_LCPU_CR4 8
#define KVM_LCPU_EFER 12

#ifndef __ASSEMBLY__
#include <uk/arch/types.h>

/* Boot; called by entry.S on the main stack. */
void kvm_setup(void *boot_param);

/* Sets the clock's zero; calls plat_clock_start(). */
void kvm_time_init(void);

#ifdef CONFIG_HAVE_SMP
/* What other CPUs start with; 32 bits of each are enough for them. */
extern struct kvm_lcpu_regs {
	__u32 cr0, cr3, cr4, efer;
} kvm_lcpu_regs;

/* The code that is copied to KVM_LCPU_START. */
extern const char kvm_lcpu_start[], kvm_lcpu_start_end[];

/* Adds the CPUs that firmware lists, and puts the code there. rsdp: of ACPI,
 * or 0. Called under entry.S' page tables.
 */
void kvm_lcpu_find(__paddr_t rsdp);
#else
static inline void kvm_lcpu_find(__paddr_t rsdp)
{
	(void)rsdp;
}
#endif
#endif

#endif /* __KVM_X86_64_H__ */
