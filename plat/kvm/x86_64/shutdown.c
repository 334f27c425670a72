/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The ways in which a PC under QEMU ends, tried in turn: isa-debug-exit, which
 * carries the status; ACPI power-off of pc and q35; a triple fault, which
 * ends QEMU under -no-reboot.
 */
#include <uk/arch/lcpu.h>
#include <uk/plat/common.h>
#include <uk/plat/lcpu.h>
#include <arch/io.h>
#include "kvm_x86_64.h"

/* A triple fault, which resets every PC. */
static void __noreturn triple_fault(void)
{
	static const struct {
		__u16 limit;
		__u64 base;
	} __packed no_idt;

	__asm__ __volatile__("lidt %0; int3" : : "m"(no_idt));
	for (;;)
		ukarch_halt();
}

void __noreturn ukplat_poweroff(int status)
{
	plat_end();
	outl(KVM_DEBUG_EXIT, (__u32)status);
	outw(KVM_ACPI_PM1_CONTROL, KVM_ACPI_SLEEP);
	triple_fault();
}

void __noreturn ukplat_restart(void)
{
	plat_end();
	triple_fault();
}
