/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Where the image lies, by rights; every bound is a multiple of the page size
 * (linker script of the platform). Contexts: any; constants.
 */
#ifndef __UK_PLAT_IMAGE_H__
#define __UK_PLAT_IMAGE_H__

#include <uk/elf.h>
#include <uk/essentials.h>

extern char _text[], _etext[];	   /* R-X */
extern char _rodata[], _erodata[]; /* R-- */
extern char _data[], _ebss[];	   /* RW- */
extern char _end[];		   /* past everything */

/* Functions that are __nobreak (<uk/essentials.h>): the way of a trap from the
 * program and back to it.
 */
extern char uk_nobreak_start[], uk_nobreak_end[];

/* From here to _etext nothing, or what a debugger compiled
 * (LIBUKGDB_LLDB_CALLS): no landing pads.
 */
extern char uk_scratch_text[];

/* The note that holds the build-id: header, name "GNU", 20 bytes (ELF). */
extern const char uk_build_id[], uk_build_id_end[];

#define UK_BUILD_ID_MAX 41 /* bytes of its text, with the end */

/**
 * Writes the build-id in hexadecimal digits; "" if the image has none.
 * Contexts: any, as it reads constant data only.
 */
static inline void uk_image_build_id(char text[UK_BUILD_ID_MAX])
{
	const __u8 *id = (const __u8 *)uk_build_id + 16; /* after the name */
	const __u8 *end = (const __u8 *)uk_build_id_end;

	for (int i = 0; i < UK_BUILD_ID_MAX / 2 && id < end; i++, id++) {
		*text++ = "0123456789abcdef"[*id >> 4];
		*text++ = "0123456789abcdef"[*id & 15];
	}
	*text = '\0';
}

/**
 * The image's ELF header: its first bytes, with the program headers after it
 * (doc/sections.md).
 *
 * @return NULL if they are not there. Contexts: any.
 */
static inline const struct uk_elf_ehdr *uk_image_elf(void)
{
	const struct uk_elf_ehdr *e = (const struct uk_elf_ehdr *)_text;

	return __builtin_memcmp(e->ident, UK_ELF_MAGIC, 4) ? __NULL : e;
}

/** 1 if addr is in the code of the image. */
static inline int uk_image_is_text(__vaddr_t addr)
{
	return addr >= (__vaddr_t)_text && addr < (__vaddr_t)_etext;
}

/** 1 if addr is in a function that is __nobreak. */
static inline int uk_image_is_nobreak(__vaddr_t addr)
{
	return addr >= (__vaddr_t)uk_nobreak_start &&
	       addr < (__vaddr_t)uk_nobreak_end;
}

/** 1 if addr is in the image. */
static inline int uk_image_contains(__vaddr_t addr)
{
	return addr >= (__vaddr_t)_text && addr < (__vaddr_t)_end;
}

#endif /* __UK_PLAT_IMAGE_H__ */
