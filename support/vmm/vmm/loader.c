/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The loader of images. The file may be anything: each offset and length is
 * checked before its use.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include "vm.h"

static int within(uint64_t at, uint64_t len, uint64_t size)
{
	return at <= size && len <= size - at;
}

static int segment(const uint8_t *file, size_t len, const Elf64_Phdr *p,
		   uint8_t *ram, uint64_t base, size_t size, const char **why)
{
	if (!within(p->p_offset, p->p_filesz, len) ||
	    p->p_filesz > p->p_memsz) {
		*why = "a segment is not in the file";
		return -ENOEXEC;
	}
	if (p->p_paddr < base) {
		*why = "a segment is outside of memory, or where boot data are";
		return -ENOEXEC;
	}
	if (!within(p->p_paddr - base, p->p_memsz, size)) {
		*why = "it does not fit into the memory of the machine";
		return -ENOSPC;
	}
	memcpy(ram + (p->p_paddr - base), file + p->p_offset, p->p_filesz);
	memset(ram + (p->p_paddr - base) + p->p_filesz, 0,
	       p->p_memsz - p->p_filesz);
	return 0;
}

int load_elf(const uint8_t *file, size_t len, uint8_t *ram, uint64_t base,
	     size_t size, struct image *image, const char **why)
{
	Elf64_Ehdr e;

	*image = (struct image){ 0 };
	*why = "it is not an ELF file of this architecture";
	if (len < sizeof(e))
		return -ENOEXEC;
	memcpy(&e, file, sizeof(e));
	if (memcmp(e.e_ident, ELFMAG, SELFMAG) ||
	    e.e_ident[EI_CLASS] != ELFCLASS64 ||
	    e.e_ident[EI_DATA] != ELFDATA2LSB ||
	    e.e_machine != arch_elf_machine ||
	    e.e_phentsize != sizeof(Elf64_Phdr) ||
	    !within(e.e_phoff, (uint64_t)e.e_phnum * sizeof(Elf64_Phdr), len))
		return -ENOEXEC;
	for (unsigned int i = 0; i < e.e_phnum; i++) {
		Elf64_Phdr p;
		int rc;

		memcpy(&p, file + e.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type != PT_LOAD || !p.p_memsz)
			continue;
		rc = segment(file, len, &p, ram, base, size, why);
		if (rc)
			return rc;
		if (p.p_paddr + p.p_memsz > image->end)
			image->end = p.p_paddr + p.p_memsz;
	}
	*why = "it has no entry for a machine like this";
	image->entry = arch_entry(file, len);
	return image->end && image->entry ? 0 : -ENOEXEC;
}
