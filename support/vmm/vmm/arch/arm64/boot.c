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
const uint64_t arch_image_base = RAM + DTB_MAX;
const uint64_t arch_image_end = ~0UL;

uint64_t arch_entry(const uint8_t *file, size_t len)
{
	Elf64_Ehdr e;

	(void)len;
	memcpy(&e, file, sizeof(e));
	return e.e_entry >= RAM ? e.e_entry : 0;
}

unsigned int arch_cpus_max(int irqchip)
{
	(void)irqchip;
	return VMM_VCPUS_MAX;
}

int arch_memory(struct vm *vm)
{
	return vmm_memory_map(vm->m, RAM, vm->ram, vm->ram_size, 7);
}

/* ---- the device tree ---- */

#define GIC_PHANDLE 1
#define CLOCK_PHANDLE 2
#define SPI 0
#define PPI 1
#define EDGE 1
#define LEVEL 4
#define CLOCK_HZ 24000000

/* libfdt forgets an error: a smaller property may fit behind one that did not.
 */
struct tree {
	void *dtb;
	int rc; /* the first error */
};

static void note(struct tree *t, int rc)
{
	if (!t->rc)
		t->rc = rc;
}

static void begin(struct tree *t, const char *name)
{
	note(t, fdt_begin_node(t->dtb, name));
}

static void end(struct tree *t)
{
	note(t, fdt_end_node(t->dtb));
}

static void property(struct tree *t, const char *name, const void *value,
		     size_t len)
{
	note(t, fdt_property(t->dtb, name, value, (int)len));
}

static void string(struct tree *t, const char *name, const char *value)
{
	property(t, name, value, strlen(value) + 1);
}

static void cells(struct tree *t, const char *name, unsigned int n,
		  const uint32_t *values)
{
	fdt32_t out[16];

	for (unsigned int i = 0; i < n; i++)
		out[i] = cpu_to_fdt32(values[i]);
	property(t, name, out, n * sizeof(*out));
}

#define CELLS(t, name, ...)                                                    \
	cells(t, name, sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), \
	      (const uint32_t[]){ __VA_ARGS__ })
#define WORDS(v) (uint32_t)((uint64_t)(v) >> 32), (uint32_t)(v)

/* Several strings, each with its end. */
#define STRINGS(t, name, text) property(t, name, text, sizeof(text))

static void node(struct tree *t, const char *name, uint64_t at)
{
	char full[48];

	snprintf(full, sizeof(full), "%s@%lx", name, (unsigned long)at);
	begin(t, full);
}

static void tree_cpus(struct tree *t, const struct vm *vm)
{
	begin(t, "cpus");
	CELLS(t, "#address-cells", 1);
	CELLS(t, "#size-cells", 0);
	for (unsigned int i = 0; i < vm->n_cpus; i++) {
		static struct vmm_state s;
		uint32_t id = i;

		if (!vmm_state_get(vm->cpus[i].v, &s, VMM_STATE_SYSTEM))
			id = (uint32_t)s.mpidr_el1 & 0xffffff;
		node(t, "cpu", id);
		string(t, "device_type", "cpu");
		string(t, "compatible", "arm,armv8");
		string(t, "enable-method", "psci");
		CELLS(t, "reg", id);
		end(t);
	}
	end(t);
}

static void tree_gic(struct tree *t)
{
	node(t, "intc", GIC_DISTRIBUTOR);
	string(t, "compatible", "arm,gic-v3");
	property(t, "interrupt-controller", NULL, 0);
	CELLS(t, "#address-cells", 0);
	CELLS(t, "#interrupt-cells", 3);
	CELLS(t, "reg", WORDS(GIC_DISTRIBUTOR), WORDS(0x10000),
	      WORDS(GIC_REDISTRIBUTOR), WORDS(GIC_REDISTRIBUTORS));
	CELLS(t, "phandle", GIC_PHANDLE);
	end(t);
	begin(t, "timer");
	string(t, "compatible", "arm,armv8-timer");
	CELLS(t, "interrupts", PPI, 13, LEVEL, PPI, 14, LEVEL, PPI, 11, LEVEL,
	      PPI, 10, LEVEL);
	end(t);
}

static void tree_console(struct tree *t)
{
	begin(t, "clock");
	string(t, "compatible", "fixed-clock");
	CELLS(t, "#clock-cells", 0);
	CELLS(t, "clock-frequency", CLOCK_HZ);
	CELLS(t, "phandle", CLOCK_PHANDLE);
	end(t);
	node(t, "pl011", PL011);
	STRINGS(t, "compatible", "arm,pl011\0arm,primecell");
	CELLS(t, "reg", WORDS(PL011), WORDS(PAGE));
	CELLS(t, "interrupts", SPI, PL011_SPI, LEVEL);
	CELLS(t, "clocks", CLOCK_PHANDLE, CLOCK_PHANDLE);
	STRINGS(t, "clock-names", "uartclk\0apb_pclk");
	end(t);
}

static void tree_virtio(struct tree *t, unsigned int i)
{
	uint64_t base = arch_virtio.base + i * arch_virtio.len;

	node(t, "virtio_mmio", base);
	string(t, "compatible", "virtio,mmio");
	CELLS(t, "reg", WORDS(base), WORDS(arch_virtio.len));
	CELLS(t, "interrupts", SPI, arch_virtio.line + i, EDGE);
	end(t);
}

static void tree(struct tree *t, const struct vm *vm, int irqchip)
{
	begin(t, "");
	string(t, "compatible", "linux,dummy-virt");
	CELLS(t, "#address-cells", 2);
	CELLS(t, "#size-cells", 2);
	if (irqchip)
		CELLS(t, "interrupt-parent", GIC_PHANDLE);
	begin(t, "chosen");
	string(t, "bootargs", vm->command_line);
	string(t, "stdout-path", "/pl011@9000000");
	end(t);
	node(t, "memory", RAM);
	string(t, "device_type", "memory");
	CELLS(t, "reg", WORDS(RAM), WORDS(vm->ram_size));
	end(t);
	begin(t, "psci");
	STRINGS(t, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	string(t, "method", "hvc");
	end(t);
	tree_cpus(t, vm);
	if (irqchip)
		tree_gic(t);
	tree_console(t);
	for (unsigned int i = 0; i < vm->n_consoles; i++)
		tree_virtio(t, i);
	node(t, "exit-status", EXIT_STATUS);
	string(t, "compatible", "vitrine,exit-status");
	CELLS(t, "reg", WORDS(EXIT_STATUS), WORDS(PAGE));
	end(t);
	end(t);
}

int arch_boot_data(struct vm *vm, const struct image *image)
{
	size_t room = vm->ram_size < DTB_MAX ? vm->ram_size : DTB_MAX;
	struct tree t = { .dtb = vm->ram };

	note(&t, fdt_create(t.dtb, (int)room));
	note(&t, fdt_finish_reservemap(t.dtb));
	tree(&t, vm, vm->irqchip);
	note(&t, fdt_finish(t.dtb));
	vm->entry = image->entry;
	vm->boot_data = RAM;
	return t.rc ? -ENOSPC : 0;
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
