/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Which part of the image an address is in, from its own ELF headers.
 */
#include <uk/plat/image.h>
#include "dump_internal.h"

enum dump_image_part dump_image_at(__vaddr_t addr, __vaddr_t *end,
				   __u64 *offset)
{
	const struct uk_elf_ehdr *e = uk_image_elf();
	const struct uk_elf_phdr *ph;

	if (!e || addr >= (__vaddr_t)_end) {
		*end = ~0UL;
		return DUMP_IMAGE_NONE;
	}
	if (addr < (__vaddr_t)_text) {
		*end = (__vaddr_t)_text;
		return DUMP_IMAGE_NONE;
	}
	ph = (const struct uk_elf_phdr *)(_text + e->phoff);
	*end = (__vaddr_t)_end;
	for (unsigned int i = 0; i < e->phnum; i++, ph++) {
		if (ph->type != UK_ELF_PT_LOAD)
			continue;
		if (addr < ph->vaddr) { /* segments are in order */
			*end = ph->vaddr;
			break;
		}
		if (addr - ph->vaddr < ph->filesz) {
			*end = ph->vaddr + ph->filesz;
			*offset = ph->offset + addr - ph->vaddr;
			return DUMP_IMAGE_FILE;
		}
		if (addr - ph->vaddr < ph->memsz) {
			*end = ph->vaddr + ph->memsz;
			return DUMP_IMAGE_BSS;
		}
	}
	return DUMP_IMAGE_BEYOND;
}
