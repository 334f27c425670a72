/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Any bytes as the tables of an image: no decoder reads outside them, writes
 * outside the caller's object or runs away. The corpus holds the tables of the
 * fixture for both architectures.
 *
 * HOST-SRCS: lib/uksymtab/tests/host/blob_file.c lib/uksymtab/view.c
 * HOST-SRCS: lib/uksymtab/names.c lib/uksymtab/symbols.c lib/uksymtab/paths.c
 * HOST-SRCS: lib/uksymtab/lines.c lib/uksymtab/inlines.c lib/uksymtab/unwind.c
 * HOST-FLAGS: -Ilib/uksymtab -DCONFIG_LIBUKSYMTAB=1
 * HOST-FLAGS: -DCONFIG_LIBUKSYMTAB_LINES=1 -DCONFIG_LIBUKSYMTAB_INLINES=1
 * HOST-FLAGS: -DCONFIG_LIBUKSYMTAB_UNWIND=1
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "blob_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void closed(const char *s, size_t max)
{
	if (!memchr(s, 0, max))
		abort();
}

static int visit(const struct uk_symbol *sym, void *arg)
{
	closed(sym->name, sizeof(sym->name));
	*(unsigned long *)arg = sym->start;
	return 0;
}

static void ask(unsigned long addr)
{
	struct uk_inline_frame frame;
	struct uk_unwind_rule rule;
	struct uk_source_loc loc;
	struct uk_symbol sym;
	unsigned int depth;

	if (!uk_resolve_symbol(addr, &sym))
		closed(sym.name, sizeof(sym.name));
	if (!uk_resolve_line(addr, &loc))
		closed(loc.file, sizeof(loc.file));
	for (depth = 0; depth < 4; depth++) {
		if (uk_resolve_inline(addr, depth, &frame))
			break;
		closed(frame.function, sizeof(frame.function));
		closed(frame.loc.file, sizeof(frame.loc.file));
	}
	uk_symtab_unwind_rule(addr, &rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned long last = 0, addr;

	blob_use(data, size);
	uk_symtab_foreach(visit, &last);
	ask(last);
	for (addr = 0x100000; addr < 0x100400; addr += 44)
		ask(addr);
	return 0;
}
