/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * ELF headers of 64-bit files (System V gABI, chapters 4 and 5), as far as the
 * image reads its own and writes those of a core file.
 */
#ifndef __UK_ELF_H__
#define __UK_ELF_H__

#include <uk/arch/types.h>

struct uk_elf_ehdr {
	__u8 ident[16];
	__u16 type, machine;
	__u32 version;
	__u64 entry, phoff, shoff;
	__u32 flags;
	__u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct uk_elf_phdr {
	__u32 type, flags;
	__u64 offset, vaddr, paddr, filesz, memsz, align;
};

struct uk_elf_nhdr {
	__u32 namesz, descsz, type;
};

#define UK_ELF_MAGIC "\177ELF"
#define UK_ELF_OSABI_LINUX 3
#define UK_ELF_TYPE_CORE 4

#define UK_ELF_PT_LOAD 1
#define UK_ELF_PT_NOTE 4
#define UK_ELF_PT_TLS 7

#define UK_ELF_PF_X 1
#define UK_ELF_PF_W 2
#define UK_ELF_PF_R 4

/* Entries of the auxiliary vector (gABI supplements; Linux' getauxval(3)). */
#define UK_ELF_AT_NULL 0
#define UK_ELF_AT_PHDR 3
#define UK_ELF_AT_PHENT 4
#define UK_ELF_AT_PHNUM 5
#define UK_ELF_AT_PAGESZ 6
#define UK_ELF_AT_ENTRY 9
#define UK_ELF_AT_HWCAP 16

/* siginfo_t as Linux lays it out on 64-bit machines: what debuggers decode,
 * from a stub and in a core file. The address is that of a fault.
 */
struct uk_elf_siginfo {
	__s32 signo, error, code, pad;
	__u64 addr;
	__u8 rest[104];
};

#endif /* __UK_ELF_H__ */
