/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as an image: the loader writes inside of the memory, and an entry
 * that it accepts is one.
 *
 * HOST-SRCS: support/vmm/vmm/loader.c
 * HOST-FLAGS: -Isupport/vmm/libvmm -Isupport/vmm/libvmm/arch/x86_64
 * HOST-FLAGS: -Wno-unused-function
 */
#include <stdint.h>
#include <stdlib.h>
#include "../../vmm/arch/x86_64/boot.c"

void mptable_write(uint8_t *ram, unsigned int n_cpus)
{
}

int vmm_memory_map(struct vmm_machine *m, uint64_t gpa, void *mem, size_t len,
		   unsigned int prot)
{
	return 0;
}

int vmm_state_get(struct vmm_vcpu *v, struct vmm_state *s, unsigned int mask)
{
	return 0;
}

int vmm_state_set(struct vmm_vcpu *v, const struct vmm_state *s,
		  unsigned int mask)
{
	return 0;
}

int vmm_device_add(struct vmm_machine *m, enum vmm_space space, uint64_t start,
		   uint64_t len, vmm_access_fn fn, void *ctx)
{
	return 0;
}

#define RAM_SIZE 0x4000

/* Without this the fuzzer takes long to find a header that is accepted. */
static void make_header(uint8_t *file, size_t size)
{
	Elf64_Ehdr e;

	if (size < sizeof(e) || file[0] & 1)
		return;
	memcpy(&e, file, sizeof(e));
	memcpy(e.e_ident, ELFMAG "\2\1\1", 7);
	e.e_machine = EM_X86_64;
	e.e_phentsize = sizeof(Elf64_Phdr);
	e.e_phnum &= 7;
	e.e_phoff &= 0xff;
	memcpy(file, &e, sizeof(e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *ram = calloc(1, RAM_SIZE);
	uint8_t *file = malloc(size + 1);
	struct image image;
	const char *why = NULL;

	memcpy(file, data, size);
	make_header(file, size);
	if (load_elf(file, size, ram, 0, RAM_SIZE, &image, &why)) {
		if (!why)
			abort();
	} else if (!image.entry || image.end > RAM_SIZE) {
		abort();
	}
	free(file);
	free(ram);
	return 0;
}
