/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What mksymtab knows about an image between reading and encoding: plain
 * arrays, sorted by address. Readers fill them, encoders turn them into tables
 * of the blob; neither knows the other.
 */
#ifndef __MKSYMTAB_MODEL_H__
#define __MKSYMTAB_MODEL_H__

#include <elfutils/libdw.h>
#include <gelf.h>

#include "symtab_format.h"
#include "util.h"

/* A range of addresses, [start, end). */
struct range {
	uint64_t start;
	uint64_t end;
};

/* The ELF, opened. */
struct image {
	const char *path;
	int fd;
	Elf *elf;
	Dwarf *dwarf;	       /* NULL: no debug information */
	int machine;	       /* EM_X86_64, EM_AARCH64 */
	unsigned int pc_shift; /* log2 of the size of all instructions */
	uint64_t limit;	       /* the blob's place: nothing from here on is
				* described
				*/
	struct range *text;    /* executable sections, sorted */
	size_t ntext;
};

struct symbol {
	uint64_t start;
	uint64_t size;
	const char *name;
	int code;  /* in an executable section */
	int sized; /* by the ELF; else up to the next symbol */
};

/* From pc on the code is of this place. path 0: of none, else number + 1. */
struct line_row {
	uint64_t pc;
	uint32_t path;
	uint32_t line;
};

/* An inlined call; parent 0: in the out-of-line function, else number + 1. */
struct inline_node {
	uint32_t parent;
	uint32_t function;
	uint32_t path;
	uint32_t line;
};

/* From pc on the code belongs to this call. node 0: none, else number + 1. */
struct inline_row {
	uint64_t pc;
	uint32_t node;
};

/* How to leave a frame; offsets in bytes below the CFA. */
struct unwind_rule {
	uint8_t flags; /* SYMTAB_RULE_* */
	uint32_t cfa;
	uint32_t ra;
	uint32_t fp;
};

/* From pc on this rule holds. 0: standard frame, else number + 1. */
struct unwind_row {
	uint64_t pc;
	uint32_t rule;
};

struct model {
	struct image image;
	struct symbol *symbols;
	size_t nsymbols, symbols_cap;
	struct strings paths;
	struct line_row *lines;
	size_t nlines, lines_cap;
	struct strings functions;
	struct inline_node *nodes;
	size_t nnodes, nodes_cap;
	struct inline_row *inlines;
	size_t ninlines, inlines_cap;
	struct unwind_rule *rules;
	size_t nrules, rules_cap;
	struct unwind_row *unwind;
	size_t nunwind, unwind_cap;
	size_t unwind_functions; /* with CFI, for the statistics */
	size_t unwind_leaves;	 /* symbols without CFI */
	size_t unwind_odd;	 /* rows that no rule can express */
};

/* image.c */
void image_open(struct image *img, const char *path);
int image_is_text(const struct image *img, uint64_t addr);
/* Bytes of section .uk_symtab, NULL if there is none. */
const void *image_blob(const struct image *img, size_t *size);
/* Instruction word at an address of an executable section, 0 outside. */
uint32_t image_word(const struct image *img, uint64_t addr);

/* paths.c: makes a path canonical and interns it. folder: of the compilation.
 * Either may be NULL.
 */
uint32_t path_intern(struct strings *s, const char *folder, const char *path);

/* read_*.c */
void read_symbols(struct model *m);
void read_lines(struct model *m);
void read_inlines(struct model *m);
void read_unwind(struct model *m);
/* demangle.c: names of C++, after read_symbols(). */
void demangle_symbols(struct model *m);
/* Numbers paths by use, when all readers are done. */
void sort_paths(struct model *m);

#endif /* __MKSYMTAB_MODEL_H__ */
