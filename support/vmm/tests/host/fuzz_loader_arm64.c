/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as an image of arm64, any memory and command line: the loader
 * writes inside of the memory; the device tree is one, says what was asked
 * for, or does not fit.
 *
 * HOST-SRCS: support/vmm/vmm/loader.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/arm64
 * HOST-FLAGS: -Wno-unused-function
 * HOST-LIBS: -lfdt
 */
#include "../../vmm/arch/arm64/boot.c"
#include "fuzz_loader.h"

#define IMAGE_RAM 0x4000

static uint64_t number(const void *dtb, const char *path, const char *name)
{
	int node = fdt_path_offset(dtb, path), len;
	const void *p = fdt_getprop(dtb, node, name, &len);

	return p && len == 16 ? fdt64_ld((const fdt64_t *)p + 1) : 0;
}

static unsigned int cpus(const void *dtb)
{
	int node, all = fdt_path_offset(dtb, "/cpus");
	unsigned int n = 0;

	fdt_for_each_subnode(node, dtb, all) n++;
	return n;
}

static void check_tree(const struct vm *vm)
{
	const char *args;

	if (fdt_check_full(vm->ram, vm->ram_size) ||
	    number(vm->ram, "/memory", "reg") != vm->ram_size ||
	    cpus(vm->ram) != vm->n_cpus)
		abort();
	args = fdt_getprop(vm->ram, fdt_path_offset(vm->ram, "/chosen"),
			   "bootargs", NULL);
	if (!args || strcmp(args, vm->command_line))
		abort();
}

/* Of the input: sizes, then the file; its end is the command line, too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t image_ram[IMAGE_RAM];
	static struct vm vm;
	struct image image;
	char *words;
	int rc;

	if (size < 4)
		return 0;
	vm.ram_size = 1 + (data[0] | (size_t)data[1] << 8);
	vm.n_cpus = 1 + data[2] % VMM_VCPUS_MAX;
	vm.n_consoles = data[3] % (CONSOLES_MAX + 1);
	vm.irqchip = data[3] >> 7;
	vm.ram = calloc(1, vm.ram_size);
	load(data + 4, size - 4, image_ram, IMAGE_RAM, &image);

	words = strndup((const char *)data + 4 + (size - 4) / 2,
			size - 4 - (size - 4) / 2);
	vm.command_line = words;
	rc = arch_boot_data(&vm, &image);
	if (!rc)
		check_tree(&vm);
	else if (rc != -ENOSPC)
		abort();
	free(words);
	free(vm.ram);
	return 0;
}
