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
#include "../../vmm/arch/x86_64/boot.c"
#include "fuzz_loader.h"

#define RAM_SIZE 0x4000

void mptable_write(uint8_t *ram, unsigned int n_cpus)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *ram = calloc(1, RAM_SIZE);
	struct image image;

	load(data, size, ram, RAM_SIZE, &image);
	free(ram);
	return 0;
}
