/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Functions and data objects from the ELF's symbol table, and labels of
 * assembly, which often have neither type nor size: those last up to the next
 * symbol, unless they are inside another symbol: then they are dropped.
 *
 * Of several names for one address one is kept: that with a size, then global
 * before weak before local, then the one with fewer leading underscores, then
 * the first in alphabetical order.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* A symbol and what its choice depends on. */
struct candidate {
	struct symbol s;
	int bind; /* 0 global, 1 weak, 2 local */
	uint64_t section_end;
};

struct candidates {
	struct candidate *v;
	size_t len;
	size_t cap;
};

/* Is this a name and place that a reader wants to see? */
static int wanted(const struct model *m, const GElf_Sym *sym, const char *name)
{
	int type = GELF_ST_TYPE(sym->st_info);

	if (!name || !*name || sym->st_shndx == SHN_UNDEF ||
	    sym->st_shndx >= SHN_LORESERVE)
		return 0;
	if (type != STT_NOTYPE && type != STT_FUNC && type != STT_OBJECT &&
	    type != STT_GNU_IFUNC)
		return 0;
	/* Mapping symbols of arm64 (AAELF64 5.5.5), local labels */
	if (name[0] == '$' || !strncmp(name, ".L", 2))
		return 0;
	return sym->st_value < m->image.limit;
}

static void add_candidate(struct model *m, struct candidates *c,
			  const GElf_Sym *sym, const char *name)
{
	Elf_Scn *scn = elf_getscn(m->image.elf, sym->st_shndx);
	int bind = GELF_ST_BIND(sym->st_info);
	GElf_Shdr sh;

	if (!scn || !gelf_getshdr(scn, &sh) || !(sh.sh_flags & SHF_ALLOC) ||
	    (sh.sh_flags & SHF_TLS))
		return;
	c->v = grow(c->v, c->len, &c->cap, sizeof(*c->v));
	c->v[c->len++] = (struct candidate){
		.s = {
			.start = sym->st_value,
			.size = sym->st_size,
			.name = name,
			.code = !!(sh.sh_flags & SHF_EXECINSTR),
			.sized = sym->st_size > 0,
		},
		.bind = bind == STB_GLOBAL ? 0 : bind == STB_WEAK ? 1 : 2,
		.section_end = sh.sh_addr + sh.sh_size,
	};
}

static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	size_t ux, uy;

	if (x->s.start != y->s.start)
		return x->s.start < y->s.start ? -1 : 1;
	if (x->s.sized != y->s.sized)
		return y->s.sized - x->s.sized;
	if (x->bind != y->bind)
		return x->bind - y->bind;
	ux = strspn(x->s.name, "_");
	uy = strspn(y->s.name, "_");
	if (ux != uy)
		return ux < uy ? -1 : 1;
	return strcmp(x->s.name, y->s.name);
}

/* Puts the chosen ones into the model, with sizes for those without. */
static void choose(struct model *m, const struct candidates *c)
{
	uint64_t covered = 0; /* end of what sized symbols cover so far */
	struct symbol s;
	size_t i, next;

	for (i = 0; i < c->len; i = next) {
		s = c->v[i].s;
		for (next = i + 1;
		     next < c->len && c->v[next].s.start == s.start; next++)
			;
		if (!s.sized) {
			if (s.start < covered || s.start >= c->v[i].section_end)
				continue;
			s.size = c->v[i].section_end - s.start;
			if (next < c->len &&
			    c->v[next].s.start - s.start < s.size)
				s.size = c->v[next].s.start - s.start;
		} else if (s.start + s.size > covered) {
			covered = s.start + s.size;
		}
		m->symbols = grow(m->symbols, m->nsymbols, &m->symbols_cap,
				  sizeof(s));
		m->symbols[m->nsymbols++] = s;
	}
}

void read_symbols(struct model *m)
{
	struct candidates c = { 0 };
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr sh;
	GElf_Sym sym;
	const char *name;
	int i;

	while ((scn = elf_nextscn(m->image.elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 1; gelf_getsym(data, i, &sym); i++) {
			name = elf_strptr(m->image.elf, sh.sh_link,
					  sym.st_name);
			if (wanted(m, &sym, name))
				add_candidate(m, &c, &sym, name);
		}
	}
	if (c.len)
		qsort(c.v, c.len, sizeof(*c.v), compare);
	choose(m, &c);
	free(c.v);
	if (!m->nsymbols)
		fatal("%s: no symbols (a stripped image?)", m->image.path);
}
