/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Boot on QEMU's `virt`: memory map, command line and the way to the firmware
 * from the device tree (Devicetree Specification v0.4, chapter 3), then page
 * tables, then the init calls.
 */
#include <string.h>
#include <libfdt.h>
#include <uk/arch/trap.h>
#include <uk/fdt.h>
#include <uk/init.h>
#include <uk/percpu.h>
#include <uk/plat/lcpu.h>
#include <uk/stackprotector.h>
#include <uk/plat/common.h>
#include "kvm_arm64.h"

#define RAM_BASE 0x40000000UL
/* GIC, UART, RTC, firmware configuration, GPIO and virtio-mmio */
#define DEVICES 0x08000000
#define DEVICES_SIZE 0x02004000
#define EXIT_STATUS "exit-status@"
#define DTB_VERSION 17 /* of every device tree made since 2007 */

/* What a debugger finds when the boot failed before there was a log. */
extern const char *kvm_setup_error;
const char *kvm_setup_error;

/* Registers of a PL011, by 32 bits: data and flags. */
#define UART_DR 0
#define UART_FR 6
#define UART_FR_TXFF 0x20
#define UART_POLLS_MAX 100000

static void early_puts(volatile __u32 *uart, const char *s)
{
	for (; *s; s++) {
		for (int i = 0; (uart[UART_FR] & UART_FR_TXFF); i++)
			if (i == UART_POLLS_MAX)
				return;
		uart[UART_DR] = (__u8)*s;
	}
}

/* The one that the device tree names, else that of `virt`. */
static volatile __u32 *early_uart(void)
{
	const void *dtb = plat_bootinfo.dtb;
	int node = uk_fdt_stdout(dtb);
	__u64 base;

	if (node < 0 || fdt_node_check_compatible(dtb, node, "arm,pl011") ||
	    uk_fdt_reg(dtb, 0, node, 0, &base, __NULL))
		base = KVM_UART;
	return (volatile __u32 *)base;
}

void __noreturn plat_setup_failed(const char *why)
{
	volatile __u32 *uart = early_uart();

	kvm_setup_error = why;
	early_puts(uart, "boot failed: ");
	early_puts(uart, why);
	early_puts(uart, "\n");
	ukplat_poweroff(UKPLAT_STATUS_SETUP);
}

/* The flat-image protocol passes the device tree; for an ELF the machine
 * leaves it at the start of RAM.
 */
static const void *dtb_find(const void *param)
{
	const void *dtb = param ? param : (const void *)RAM_BASE;

	if (((__uptr)dtb & 7) || fdt_check_header(dtb) ||
	    fdt_version(dtb) < DTB_VERSION)
		plat_setup_failed("no device tree");
	return dtb;
}

static void ranges_add(const void *dtb, int parent, int node,
		       enum ukplat_memregion_type type)
{
	__u64 base, len;

	for (int i = 0; !uk_fdt_reg(dtb, parent, node, i, &base, &len); i++)
		plat_memory_add(base, base + len, type);
}

static void reserved_add(const void *dtb, int parent)
{
	__u64 base, len;
	int node;

	for (int i = 0; i < fdt_num_mem_rsv(dtb); i++)
		if (!fdt_get_mem_rsv(dtb, i, &base, &len))
			plat_memory_add(base, base + len,
					UKPLAT_MEMRT_RESERVED);
	if (parent < 0)
		return;
	fdt_for_each_subnode(node, dtb, parent) if (uk_fdt_enabled(dtb, node))
		ranges_add(dtb, parent, node, UKPLAT_MEMRT_RESERVED);
}

static int prop_is(const void *dtb, int node, const char *prop,
		   const char *value)
{
	const char *text = fdt_getprop(dtb, node, prop, __NULL);

	return text && !strcmp(text, value);
}

static void chosen_read(const void *dtb, int node)
{
	const char *args = fdt_getprop(dtb, node, "bootargs", __NULL);

	if (args)
		plat_cmdline_set(args);
}

/* support/vmm has one, in the range of devices below. */
static void exit_status_read(const void *dtb, int node)
{
	__u64 at;

	if (!uk_fdt_reg(dtb, 0, node, 0, &at, __NULL) && at >= DEVICES &&
	    at < DEVICES + DEVICES_SIZE)
		kvm_exit_status(at);
}

/* One pass over the nodes below the root: each costs. */
static void tree_read(const void *dtb)
{
	int reserved = -1, node;

	fdt_for_each_subnode(node, dtb, 0)
	{
		const char *name = fdt_get_name(dtb, node, __NULL);

		if (prop_is(dtb, node, "device_type", "memory") &&
		    uk_fdt_enabled(dtb, node))
			ranges_add(dtb, 0, node, UKPLAT_MEMRT_FREE);
		else if (!strcmp(name, "chosen"))
			chosen_read(dtb, node);
		else if (!strcmp(name, "psci") && uk_fdt_enabled(dtb, node))
			kvm_psci_conduit(prop_is(dtb, node, "method", "smc"));
		else if (!strncmp(name, EXIT_STATUS, sizeof(EXIT_STATUS) - 1))
			exit_status_read(dtb, node);
		else if (!strcmp(name, "reserved-memory") &&
			 uk_fdt_enabled(dtb, node))
			reserved = node;
	}
	if (!plat_bootinfo.region_count)
		plat_setup_failed("no memory in the device tree");

	/* What is in use takes the place of what is free. */
	reserved_add(dtb, reserved);
	plat_memory_add((__paddr_t)dtb, (__paddr_t)dtb + fdt_totalsize(dtb),
			UKPLAT_MEMRT_BOOT);
	plat_memory_add((__paddr_t)_text, (__paddr_t)_end, UKPLAT_MEMRT_KERNEL);
}

/* ID_AA64MMFR0_EL1.PARange (Arm ARM, D17.2.64); virtual addresses have 48. */
static unsigned int address_bits(void)
{
	static const __u8 bits[] = { 32, 36, 40, 42, 44, 48 };
	__u64 range;

	__asm__("mrs %0, id_aa64mmfr0_el1" : "=r"(range));
	return bits[MIN(range & 15, ARRAY_SIZE(bits) - 1)];
}

void kvm_setup(void *boot_param)
{
	static const struct ukplat_memregion devices[] = {
		{ DEVICES, DEVICES_SIZE, UKPLAT_MEMRT_RESERVED },
	};
	const void *dtb;
	const char *name;

	uk_stackprotector_init();
	uk_percpu_init(0);
	ukarch_trap_init();
	kvm_time_init();
	dtb = dtb_find(boot_param);
	plat_bootinfo.dtb = dtb;
	name = fdt_getprop(dtb, 0, "compatible", __NULL);
	if (name)
		plat_bootinfo.machine =
			strcmp(name, "linux,dummy-virt") ? name : "virt";
	plat_memory_limit(address_bits());
	tree_read(dtb);
	kvm_lcpu_find(dtb);
	plat_paging_init(devices, ARRAY_SIZE(devices),
			 (__paddr_t)KVM_BOOT_GIB << 30);
	plat_memory_report();
	uk_boot();
}
