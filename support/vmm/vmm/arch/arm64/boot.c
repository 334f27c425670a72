/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A machine with the addresses of QEMU's `virt`, which its device tree
 * (Devicetree Specification v0.4) describes, and a register for the exit
 * status: a guest of KVM has no semihosting.
 */
#include <elf.h>
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include "../../vm.h"

#define RAM 0x40000000UL
#define DTB_MAX 0x100000UL
#define GIC_DISTRIBUTOR 0x08000000UL
#define GIC_REDISTRIBUTOR 0x080a0000UL
#define GIC_REDISTRIBUTORS 0xf60000UL
#define PL011 0x09000000UL
#define PL011_SPI 1
#define EXIT_STATUS 0x090f0000UL
#define PAGE 0x1000UL

#define PSTATE_EL1H_MASKED 0x3c5

const struct place arch_serial = { VMM_SPACE_MMIO, PL011, PAGE, PL011_SPI };
const struct place arch_virtio = { VMM_SPACE_MMIO, 0x0a000000, 0x200, 16 };

const unsigned int arch_elf_machine = EM_AARCH64;
const uint64_t arch_ram_base = RAM;

uint64_t arch_entry(const uint8_t *file, size_t len)
{
	Elf64_Ehdr e;

	(void)len;
	memcpy(&e, file, sizeof(e));
	return e.e_entry >= RAM ? e.e_entry : 0;
}

int arch_memory(struct vm *vm)
{
	return vmm_memory_map(vm->m, RAM, vm->ram, vm->ram_size, 7);
}

/* ---- the device tree; errors stick until fdt_finish() ---- */

#define GIC_PHANDLE 1
#define CLOCK_PHANDLE 2
#define SPI 0
#define PPI 1
#define EDGE 1
#define LEVEL 4
#define CLOCK_HZ 24000000

static void cells(void *dtb, const char *name, unsigned int n,
		  const uint32_t *values)
{
	fdt32_t out[16];

	for (unsigned int i = 0; i < n; i++)
		out[i] = cpu_to_fdt32(values[i]);
	fdt_property(dtb, name, out, (int)(n * sizeof(*out)));
}

#define CELLS(dtb, name, ...)                                         \
	cells(dtb, name,                                              \
	      sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), \
	      (const uint32_t[]){ __VA_ARGS__ })
#define WORDS(v) (uint32_t)((uint64_t)(v) >> 32), (uint32_t)(v)

/* Several strings, each with its end. */
#define STRINGS(dtb, name, text) \
	fdt_property(dtb, name, text, (int)sizeof(text))

static void node(void *dtb, const char *name, uint64_t at)
{
	char full[48];

	snprintf(full, sizeof(full), "%s@%lx", name, (unsigned long)at);
	fdt_begin_node(dtb, full);
}

static void tree_cpus(void *dtb, const struct vm *vm)
{
	fdt_begin_node(dtb, "cpus");
	CELLS(dtb, "#address-cells", 1);
	CELLS(dtb, "#size-cells", 0);
	for (unsigned int i = 0; i < vm->n_cpus; i++) {
		static struct vmm_state s;
		uint32_t id = i;

		if (!vmm_state_get(vm->cpus[i].v, &s, VMM_STATE_SYSTEM))
			id = (uint32_t)s.mpidr_el1 & 0xffffff;
		node(dtb, "cpu", id);
		fdt_property_string(dtb, "device_type", "cpu");
		fdt_property_string(dtb, "compatible", "arm,armv8");
		fdt_property_string(dtb, "enable-method", "psci");
		CELLS(dtb, "reg", id);
		fdt_end_node(dtb);
	}
	fdt_end_node(dtb);
}

static void tree_gic(void *dtb)
{
	node(dtb, "intc", GIC_DISTRIBUTOR);
	fdt_property_string(dtb, "compatible", "arm,gic-v3");
	fdt_property(dtb, "interrupt-controller", NULL, 0);
	CELLS(dtb, "#address-cells", 0);
	CELLS(dtb, "#interrupt-cells", 3);
	CELLS(dtb, "reg", WORDS(GIC_DISTRIBUTOR), WORDS(0x10000),
	      WORDS(GIC_REDISTRIBUTOR), WORDS(GIC_REDISTRIBUTORS));
	CELLS(dtb, "phandle", GIC_PHANDLE);
	fdt_end_node(dtb);
	fdt_begin_node(dtb, "timer");
	fdt_property_string(dtb, "compatible", "arm,armv8-timer");
	CELLS(dtb, "interrupts", PPI, 13, LEVEL, PPI, 14, LEVEL, PPI, 11, LEVEL,
	      PPI, 10, LEVEL);
	fdt_end_node(dtb);
}

