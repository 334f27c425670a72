/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <link.lds.h>

OUTPUT_FORMAT("elf64-littleaarch64")
ENTRY(_start)

PHDRS
{
	PROGRAM_HEADERS
}

/*
 * RAM starts at 1 GiB; its first 2 MiB are left to the device tree. A flat
 * image, which lacks the ELF headers, starts after them, at the address in the
 * boot header of entry.S.
 */
SECTIONS
{
	. = 0x40200000;
	SECTION_TEXT
	SECTION_RODATA
	SECTION_DATA
	SECTION_SYMTAB
	SECTION_DEBUG
}
