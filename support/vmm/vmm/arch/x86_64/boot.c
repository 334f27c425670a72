/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * A PC without firmware: memory with the hole below 4 GiB, the first serial
 * port, a port for the exit status, and the entry by PVH (Xen's
 * docs/misc/pvh.pandoc, public/arch-x86/hvm/start_info.h).
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../../vm.h"
#include "mptable.h"

#define GIB (1UL << 30)
#define LOW_MAX (3 * GIB) /* devices and the APICs are above */
#define HIGH (4 * GIB)

/* Below the image, and the first page of other CPUs. */
#define START_INFO 0x1000
#define MEMORY_MAP 0x1100
#define COMMAND_LINE 0x10000
#define COMMAND_LINE_MAX 0x8ffff /* the table of CPUs is above */
#define HOLE 0xa0000
#define HOLE_END 0x100000

#define PORT_COM1 0x3f8
#define PORT_EXIT 0xf4	    /* QEMU's isa-debug-exit */
#define PORT_POWEROFF 0x604 /* ACPI PM1 control of QEMU's q35 */
#define POWEROFF 0x2000
#define IRQ_COM1 4

/* As QEMU's microvm has them. */
const struct place arch_serial = { VMM_SPACE_PORT, PORT_COM1, 8, IRQ_COM1 };
const struct place arch_virtio = { VMM_SPACE_MMIO, 0xfeb00000, 0x200, 9 };

const unsigned int arch_elf_machine = EM_X86_64;
const uint64_t arch_ram_base = 0;
const uint64_t arch_image_base = HOLE;
const uint64_t arch_image_end = LOW_MAX;

/* ---- the image ---- */

#define NOTE_PHYS32_ENTRY 18

/* The entry among the notes of a segment, or 0. */
static uint64_t pvh_entry(const uint8_t *notes, uint64_t len)
{
	while (len >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr n;
		uint64_t name, desc, entry = 0;

		memcpy(&n, notes, sizeof(n));
		name = (n.n_namesz + 3UL) & ~3UL;
		desc = (n.n_descsz + 3UL) & ~3UL;
		if (len - sizeof(n) < name + desc)
			return 0;
		if (n.n_type == NOTE_PHYS32_ENTRY && n.n_namesz == 4 &&
		    !memcmp(notes + sizeof(n), "Xen", 4) &&
		    (n.n_descsz == 4 || n.n_descsz == 8)) {
			memcpy(&entry, notes + sizeof(n) + name, n.n_descsz);
			return entry;
		}
		notes += sizeof(n) + name + desc;
		len -= sizeof(n) + name + desc;
	}
	return 0;
}

uint64_t arch_entry(const uint8_t *file, size_t len)
{
	Elf64_Ehdr e;
	uint64_t entry = 0;

	memcpy(&e, file, sizeof(e));
	for (unsigned int i = 0; i < e.e_phnum && !entry; i++) {
		Elf64_Phdr p;

		memcpy(&p, file + e.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type == PT_NOTE && p.p_offset <= len &&
		    p.p_filesz <= len - p.p_offset)
			entry = pvh_entry(file + p.p_offset, p.p_filesz);
	}
	return entry >> 32 ? 0 : entry;
}

/* ---- memory and boot data ---- */

/* Others start by an interrupt. */
unsigned int arch_cpus_max(int irqchip)
{
	return irqchip ? MPTABLE_CPUS : 1;
}

static uint64_t low_size(const struct vm *vm)
{
	return vm->ram_size < LOW_MAX ? vm->ram_size : LOW_MAX;
}

int arch_memory(struct vm *vm)
{
	uint64_t low = low_size(vm);
	int rc = vmm_memory_map(vm->m, 0, vm->ram, low, 7);

	if (!rc && vm->ram_size > low)
		rc = vmm_memory_map(vm->m, HIGH, vm->ram + low,
				    vm->ram_size - low, 7);
	return rc;
}

struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct memmap_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

#define START_MAGIC 0x336ec578
#define TYPE_RAM 1

/* Devices are before the guest's own words, which may end with arguments. */
static int write_command_line(struct vm *vm)
{
	char *at = (char *)vm->ram + COMMAND_LINE;
	size_t room = COMMAND_LINE_MAX - COMMAND_LINE;

	for (unsigned int i = 0; i < vm->n_consoles; i++) {
		int n = snprintf(
			at, room, "virtio_mmio.device=%lu@%#lx:%u ",
			(unsigned long)arch_virtio.len,
			(unsigned long)(arch_virtio.base + i * arch_virtio.len),
			arch_virtio.line + i);

		at += n;
		room -= (size_t)n;
	}
	if (strlen(vm->command_line) >= room)
		return -ENOSPC;
	strcpy(at, vm->command_line);
	return 0;
}

int arch_boot_data(struct vm *vm, const struct image *image)
{
	uint64_t low = low_size(vm);
	struct start_info info = {
		.magic = START_MAGIC,
		.version = 1,
		.cmdline = COMMAND_LINE,
		.memmap = MEMORY_MAP,
		.memmap_entries = vm->ram_size > low ? 3 : 2,
	};
	struct memmap_entry map[3] = {
		{ .addr = 0, .size = HOLE, .type = TYPE_RAM },
		{ .addr = HOLE_END, .size = low - HOLE_END, .type = TYPE_RAM },
		{ .addr = HIGH, .size = vm->ram_size - low, .type = TYPE_RAM },
	};

	if (low < 2 * HOLE_END || write_command_line(vm))
		return -ENOSPC;
	if (vm->irqchip)
		mptable_write(vm->ram, vm->n_cpus);
	memcpy(vm->ram + START_INFO, &info, sizeof(info));
	memcpy(vm->ram + MEMORY_MAP, map, sizeof(map));
	vm->entry = image->entry;
	vm->boot_data = START_INFO;
	return 0;
}

int arch_start(struct vm *vm)
{
	static const struct vmm_segment data = { 0, ~0U, 0x10, 0xc093 };
	static const struct vmm_segment code = { 0, ~0U, 0x08, 0xc09b };
	static const struct vmm_segment task = { 0, 0x67, 0x18, 0x008b };
	struct vmm_vcpu *v = vm->cpus[0].v;
	static struct vmm_state s;
	int rc = vmm_state_get(v, &s, VMM_STATE_SYSTEM);

	for (unsigned int i = VMM_CS; i <= VMM_GS; i++)
		s.seg[i] = data;
	s.seg[VMM_CS] = code;
	s.seg[VMM_TR] = task;
	s.cr0 = 1; /* PE */
	s.cr4 = s.efer = 0;
	s.rip = vm->entry;
	s.rflags = 2;
	s.gpr[VMM_RBX] = vm->boot_data;
	return rc ? rc
		  : vmm_state_set(v, &s, VMM_STATE_GENERAL | VMM_STATE_SYSTEM);
}

/* ---- devices ---- */

static int exit_port(void *ctx, struct vmm_access *a)
{
	(void)ctx;
	return a->write ? STOP_STATUS : 0;
}

static int poweroff_port(void *ctx, struct vmm_access *a)
{
	(void)ctx;
	return a->write && (a->value & POWEROFF) ? STOP_POWEROFF : 0;
}

int arch_devices(struct vm *vm)
{
	int rc = vmm_device_add(vm->m, VMM_SPACE_PORT, PORT_EXIT, 4, exit_port,
				vm);

	return rc ? rc
		  : vmm_device_add(vm->m, VMM_SPACE_PORT, PORT_POWEROFF, 2,
				   poweroff_port, vm);
}
