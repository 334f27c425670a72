/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Data for a debugger from the image's ELF headers: they are the image's first
 * bytes (doc/sections.md), so that no data is stored twice.
 */
#include <errno.h>
#include <uk/arch/tls.h>
#include <uk/plat/image.h>
#include "guest.h"

/* Without the number of program headers (AT_PHNUM): gdb would read all of them,
 * one by one, four times over, while it attaches.
 */
int gdb_image_auxv(struct gdb_target *t __unused, unsigned int i, __u64 *type,
		   __u64 *value)
{
	const struct uk_elf_ehdr *e = uk_image_elf();
	__u64 vector[][2] = {
		{ UK_ELF_AT_PAGESZ, __PAGE_SIZE },
		{ UK_ELF_AT_PHDR, e ? (__u64)_text + e->phoff : 0 },
		{ UK_ELF_AT_ENTRY, e ? e->entry : 0 },
	};

	if (i >= (e ? ARRAY_SIZE(vector) : 1))
		return -ENOENT;
	*type = vector[i][0];
	*value = vector[i][1];
	return 0;
}

__vaddr_t gdb_image_tls(__uptr pointer)
{
	const struct uk_elf_ehdr *e = uk_image_elf();
	const struct uk_elf_phdr *ph;

	if (!e || !pointer)
		return 0;
	ph = (const struct uk_elf_phdr *)(_text + e->phoff);
	for (unsigned int i = 0; i < e->phnum; i++)
		if (ph[i].type == UK_ELF_PT_TLS)
			return ukarch_tls_vars(pointer, ph[i].memsz,
					       MAX(ph[i].align, 1UL));
	return 0;
}
