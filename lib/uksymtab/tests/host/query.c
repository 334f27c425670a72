/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Asks the decoders of uksymtab from a script: query BLOB reads lines "<kind>
 * <hex address>" and answers each with one line. Kinds: s symbol, l line, i
 * inlined chain, u unwind rule; "a" lists all symbols, "n name" looks one up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob_file.h"

static void put_symbol(int rc, const struct uk_symbol *s)
{
	if (rc)
		printf("%d\n", rc);
	else
		printf("%lx %lx %s\n", (unsigned long)s->start,
		       (unsigned long)s->size, s->name);
}

static int list(const struct uk_symbol *s, void *arg)
{
	(void)arg;
	put_symbol(0, s);
	return 0;
}

static void put_line(unsigned long addr)
{
	struct uk_source_loc loc;
	int rc = uk_resolve_line(addr, &loc);

	if (rc)
		printf("%d\n", rc);
	else
		printf("%s:%u\n", loc.file, loc.line);
}

static void put_chain(unsigned long addr)
{
	struct uk_inline_frame f;
	unsigned int depth;
	int rc;

	for (depth = 0; !(rc = uk_resolve_inline(addr, depth, &f)); depth++)
		printf("%s%s %s:%u%s", depth ? "\t" : "", f.function,
		       f.loc.file, f.loc.line, f.inlined ? " inlined" : "");
	printf("\t%d\n", rc);
}

static void put_rule(unsigned long addr)
{
	struct uk_unwind_rule r;
	int rc = uk_symtab_unwind_rule(addr, &r);

	if (rc) {
		printf("%d\n", rc);
		return;
	}
	if (r.ra == UK_UNWIND_RA_END) {
		puts("end");
		return;
	}
	printf("cfa=%s+%u ra=", r.cfa_from_fp ? "fp" : "sp", r.cfa_offset);
	if (r.ra == UK_UNWIND_RA_REG)
		printf("reg");
	else
		printf("c-%u", r.ra_offset);
	if (r.fp_saved)
		printf(" fp=c-%u\n", r.fp_offset);
	else
		puts(" fp=u");
}

int main(int argc, char **argv)
{
	unsigned char *data;
	struct uk_symbol sym;
	unsigned long addr;
	char line[256];
	size_t size;

	if (argc != 2)
		return 2;
	data = blob_read(argv[1], &size);
	blob_use(data, size);
	free(data);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		addr = line[0] ? strtoul(line + 1, NULL, 16) : 0;
		switch (line[0]) {
		case 's':
			put_symbol(uk_resolve_symbol(addr, &sym), &sym);
			break;
		case 'l':
			put_line(addr);
			break;
		case 'i':
			put_chain(addr);
			break;
		case 'u':
			put_rule(addr);
			break;
		case 'n':
			put_symbol(uk_symbol_lookup(line + 2, &sym), &sym);
			break;
		case 'a':
			printf("%d\n", uk_symtab_foreach(list, NULL));
			break;
		default:
			return 2;
		}
	}
	return 0;
}
