/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * From the model to the tables of lib/uksymtab/symtab_format.h. An encoder
 * makes the bytes of its table, the count for the directory and says how many
 * records there are, for the statistics.
 */
#ifndef __MKSYMTAB_ENCODE_H__
#define __MKSYMTAB_ENCODE_H__

#include "model.h"

/* One table of the blob. */
struct table {
	struct buf bytes;
	size_t count;	   /* for the directory */
	size_t records;	   /* symbols, rows ... */
	size_t dictionary; /* bytes of these that are dictionaries */
};

/* compress.c: the dictionary of codes for names */
struct dictionary {
	uint8_t literals[256];
	unsigned int nliterals;
	uint8_t pairs[256][2];
	unsigned int npairs;
	unsigned int first_end;
	uint16_t *text; /* the training text, in final codes */
	size_t len;
	size_t next; /* where the next name of the text begins */
};

/* Adds a name to the training text; all names first, then train, then each
 * name is put out in the order in which it was added.
 */
void dictionary_add(struct dictionary *d, const char *name);
void dictionary_train(struct dictionary *d);
void dictionary_put(struct dictionary *d, struct buf *b);
void encode_names(const struct dictionary *d, struct table *t);

/* A group index under construction: entries, then the records after it. */
struct groups {
	struct buf index;
	struct buf data;
	uint64_t origin;
	size_t count;
};

/* Begins a group at pc, at the present end of data. */
void groups_begin(struct groups *g, uint64_t pc);
void groups_finish(struct groups *g, struct table *t);

/* What encoders share. */
struct encoder {
	struct model *m;
	struct dictionary names;
	uint64_t origin;
};

/* The names each encoder will put out, in that order */
void names_of_symbols(struct encoder *e);
void names_of_paths(struct encoder *e);
void names_of_functions(struct encoder *e);

void encode_symbols(struct encoder *e, struct table *t);
void encode_paths(struct encoder *e, struct table *t);
void encode_lines(struct encoder *e, struct table *t);
void encode_functions(struct encoder *e, struct table *t);
void encode_nodes(struct encoder *e, struct table *t);
void encode_inlines(struct encoder *e, struct table *t);
void encode_unwind(struct encoder *e, struct table *t);

/* What the user wants in the blob. */
struct selection {
	int lines;
	int inlines;
	int unwind;
};

/* blob.c: all tables and the blob that they make. */
struct blob {
	struct table tables[SYMTAB_NTABLES];
	struct buf bytes;
};

void blob_make(struct model *m, const struct selection *what, struct blob *b);
const char *table_name(enum symtab_table t);

/* verify.c: compares with the section of the image. Returns whether it is the
 * same; else says on stderr what differs.
 */
int blob_verify(const struct model *m, const struct blob *b);

/* stats.c: bytes and bytes per record of each table, on stdout. */
void blob_stats(const struct model *m, const struct blob *b);

#endif /* __MKSYMTAB_ENCODE_H__ */
