/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What each table costs, and what that is a symbol, row or function.
 */
#include <stdio.h>

#include "encode.h"

static void line(const char *what, size_t bytes, size_t records,
		 const char *unit)
{
	printf("%-16s %8zu bytes %7zu %-16s %6.2f bytes each\n", what, bytes,
	       records, unit, records ? (double)bytes / (double)records : 0.0);
}

static size_t name_bytes(const struct model *m)
{
	size_t n = 0, i;
	const char *s;

	for (i = 0; i < m->nsymbols; i++)
		for (s = m->symbols[i].name; *s; s++)
			n++;
	return n;
}

void blob_stats(const struct model *m, const struct blob *b)
{
	const struct table *t = b->tables;
	size_t functions = m->unwind_functions + m->unwind_leaves;

	line("symbols", t[SYMTAB_SYMBOLS].bytes.len + t[SYMTAB_NAMES].bytes.len,
	     t[SYMTAB_SYMBOLS].records, "symbols");
	line("  dictionary", t[SYMTAB_NAMES].bytes.len, t[SYMTAB_NAMES].records,
	     "codes");
	line("  names, plain", name_bytes(m), t[SYMTAB_SYMBOLS].records,
	     "symbols");
	line("lines", t[SYMTAB_LINES].bytes.len + t[SYMTAB_PATHS].bytes.len,
	     t[SYMTAB_LINES].records, "rows");
	line("  dictionary", t[SYMTAB_LINES].dictionary, 0, "");
	line("  paths", t[SYMTAB_PATHS].bytes.len, t[SYMTAB_PATHS].records,
	     "paths");
	line("inlines",
	     t[SYMTAB_INLINES].bytes.len + t[SYMTAB_FUNCS].bytes.len +
		     t[SYMTAB_NODES].bytes.len,
	     t[SYMTAB_NODES].records, "inlined calls");
	line("  rows", t[SYMTAB_INLINES].bytes.len, t[SYMTAB_INLINES].records,
	     "rows");
	line("  nodes", t[SYMTAB_NODES].bytes.len, t[SYMTAB_NODES].records,
	     "inlined calls");
	line("  functions", t[SYMTAB_FUNCS].bytes.len, t[SYMTAB_FUNCS].records,
	     "names");
	line("unwind", t[SYMTAB_UNWIND].bytes.len, functions, "functions");
	line("  dictionary", t[SYMTAB_UNWIND].dictionary, m->nrules, "rules");
	line("  rows", t[SYMTAB_UNWIND].bytes.len - t[SYMTAB_UNWIND].dictionary,
	     t[SYMTAB_UNWIND].records, "rows");
	printf("%-16s %8zu (leaf assembly) %zu rows beyond a rule\n",
	       "  without CFI", m->unwind_leaves, m->unwind_odd);
	printf("%-16s %8zu bytes\n", "all", b->bytes.len);
}
