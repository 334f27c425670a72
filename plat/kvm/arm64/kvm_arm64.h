/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the files of this folder give each other.
 */
#ifndef __KVM_ARM64_H__
#define __KVM_ARM64_H__

/* entry.S maps that much, devices included. */
#define KVM_BOOT_GIB 255

/* The first PL011 of `virt`, where the device tree does not name another. */
#define KVM_UART 0x09000000

#define KVM_SEMIHOSTING_EXIT_EXTENDED 0x20
#define KVM_SEMIHOSTING_APPLICATION_EXIT 0x20026
#define KVM_PSCI_SYSTEM_OFF 0x84000008

#ifndef __ASSEMBLY__
#include <uk/arch/types.h>

/* Boot; called by entry.S on the main stack. */
void kvm_setup(void *boot_param);

/* Sets the clock's zero; calls plat_clock_start(). */
void kvm_time_init(void);

/**
 * Sets how PSCI is called: by SMC if `smc`, else by HVC, which is also the
 * default.
 */
void kvm_psci_conduit(int smc);

/** Sets where support/vmm has a register for the exit status. */
void kvm_exit_status(__paddr_t at);

/** 1 if the machine has said that it has PSCI. */
int kvm_psci_there(void);

/** Calls a function of PSCI; returns what it returns. */
__s64 kvm_psci(__u64 function, __u64 arg1, __u64 arg2, __u64 arg3);

#ifdef CONFIG_HAVE_SMP
/* Root of the page tables that other CPUs start with. */
extern __u64 kvm_lcpu_root;

/* Their first instruction. */
extern const char kvm_lcpu_start[];

/* Adds the CPUs of the device tree. */
void kvm_lcpu_find(const void *dtb);
#else
static inline void kvm_lcpu_find(const void *dtb)
{
	(void)dtb;
}
#endif

/*
 * entry.S: one trapping instruction and a return each. The arguments are in
 * the registers that PSCI (Arm DEN0022) and semihosting (Arm DUI 0471) want.
 */
__u64 kvm_call_semihosting(__u64 op, const void *args);
__u64 kvm_call_hvc(__u64 function, __u64 arg1, __u64 arg2, __u64 arg3);
__u64 kvm_call_smc(__u64 function, __u64 arg1, __u64 arg2, __u64 arg3);

#endif /* !__ASSEMBLY__ */

#endif /* __KVM_ARM64_H__ */
