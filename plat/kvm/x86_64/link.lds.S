/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <link.lds.h>

OUTPUT_FORMAT("elf64-x86-64")
ENTRY(_start)

PHDRS
{
	PROGRAM_HEADERS
	pvh PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = 0x100000;
	SECTION_TEXT
	.note.Xen : { KEEP(*(.note.Xen)) } :rodata :pvh
	SECTION_RODATA
	SECTION_DATA
	SECTION_SYMTAB
	SECTION_DEBUG
}
