/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The linked ELF: its executable sections, its debug information, and the
 * address from which nothing may be described because the blob itself moves
 * what is there (uk_symtab_start).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define BLOB_SECTION ".uk_symtab"
#define BLOB_SYMBOL "uk_symtab_start"

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void find_text(struct image *img)
{
	Elf_Scn *scn = NULL;
	size_t cap = 0;
	GElf_Shdr sh;

	while ((scn = elf_nextscn(img->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC) ||
		    !(sh.sh_flags & SHF_EXECINSTR) || sh.sh_size == 0)
			continue;
		img->text =
			grow(img->text, img->ntext, &cap, sizeof(*img->text));
		img->text[img->ntext++] =
			(struct range){ sh.sh_addr, sh.sh_addr + sh.sh_size };
	}
	if (!img->ntext)
		fatal("%s: no executable section", img->path);
	qsort(img->text, img->ntext, sizeof(*img->text), by_start);
}

static uint64_t symbol_value(const struct image *img, const char *name)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	GElf_Sym sym;
	const char *s;
	int i;

	while ((scn = elf_nextscn(img->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 1; gelf_getsym(data, i, &sym); i++) {
			s = elf_strptr(img->elf, sh.sh_link, sym.st_name);
			if (s && !strcmp(s, name))
				return sym.st_value;
		}
	}
	return UINT64_MAX;
}

void image_open(struct image *img, const char *path)
{
	GElf_Ehdr eh;

	img->path = path;
	elf_version(EV_CURRENT);
	img->fd = open(path, O_RDONLY);
	if (img->fd < 0)
		fatal("%s: cannot be opened", path);
	img->elf = elf_begin(img->fd, ELF_C_READ_MMAP, NULL);
	if (!img->elf || !gelf_getehdr(img->elf, &eh))
		fatal("%s: not an ELF file", path);
	if (eh.e_machine != EM_X86_64 && eh.e_machine != EM_AARCH64)
		fatal("%s: machine %d is neither x86_64 nor arm64", path,
		      eh.e_machine);
	img->machine = eh.e_machine;
	img->pc_shift = eh.e_machine == EM_AARCH64 ? 2 : 0;
	img->dwarf = dwarf_begin_elf(img->elf, DWARF_C_READ, NULL);
	img->limit = symbol_value(img, BLOB_SYMBOL);
	find_text(img);
}

int image_is_text(const struct image *img, uint64_t addr)
{
	size_t i;

	for (i = 0; i < img->ntext; i++)
		if (addr >= img->text[i].start && addr < img->text[i].end)
			return 1;
	return 0;
}

const void *image_blob(const struct image *img, size_t *size)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	const char *name;
	size_t shstrndx;

	if (elf_getshdrstrndx(img->elf, &shstrndx))
		fatal("%s: no section names", img->path);
	while ((scn = elf_nextscn(img->elf, scn))) {
		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(img->elf, shstrndx, sh.sh_name);
		if (!name || strcmp(name, BLOB_SECTION))
			continue;
		data = elf_getdata(scn, NULL);
		*size = data ? data->d_size : 0;
		return data ? data->d_buf : NULL;
	}
	return NULL;
}

uint32_t image_word(const struct image *img, uint64_t addr)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	uint32_t word;

	while ((scn = elf_nextscn(img->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS ||
		    !(sh.sh_flags & SHF_EXECINSTR) || addr < sh.sh_addr ||
		    addr + sizeof(word) > sh.sh_addr + sh.sh_size)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || data->d_size < sh.sh_size)
			return 0;
		memcpy(&word, (char *)data->d_buf + (addr - sh.sh_addr),
		       sizeof(word));
		return word;
	}
	return 0;
}
