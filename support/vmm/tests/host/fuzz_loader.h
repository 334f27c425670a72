/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What the fuzzers of loaders share: a machine that does nothing, and a header
 * that is accepted.
 */
#ifndef __FUZZ_LOADER_H__
#define __FUZZ_LOADER_H__

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../vmm/vm.h"

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

/* Without this the fuzzer takes long to find one. */
static void make_header(uint8_t *file, size_t size)
{
	Elf64_Ehdr e;

	if (size < sizeof(e) || file[0] & 1)
		return;
	memcpy(&e, file, sizeof(e));
	memcpy(e.e_ident, ELFMAG "\2\1\1", 7);
	e.e_machine = (Elf64_Half)arch_elf_machine;
	e.e_phentsize = sizeof(Elf64_Phdr);
	e.e_phnum &= 7;
	e.e_phoff &= 0xff;
	memcpy(file, &e, sizeof(e));
}

/* Aborts where the loader's answer is none. */
static void load(const uint8_t *data, size_t size, uint8_t *ram, size_t room,
		 struct image *image)
{
	uint8_t *file = malloc(size + 1);
	const char *why = NULL;

	memcpy(file, data, size);
	make_header(file, size);
	if (load_elf(file, size, ram, arch_image_base, room, image, &why)) {
		if (!why)
			abort();
	} else if (!image->entry || image->end > arch_image_base + room) {
		abort();
	}
	free(file);
}

#endif /* __FUZZ_LOADER_H__ */
