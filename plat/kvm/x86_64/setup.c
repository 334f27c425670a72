/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Boot on PVH: memory map and command line from hvm_start_info (Xen's
 * public/arch-x86/hvm/start_info.h), then page tables, then the init calls.
 */
#include <uk/arch/lcpu.h>
#include <uk/arch/paging.h>
#include <uk/arch/trap.h>
#include <uk/init.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/stackprotector.h>
#include <arch/cpuid.h>
#include <arch/io.h>
#include <uk/plat/common.h>
#include "kvm_x86_64.h"

#define HVM_START_MAGIC 0x336ec578
#define HVM_MEMMAP_TYPE_RAM 1

struct hvm_start_info {
	__u32 magic;
	__u32 version;
	__u32 flags;
	__u32 nr_modules;
	__u64 modlist_paddr;
	__u64 cmdline_paddr;
	__u64 rsdp_paddr;
	__u64 memmap_paddr;
	__u32 memmap_entries;
	__u32 reserved;
};

struct hvm_memmap_entry {
	__u64 addr;
	__u64 size;
	__u32 type;
	__u32 reserved;
};

/* What a debugger finds when the boot failed before there was a log. */
extern const char *kvm_setup_error;
const char *kvm_setup_error;

#define COM1 0x3f8

void __noreturn plat_setup_failed(const char *why)
{
	static const char prefix[] = "boot failed: ";

	kvm_setup_error = why;
	for (const char *p = prefix; *p; p++)
		outb(COM1, (__u8)*p);
	while (*why)
		outb(COM1, (__u8)*why++);
	outb(COM1, '\n');
	ukplat_poweroff(UKPLAT_STATUS_SETUP);
}

/* The host bridge of q35 (82G33, 8086:29c0); microvm has no PCI. */
static const char *machine_name(void)
{
	__u32 id;

	outl(0xcf8, 0x80000000);
	__asm__ __volatile__("inl %w1, %0" : "=a"(id) : "Nd"(0xcfc));
	return id == 0x29c08086 ? "q35" : id == 0xffffffff ? "microvm" : "pc";
}

#define CPUID_ADDRESS_SIZES (X86_CPUID_EXT + 8)
#define BITS_DEFAULT 36 /* of a CPU that has not that leaf */
#define BITS_MAX 47U	/* one to one below the hole of virtual addresses */

static unsigned int address_bits(void)
{
	if (x86_cpuid(X86_CPUID_EXT, 0).eax < CPUID_ADDRESS_SIZES)
		return BITS_DEFAULT;
	return MIN(x86_cpuid(CPUID_ADDRESS_SIZES, 0).eax & 0xff, BITS_MAX);
}

static void memory_init(const struct hvm_start_info *si)
{
	const struct hvm_memmap_entry *e = (void *)si->memmap_paddr;

	for (int ram = 1; ram >= 0; ram--)
		for (__u32 i = 0; i < si->memmap_entries; i++)
			if ((e[i].type == HVM_MEMMAP_TYPE_RAM) == ram)
				plat_memory_add(e[i].addr,
						e[i].addr + e[i].size,
						ram ? UKPLAT_MEMRT_FREE
						    : UKPLAT_MEMRT_RESERVED);

	/* Page 0 catches null pointers; firmware data lies below 1 MiB. */
	plat_memory_add(0, 0x100000, UKPLAT_MEMRT_RESERVED);
	plat_memory_add((__paddr_t)_text, (__paddr_t)_end, UKPLAT_MEMRT_KERNEL);
}

void kvm_setup(void *boot_param)
{
	/* virtio-mmio, I/O APIC and local APIC */
	static const struct ukplat_memregion devices[] = {
		{ 0xfea00000, 0x00600000, UKPLAT_MEMRT_RESERVED },
	};
	const struct hvm_start_info *si = boot_param;

	uk_stackprotector_init();
	uk_percpu_init(0);
	ukarch_trap_init();
	kvm_time_init();
	if (si->magic != HVM_START_MAGIC)
		plat_setup_failed("not entered through PVH");
	if (si->version < 1 || !si->memmap_entries)
		plat_setup_failed("hvm_start_info without a memory map");

	plat_bootinfo.machine = machine_name();
	if (si->cmdline_paddr)
		plat_cmdline_set((const char *)si->cmdline_paddr);
	plat_memory_limit(address_bits());
	memory_init(si);
	kvm_lcpu_find(si->rsdp_paddr);
	x86_paging_init();
	plat_paging_init(devices, ARRAY_SIZE(devices), KVM_BOOT_MAPPED);
	plat_memory_report();
	uk_boot();
}
