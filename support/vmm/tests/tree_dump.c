/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * tree_dump MIB CPUS CONSOLES COMMAND-LINE: writes the device tree that a guest
 * of arm64 finds to stdout. tests/test_vmm.py has dtc check it, and compares it
 * with QEMU's.
 */
#include <stdlib.h>
#include "../vmm/arch/arm64/boot.c"

int vmm_memory_map(struct vmm_machine *m, uint64_t gpa, void *mem, size_t len,
		   unsigned int prot)
{
	(void)m, (void)gpa, (void)mem, (void)len, (void)prot;
	return 0;
}

/* As KVM numbers them: sixteen have the same Aff1. */
int vmm_state_get(struct vmm_vcpu *v, struct vmm_state *s, unsigned int mask)
{
	uintptr_t cpu = (uintptr_t)v;

	(void)mask;
	s->mpidr_el1 = 1U << 31 | cpu / 16 << 8 | cpu % 16;
	return 0;
}

int vmm_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		  unsigned int mask)
{
	(void)v, (void)s, (void)mask;
	return 0;
}

int vmm_device_add(struct vmm_machine *m, enum vmm_space space, uint64_t start,
		   uint64_t len, vmm_access_fn fn, void *ctx)
{
	(void)m, (void)space, (void)start, (void)len, (void)fn, (void)ctx;
	return 0;
}

int main(int argc, char **argv)
{
	static struct vm vm = { .irqchip = 1 };
	const struct image image = { .entry = RAM };
	int rc;

	if (argc != 5)
		return STATUS_USAGE;
	vm.ram_size = strtoul(argv[1], NULL, 10) << 20;
	vm.n_cpus = (unsigned int)atoi(argv[2]);
	vm.n_consoles = (unsigned int)atoi(argv[3]);
	vm.command_line = argv[4];
	vm.ram = calloc(1, DTB_MAX);
	for (uintptr_t i = 0; i < vm.n_cpus; i++)
		vm.cpus[i].v = (struct vmm_vcpu *)i;
	rc = arch_boot_data(&vm, &image);
	if (!rc)
		fwrite(vm.ram, 1, fdt_totalsize(vm.ram), stdout);
	return rc ? STATUS_FAILED : 0;
}