static void tree_console(void *dtb)
{
	fdt_begin_node(dtb, "clock");
	fdt_property_string(dtb, "compatible", "fixed-clock");
	CELLS(dtb, "#clock-cells", 0);
	CELLS(dtb, "clock-frequency", CLOCK_HZ);
	CELLS(dtb, "phandle", CLOCK_PHANDLE);
	fdt_end_node(dtb);
	node(dtb, "pl011", PL011);
	STRINGS(dtb, "compatible", "arm,pl011\0arm,primecell");
	CELLS(dtb, "reg", WORDS(PL011), WORDS(PAGE));
	CELLS(dtb, "interrupts", SPI, PL011_SPI, LEVEL);
	CELLS(dtb, "clocks", CLOCK_PHANDLE, CLOCK_PHANDLE);
	STRINGS(dtb, "clock-names", "uartclk\0apb_pclk");
	fdt_end_node(dtb);
}

static void tree_virtio(void *dtb, unsigned int i)
{
	uint64_t base = arch_virtio.base + i * arch_virtio.len;

	node(dtb, "virtio_mmio", base);
	fdt_property_string(dtb, "compatible", "virtio,mmio");
	CELLS(dtb, "reg", WORDS(base), WORDS(arch_virtio.len));
	CELLS(dtb, "interrupts", SPI, arch_virtio.line + i, EDGE);
	fdt_end_node(dtb);
}

static void tree(void *dtb, const struct vm *vm, int irqchip)
{
	fdt_begin_node(dtb, "");
	fdt_property_string(dtb, "compatible", "linux,dummy-virt");
	CELLS(dtb, "#address-cells", 2);
	CELLS(dtb, "#size-cells", 2);
	if (irqchip)
		CELLS(dtb, "interrupt-parent", GIC_PHANDLE);
	fdt_begin_node(dtb, "chosen");
	fdt_property_string(dtb, "bootargs", vm->command_line);
	fdt_property_string(dtb, "stdout-path", "/pl011@9000000");
	fdt_end_node(dtb);
	node(dtb, "memory", RAM);
	fdt_property_string(dtb, "device_type", "memory");
	CELLS(dtb, "reg", WORDS(RAM), WORDS(vm->ram_size));
	fdt_end_node(dtb);
	fdt_begin_node(dtb, "psci");
	STRINGS(dtb, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	fdt_property_string(dtb, "method", "hvc");
	fdt_end_node(dtb);
	tree_cpus(dtb, vm);
	if (irqchip)
		tree_gic(dtb);
	tree_console(dtb);
	for (unsigned int i = 0; i < vm->n_consoles; i++)
		tree_virtio(dtb, i);
	node(dtb, "exit-status", EXIT_STATUS);
	fdt_property_string(dtb, "compatible", "vitrine,exit-status");
	CELLS(dtb, "reg", WORDS(EXIT_STATUS), WORDS(PAGE));
	fdt_end_node(dtb);
	fdt_end_node(dtb);
}

int arch_boot_data(struct vm *vm, const struct image *image)
{
	size_t room = vm->ram_size < DTB_MAX ? vm->ram_size : DTB_MAX;
	int rc = fdt_create(vm->ram, (int)room);

	fdt_finish_reservemap(vm->ram);
	tree(vm->ram, vm, vm->irqchip);
	if (!rc)
		rc = fdt_finish(vm->ram);
	vm->entry = image->entry;
	vm->boot_data = RAM;
	return rc ? -ENOSPC : 0;
}

int arch_start(struct vm *vm)
{
	static struct vmm_state s;

	s.pc = vm->entry;
	s.x[0] = vm->boot_data;
	s.pstate = PSTATE_EL1H_MASKED;
	return vmm_state_set(vm->cpus[0].v, &s, VMM_STATE_GENERAL);
}

/* ---- devices ---- */

static int exit_status(void *ctx, struct vmm_access *a)
{
	(void)ctx;
	return a->write ? STOP_STATUS : 0;
}

int arch_devices(struct vm *vm)
{
	return vmm_device_add(vm->m, VMM_SPACE_MMIO, EXIT_STATUS, PAGE,
			      exit_status, vm);
}
