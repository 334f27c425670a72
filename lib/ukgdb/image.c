/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Data for a debugger from the image's ELF headers: they are the image's first
 * bytes (doc/sections.md), so that no data is stored twice.
 */
#include <errno.h>
#include <string.h>
#include <uk/arch/tls.h>
#include <uk/plat/image.h>
#include "guest.h"

struct ehdr {
	__u8 ident[16];
	__u16 type, machine;
	__u32 version;
	__u64 entry, phoff, shoff;
	__u32 flags;
	__u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr {
	__u32 type, flags;
	__u64 offset, vaddr, paddr, filesz, memsz, align;
};

#define PT_TLS 7

#define AT_PHDR 3
#define AT_PAGESZ 6
#define AT_ENTRY 9

static const struct ehdr *elf(void)
{
	const struct ehdr *e = (const struct ehdr *)_text;

	return memcmp(e->ident, "\177ELF", 4) ? __NULL : e;
}

/* Without the number of program headers (AT_PHNUM): gdb would read all of them,
 * one by one, four times over, while it attaches.
 */
int gdb_image_auxv(struct gdb_target *t __unused, unsigned int i, __u64 *type,
		   __u64 *value)
{
	const struct ehdr *e = elf();
	__u64 vector[][2] = {
		{ AT_PAGESZ, __PAGE_SIZE },
		{ AT_PHDR, e ? (__u64)_text + e->phoff : 0 },
		{ AT_ENTRY, e ? e->entry : 0 },
	};

	if (i >= (e ? ARRAY_SIZE(vector) : 1))
		return -ENOENT;
	*type = vector[i][0];
	*value = vector[i][1];
	return 0;
}

__vaddr_t gdb_image_tls(__uptr pointer)
{
	const struct ehdr *e = elf();
	const struct phdr *ph;

	if (!e || !pointer)
		return 0;
	ph = (const struct phdr *)(_text + e->phoff);
	for (unsigned int i = 0; i < e->phnum; i++)
		if (ph[i].type == PT_TLS)
			return ukarch_tls_vars(pointer, ph[i].memsz,
					       MAX(ph[i].align, 1UL));
	return 0;
}
